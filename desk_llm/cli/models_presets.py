"""`desk-llm models preset`, `import-modelfile` and `export-modelfile`."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from desk_llm.cli import columns, models_json
from desk_llm.cli.columns import say
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, DiskProblem, RequestError
from desk_llm.models.gguf.adapter import check_adapter
from desk_llm.models.presets.apply import LOAD_FIELDS, SAMPLING_FIELDS
from desk_llm.models.presets.exchange import from_preset
from desk_llm.models.presets.importing import import_modelfile
from desk_llm.models.presets.modelfile import dump
from desk_llm.models.presets.types import Adapter, Preset, SettingValue
from desk_llm.models.presets.values import read_value
from desk_llm.models.types import ModelFile
from desk_llm.services import Core
from desk_llm.settings import EngineSettings, SamplingSettings

_GROUPS = {"load": (EngineSettings, LOAD_FIELDS), "sampling": (SamplingSettings, SAMPLING_FIELDS)}
_LISTS = {"stop": "stop", "adapter": "adapters", "message": "messages"}
_TEXTS = ("draft", "template", "licence")


def preset(arguments: argparse.Namespace, core: Core) -> int:
    """The verb: change first, then show."""
    core.library.refresh()
    file = core.library.find(arguments.model)
    kept = Preset() if arguments.clear else core.presets.get(file.id)
    for name in arguments.unset:
        kept = _without(kept, name)
    for text in arguments.set:
        name, is_given, value = text.partition("=")
        if not is_given:
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "“{text}” gives no value."),
                QT_TRANSLATE_NOOP("errors", "It looks like load.n_ctx=8192."),
                text=text[:80],
            )
        kept = _with(kept, name.strip(), value, file)
    with _kept(core):
        core.presets.save(file.id, kept)
    kept = core.presets.get(file.id)
    if arguments.json:
        models_json.show(_as_json(file, kept))
    else:
        _show(file, kept)
    return 0


def import_file(arguments: argparse.Namespace, core: Core) -> int:
    """The verb."""
    core.library.refresh()
    with _kept(core):
        taken = import_modelfile(
            arguments.file, core.library, core.settings, core.presets, arguments.name
        )
    for command in taken.ignored:
        word = " ".join(one for one in (command.name.upper(), command.key) if one)
        say(f"Line {command.line} means nothing here and is left out: {word}")
    if arguments.json:
        ignored = [{"line": x.line, "command": x.name, "key": x.key} for x in taken.ignored]
        models_json.show({**_as_json(taken.file, taken.preset), "ignored": ignored})
    else:
        _show(taken.file, taken.preset)
    return 0


def export_file(arguments: argparse.Namespace, core: Core) -> int:
    """The verb."""
    core.library.refresh()
    file = core.library.find(arguments.model)
    sources = [str(one) for one in file.parts or (file.path,)]
    text = dump(from_preset(core.presets.get(file.id), sources))
    output: Path | None = arguments.output
    if output is not None:
        try:
            output.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise DiskProblem(
                QT_TRANSLATE_NOOP("errors", "{path} cannot be written."),
                "",
                str(error),
                path=output,
            ) from error
    if arguments.json:
        path = str(output.absolute()) if output is not None else None
        models_json.show({"id": file.id, "modelfile": text, "path": path})
    elif output is not None:
        say(f"Written: {output}")
    else:
        print(text, end="")
    return 0


@contextlib.contextmanager
def _kept(core: Core) -> Iterator[None]:
    """What is saved inside is on the disk afterwards. Raises DiskProblem."""
    failures: list[DeskError] = []
    disconnect = core.presets.failed.connect(failures.append)
    try:
        yield
        core.presets.flush()
    finally:
        disconnect()
    if failures:
        raise failures[0]


# ── --set and --unset ────────────────────────────────────────────────────


def _with(kept: Preset, name: str, text: str, file: ModelFile) -> Preset:
    if name == "stop":
        return replace(kept, stop=(*kept.stop, text))
    if name == "adapter":
        return replace(kept, adapters=(*kept.adapters, _adapter(text, file)))
    if name == "draft":
        return replace(kept, draft=str(Path(text).expanduser().absolute()) if text else "")
    group, field = _field(name)
    values: dict[str, SettingValue] = {
        **getattr(kept, group),
        field: read_value(_GROUPS[group][0], field, text),
    }
    return replace(kept, load=values) if group == "load" else replace(kept, sampling=values)


def _without(kept: Preset, name: str) -> Preset:
    if name in _LISTS:
        return replace(kept, **{_LISTS[name]: ()})  # type: ignore[arg-type]
    if name in _TEXTS:
        return replace(kept, **{name: ""})  # type: ignore[arg-type]
    group, field = _field(name)
    left = {key: value for key, value in getattr(kept, group).items() if key != field}
    return replace(kept, load=left) if group == "load" else replace(kept, sampling=left)


def _field(name: str) -> tuple[str, str]:
    """The group may be left out: no two groups have a field of one name."""
    group, _, field = name.rpartition(".")
    for one, (_type, fields) in _GROUPS.items():
        if group in ("", one) and field in fields:
            return one, field
    raise RequestError(
        QT_TRANSLATE_NOOP("errors", "A preset has no “{name}”."),
        QT_TRANSLATE_NOOP("errors", "It has {names}."),
        name=name[:80],
        names=", ".join(
            [f"{one}.{field}" for one, (_type, fields) in _GROUPS.items() for field in fields]
            + list(_LISTS)
            + list(_TEXTS)
        ),
    )


def _adapter(text: str, file: ModelFile) -> Adapter:
    """FILE, or FILE@SCALE; checked now and not when the model is loaded."""
    path, at, scale = text.rpartition("@")
    try:
        made = Adapter(path, float(scale)) if at else Adapter(text)
    except ValueError:  # a file with an @ in its name
        made = Adapter(text)
    full = Path(made.path).expanduser().absolute()
    if file.info is not None:
        check_adapter(full, file.info.architecture, file.info.n_layers)
    return replace(made, path=str(full))


# ── showing ───────────────────────────────────────────────────────────


def _show(file: ModelFile, kept: Preset) -> None:
    rows = _rows(kept)
    if rows:
        print(columns.facts([("Model", file.name), *rows]))
    else:
        say(f"{file.name} has no preset: it follows the general settings.")


def _as_json(file: ModelFile, kept: Preset) -> models_json.Fields:
    return {"id": file.id, "name": file.name, "preset": models_json.preset(kept)}


def _rows(kept: Preset) -> list[tuple[str, str]]:
    return [
        *((f"load.{name}", _text(value)) for name, value in kept.load.items()),
        *((f"sampling.{name}", _text(value)) for name, value in kept.sampling.items()),
        *(("adapter", f"{one.path} ({one.scale:g})") for one in kept.adapters),
        *((("draft", kept.draft),) if kept.draft else ()),
        *(("stop", json.dumps(one, ensure_ascii=False)) for one in kept.stop),
        *((f"message {one.role}", one.text) for one in kept.messages),
        *((name, f"{len(text)} characters") for name, text in _kept_texts(kept) if text),
    ]


def _kept_texts(kept: Preset) -> tuple[tuple[str, str], ...]:
    return ("template", kept.template), ("licence", kept.licence)


def _text(value: SettingValue) -> str:
    if value is None:
        return "automatic"
    return str(value).lower() if isinstance(value, bool) else str(value)
