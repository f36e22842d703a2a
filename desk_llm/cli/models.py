"""`desk-llm models`: the models on this computer, and the way to more of them."""

from __future__ import annotations

import argparse
import contextlib
import importlib
from collections.abc import Callable
from pathlib import Path

from desk_llm import log
from desk_llm.cli import columns, models_json
from desk_llm.cli.columns import say
from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem
from desk_llm.models.gguf.rows import metadata_rows
from desk_llm.models.types import ModelFile
from desk_llm.paths import Paths
from desk_llm.services import Core

_ORIGINS = {
    "starter": "the app",
    "app": "models folder",
    "folder": "folder",
    "file": "file",
    "hf_cache": "Hugging Face",
    "llama_cpp": "llama.cpp",
    "lm_studio": "LM Studio",
    "ollama": "Ollama",
}
_ELSEWHERE = {  # the verbs of other modules, which are imported when they are needed
    "scan": ("models_scan", "scan"),
    "remove": ("models_remove", "remove"),
    "search": ("models_hub", "search"),
    "files": ("models_hub", "files"),
    "download": ("models_download", "download"),
    "fit": ("models_fit", "fit"),
    "preset": ("models_presets", "preset"),
    "import-modelfile": ("models_presets", "import_file"),
    "export-modelfile": ("models_presets", "export_file"),
}

Verb = Callable[[argparse.Namespace, Core], int]


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """The verb. Raises DeskError, and KeyboardInterrupt when it was stopped."""
    log.setup(None, getattr(arguments, "log_level", "warning"))
    with contextlib.suppress(OSError):  # a disk that is read-only can still be looked at
        paths.ensure()
    core = Core.open(paths)
    try:
        return _verb(arguments.what)(arguments, core)
    finally:
        core.close()


def _verb(name: str) -> Verb:
    here: dict[str, Verb] = {"list": _list, "show": _show, "add": _add}
    if name in here:
        return here[name]
    module, function = _ELSEWHERE[name]
    found: Verb = getattr(importlib.import_module(f"desk_llm.cli.{module}"), function)
    return found


# ── looking ──────────────────────────────────────────────────────────────


def _list(arguments: argparse.Namespace, core: Core) -> int:
    core.library.refresh()
    files = core.library.files
    for problem in core.library.problems:
        say(f"desk-llm: {problem}")
    if arguments.json:
        models_json.show([models_json.model(one) for one in files])
    else:
        print(table(files))
        if arguments.all:
            _print_companions(files)
        _print_totals(core)
    return 0


def table(files: tuple[ModelFile, ...] | list[ModelFile]) -> str:
    """For people: a line for each model, and a sentence for each that cannot be used."""
    titles = ("Name", "Quant", "Params", "Size", "Context", "From", "ID")
    shown = columns.table(titles, [_row(one) for one in files], right=(2, 3, 4))
    problems = [f"{one.name}: {one.problem}" for one in files if one.problem is not None]
    return "\n".join([shown, *(["", *problems] if problems else [])])


def _row(file: ModelFile) -> tuple[str, ...]:
    info = file.info
    origin = _ORIGINS[file.origin.value]
    if info is None:
        return (file.name, "!", "", columns.size(file.size_bytes), "", origin, file.id)
    context = f"{info.n_ctx_train:,}".replace(",", " ")
    return (
        file.name,
        info.quant,
        columns.count(info.n_params),
        columns.size(file.size_bytes),
        context,
        origin,
        file.id,
    )


def _print_companions(files: tuple[ModelFile, ...]) -> None:
    rows = [
        (file.name, kind, str(path))
        for file in files
        for kind, paths in (
            ("model", file.parts or (file.path,)),
            ("projector", (file.projector,) if file.projector else ()),
            ("draft", file.drafts),
        )
        for path in paths
    ]
    print()
    print(columns.table(("Name", "Kind", "File"), rows))


def _print_totals(core: Core) -> None:
    totals = {origin: size for origin, size in core.library.totals().items() if size}
    told = [f"{_ORIGINS[origin.value]} {columns.size(size)}" for origin, size in totals.items()]
    say(f"{columns.size(sum(totals.values()))} on disk: {', '.join(told)}")


def _show(arguments: argparse.Namespace, core: Core) -> int:
    core.library.refresh()
    file = core.library.find(arguments.model)
    rows = metadata_rows(file.path) if file.info is not None else ()
    preset = core.presets.get(file.id)
    if arguments.json:
        metadata = [{"key": one.key, "value": one.value, "kind": one.kind} for one in rows]
        kept = models_json.preset(preset)
        models_json.show({**models_json.model(file), "preset": kept, "metadata": metadata})
        return 0
    print(_about(file))
    if rows:
        print()
        print(columns.facts([(one.key, one.value[:200]) for one in rows]))
    return 0


def _about(file: ModelFile) -> str:
    info = file.info
    facts = [
        ("Name", file.name),
        ("ID", file.id),
        ("File", str(file.path)),
        ("Parts", str(len(file.parts)) if len(file.parts) > 1 else ""),
        ("Size", columns.size(file.size_bytes)),
        ("From", _ORIGINS[file.origin.value]),
        ("Repository", file.repo),
        ("SHA-256", file.sha256),
        ("Projector", str(file.projector or "")),
        *(("Draft", str(one)) for one in file.drafts),
        ("Problem", str(file.problem or "")),
    ]
    if info is not None:
        facts += [
            ("Architecture", info.architecture),
            ("Quant", info.quant),
            ("Parameters", columns.count(info.n_params)),
            ("Layers", str(info.n_layers)),
            ("Experts", str(info.n_experts) if info.n_experts else ""),
            ("Context", str(info.n_ctx_train)),
            ("Abilities", ", ".join(sorted(info.abilities))),
            ("Licence", info.licence),
        ]
    return columns.facts(facts)


# ── changing ─────────────────────────────────────────────────────────────


def _add(arguments: argparse.Namespace, core: Core) -> int:
    path: Path = arguments.path.expanduser().absolute()
    settings = core.settings.current.models
    core.library.refresh()
    before = {one.id for one in core.library.files}
    if path.is_dir():
        if str(path) not in settings.folders:
            core.settings.change("models", folders=(*settings.folders, str(path)))
    elif path.exists():
        file = core.library.find(str(path))  # says what is wrong with it
        if file.problem is not None:
            raise file.problem
        if file.id not in before:
            core.settings.change("models", extra_files=(*settings.extra_files, str(path)))
    else:
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "There is no file or folder {path}."), path=path
        )
    core.library.refresh()
    new = [one for one in core.library.files if one.id not in before]
    if arguments.json:
        listed = [models_json.model(one) for one in new]
        models_json.show({"added": str(path), "models": listed})
    elif new:
        print(table(new))
    else:
        say("Nothing new was found there.")
    return 0
