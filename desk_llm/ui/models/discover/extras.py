"""What goes with a model: a projector that lets it see or hear, a draft that makes it faster."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.hub.types import QuantFiles, Repo
from desk_llm.models.names import plain
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.fields import Choice
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.sizes import size_text

_USUAL = ("F16", "BF16", "Q8_0")  # of projectors: small anyway, and sensitive to fewer bits
_CHOICE_WIDTH = 280


class Extras(QWidget):
    """Hidden where a repository has neither."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.projector = _Line(
            self.tr("Images and audio"), self.tr("The projector that lets the model see or hear.")
        )
        self.draft = _Line(
            self.tr("Draft model"),
            self.tr("A small model that guesses ahead: more tokens a second."),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        for line in (self.projector, self.draft):
            column.addWidget(line)
            line.choice.currentIndexChanged.connect(lambda _place: self.changed.emit())

    @property
    def chosen(self) -> tuple[QuantFiles, ...]:
        """What is downloaded with the model."""
        found = (self.projector.current, self.draft.current)
        return tuple(one for one in found if one is not None)

    def show_repo(self, repo: Repo) -> None:
        """What this repository offers; a projector is taken unless the person says no."""
        self.projector.set_files(repo.projectors, self.tr("Without"), _usual(repo.projectors))
        self.draft.set_files(repo.drafts, self.tr("Without"), None)
        self.setVisible(bool(repo.projectors or repo.drafts))


class _Line(QWidget):
    """One kind of file."""

    def __init__(self, title: str, about: str) -> None:
        super().__init__()
        self._files: tuple[QuantFiles, ...] = ()
        self.choice = Choice()
        self.choice.setAccessibleName(title)
        self.choice.setFixedWidth(tokens.px(_CHOICE_WIDTH))
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(title))
        texts.addWidget(Label.wrapped(about, "small"))
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, 0, tokens.SPACE_2, 0)
        row.setSpacing(tokens.SPACE_3)
        row.addLayout(texts, 1)
        row.addWidget(self.choice)

    @property
    def current(self) -> QuantFiles | None:
        """None: without."""
        place = self.choice.currentIndex() - 1
        return self._files[place] if 0 <= place < len(self._files) else None

    def set_files(
        self, files: tuple[QuantFiles, ...], without: str, usual: QuantFiles | None
    ) -> None:
        """Offer these; `usual` is chosen at first."""
        self._files = files
        self.choice.clear()
        self.choice.addItem(without)
        for one in files:
            self.choice.addItem(f"{plain(one.label, 60)} · {size_text(one.size_bytes)}")
        self.choice.setCurrentIndex(files.index(usual) + 1 if usual is not None else 0)
        self.setVisible(bool(files))


def _usual(files: tuple[QuantFiles, ...]) -> QuantFiles | None:
    for label in _USUAL:
        for one in files:
            if one.label.upper() == label:
                return one
    return files[0] if files else None
