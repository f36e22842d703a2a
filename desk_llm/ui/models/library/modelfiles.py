"""Modelfiles in and out: presets that other programs can read; worker threads only."""

from __future__ import annotations

from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem
from desk_llm.models.presets.exchange import from_preset
from desk_llm.models.presets.importing import Imported, import_modelfile
from desk_llm.models.presets.modelfile import dump
from desk_llm.models.types import ModelFile
from desk_llm.services import Services


def take_in(services: Services, path: Path) -> Imported:
    """Find the model it means, and keep the rest as its preset. Raises DeskError."""
    return import_modelfile(path, services.library, services.settings, services.core.presets)


def write(services: Services, file: ModelFile, path: Path) -> None:
    """The model and its preset as a Modelfile. Raises DiskProblem."""
    sources = [str(one) for one in file.parts or (file.path,)]
    text = dump(from_preset(services.core.presets.get(file.id), sources))
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "{path} cannot be written."), "", str(error), path=path
        ) from error
