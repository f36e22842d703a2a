"""Take a Modelfile in: find the model that it means here, and keep the rest as its preset."""

from __future__ import annotations

import codecs
import contextlib
import glob
import re
from dataclasses import dataclass
from pathlib import Path

from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    DeskError,
    DiskProblem,
    FileDamaged,
    ModelNotFound,
    RequestError,
)
from desk_llm.models.gguf.adapter import check_adapter
from desk_llm.models.gguf.parts import part_path, split_part
from desk_llm.models.gguf.projector import Projector
from desk_llm.models.library.library import Library
from desk_llm.models.names import file_name, plain
from desk_llm.models.presets.exchange import to_preset
from desk_llm.models.presets.modelfile import MAX_CHARS, Command, Modelfile, parse
from desk_llm.models.presets.store import PresetStore
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import ModelFile
from desk_llm.settings import SettingsStore

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_HOST = re.compile(
    r"(https://)?(hf\.co|huggingface\.co|registry\.ollama\.ai|ollama\.com)/(library/)?"
    r"|library/"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a Modelfile. `ignored`: commands that mean nothing here."""

    file: ModelFile
    preset: Preset
    ignored: tuple[Command, ...] = ()


def import_modelfile(
    path: Path, library: Library, settings: SettingsStore, presets: PresetStore, name: str = ""
) -> Imported:
    """Reads files: worker threads only. A model that is not listed yet is added where it is.

    `name` becomes the model's alias. Raises DeskError; then nothing was changed.
    """
    path = path.expanduser().absolute()
    modelfile = read_modelfile(path)
    converted = to_preset(modelfile, path.parent)
    file, unused = _find_model(modelfile, path.parent, library)
    if file.problem is not None:
        raise file.problem
    _check_adapters(modelfile, converted.preset, file)
    if all(one.id != file.id for one in library.files):
        extra = (*settings.current.models.extra_files, str(file.path))
        settings.change("models", extra_files=extra)
        library.refresh()
        file = library.find(str(file.path))
    presets.save(file.id, converted.preset)
    if name:
        library.rename(file.id, name)
        file = library.find(file.id)
    return Imported(file, converted.preset, (*unused, *converted.ignored))


def read_modelfile(path: Path) -> Modelfile:
    """Raises DiskProblem, or FileDamaged with a sentence that names the line."""
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARS + 1)
    except OSError as error:
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "{path} cannot be read."), "", str(error), path=path
        ) from error
    encoding = next((name for mark, name in _BOMS.items() if data.startswith(mark)), "utf-8")
    try:
        return parse(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise FileDamaged(QT_TRANSLATE_NOOP("errors", "This is no Modelfile.")) from error


def _find_model(
    modelfile: Modelfile, folder: Path, library: Library
) -> tuple[ModelFile, list[Command]]:
    """The one model that all FROM lines name, and the lines with its projector."""
    found: dict[str, ModelFile] = {}
    unused: list[Command] = []
    for command in modelfile.all("from"):
        paths = _paths(command, folder)
        if not paths:
            file = _named(command, library)
            found[file.id] = file
        for path in dict.fromkeys(map(_first_part, paths)):
            try:
                file = library.find(str(path))
            except Projector:
                unused.append(command)  # one beside the model is found without being named
            else:
                found[file.id] = file
    if len(found) == 1:
        return next(iter(found.values())), unused
    raise RequestError(
        QT_TRANSLATE_NOOP("errors", "The Modelfile names {count} models; it must be one."),
        count=len(found),
    )


def _paths(command: Command, folder: Path) -> list[Path]:
    """The files that a FROM names: itself, those of a folder, or what a wildcard matches."""
    path = folder / Path(command.value).expanduser()
    try:
        if path.is_file():
            return [path]
        if path.is_dir():
            inside = sorted(path.glob("*.gguf"))
            if not inside:
                raise _no_file(command)
            return inside
        matches = [Path(one) for one in sorted(glob.glob(str(path)))]
    except (OSError, ValueError):  # too long for a path, so it is none
        return []
    looks_like_a_path = path.suffix.lower() == ".gguf" or command.value.startswith((".", "/", "~"))
    if not matches and looks_like_a_path:
        raise _no_file(command)
    return [one for one in matches if one.is_file()]


def _first_part(path: Path) -> Path:
    part = split_part(path.name)
    return path if part is None else part_path(path, part[0], 1, part[2])


def _named(command: Command, library: Library) -> ModelFile:
    """A model by its name here, by Ollama's, or by owner/repo:QUANT."""
    host = _HOST.match(command.value)
    name = command.value[host.end() :] if host else command.value
    for one in (command.value, name, name.removesuffix(":latest"), name.replace(":", "-")):
        with contextlib.suppress(ModelNotFound):
            return library.get(one)
    found = [file for file in library.files if _is_meant(file, name)]
    if len(found) == 1:
        return found[0]
    raise ModelNotFound(
        QT_TRANSLATE_NOOP("errors", "Line {line} of the Modelfile: “{name}” is not on this disk."),
        QT_TRANSLATE_NOOP("errors", "Download it first, or let FROM name a GGUF file."),
        line=command.line,
        name=plain(command.value),
    )


def _is_meant(file: ModelFile, name: str) -> bool:
    if file.problem is not None or not file.repo:
        return False
    repo, _, quant = name.lower().partition(":")
    is_quant = not quant or (file.info is not None and file.info.quant.lower() == quant)
    return file.repo.lower() in (name.lower(), f"{name.lower()}:latest") or (
        file.repo.lower() == repo and is_quant
    )


def _no_file(command: Command) -> DiskProblem:
    return DiskProblem(
        QT_TRANSLATE_NOOP(
            "errors", "Line {line} of the Modelfile: there is no GGUF file “{path}”."
        ),
        line=command.line,
        path=plain(command.value, 500),
    )


def _check_adapters(modelfile: Modelfile, preset: Preset, file: ModelFile) -> None:
    if file.info is None:
        return
    for command, adapter in zip(modelfile.all("adapter"), preset.adapters, strict=True):
        try:
            check_adapter(Path(adapter.path), file.info.architecture, file.info.n_layers)
        except DeskError as error:
            raise FileDamaged(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "Line {line} of the Modelfile: the adapter “{adapter}” cannot be used.",
                ),
                error.message_template,
                error.detail,
                **{
                    **error.values,
                    "line": command.line,
                    "adapter": file_name(Path(adapter.path)),
                },
            ) from error
