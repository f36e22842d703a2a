"""The draft model: smaller models of the library that know the same words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from desk_llm.models.loading.companions import mismatch
from desk_llm.models.names import file_name
from desk_llm.models.types import ModelFile
from desk_llm.ui.widgets.fields import Choice
from desk_llm.ui.widgets.sizes import size_text

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class DraftChoice(Choice):
    """None, or one of those that can guess for the model that is shown."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paths: list[str] = [""]
        self.addItem(self.tr("None"))
        self.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setAccessibleName(self.tr("Draft model"))
        self.activated.connect(lambda _index: self.edited.emit())

    def show_candidates(self, file: ModelFile, files: Sequence[ModelFile], chosen: str) -> None:
        """For a model; what was chosen stays in the list, wherever it is."""
        self.clear()
        self.addItem(self.tr("None"))
        self._paths = [""]
        for one in candidates(file, files):
            self._add(str(one.path), f"{one.name} · {size_text(one.size_bytes)}")
        if chosen and chosen not in self._paths:
            self._add(chosen, file_name(Path(chosen)))
        self.setCurrentIndex(self._paths.index(chosen))

    def path(self) -> str:
        """Of the chosen file; empty: none."""
        return self._paths[max(0, self.currentIndex())]

    def has_candidates(self) -> bool:
        """Whether there is anything to choose."""
        return len(self._paths) > 1

    def _add(self, path: str, text: str) -> None:
        self._paths.append(path)
        self.addItem(text)


def candidates(file: ModelFile, files: Sequence[ModelFile]) -> list[ModelFile]:
    """Models that may guess for `file`: as many words, less to compute; the smallest first."""
    info = file.info
    if info is None:
        return []
    fitting = [
        one
        for one in (*files, *(_companion(path) for path in file.drafts))
        if one.problem is None and one.id != file.id
        if one.info is None
        or (
            one.info.tensor_bytes < info.tensor_bytes and mismatch(info, one.info, one.name) is None
        )
    ]
    return sorted(fitting, key=lambda one: one.size_bytes)


def _companion(path: Path) -> ModelFile:
    """A draft that was published with the model: it is no entry of the library."""
    return ModelFile(str(path), path, file_name(path), 0)
