"""The three cards of the first run, one under the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desk_llm.downloads.types import Download, DownloadState
from desk_llm.hub.advice import Advised
from desk_llm.models.names import plain
from desk_llm.models.types import ModelFile
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import ElidedLabel, Label
from desk_llm.ui.widgets.sizes import memory_text, rate_text, size_text, speed_text

_MOST_FOUND = 2


class Card(QFrame):
    """A title over what belongs to it; its buttons stand at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self._title = Label.wrapped("", "small")
        self.column = QVBoxLayout()
        self.column.setSpacing(2)
        self.column.addWidget(self._title)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(tokens.SPACE_2)
        row = QHBoxLayout(self)
        edge = tokens.SPACE_4
        row.setContentsMargins(edge, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_3)
        row.addLayout(self.column, 1)
        row.addLayout(self.foot)

    def set_title(self, title: str) -> None:
        """What the card offers."""
        self._title.setText(title)
        self.setAccessibleName(title)


class RecommendedCard(Card):
    """A model that suits this machine: name, size, expected speed and memory."""

    download_wanted = Signal()
    cancel_wanted = Signal()
    use_wanted = Signal()
    more_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(self.tr("Recommended for this machine"))
        self.name = ElidedLabel("", "subtitle")
        self.facts = Label.wrapped("", "small")
        self.text = Label.wrapped("", "small")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        for one in (self.name, self.facts, self.bar, self.text):
            self.column.addWidget(one)
        self.get = TextButton(self.tr("Download"), icon="download")
        self.get.clicked.connect(self.download_wanted)
        self.use = TextButton(self.tr("Use it"), icon="check")
        self.use.clicked.connect(self.use_wanted)
        self.cancel = TextButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_wanted)
        self.more = TextButton(self.tr("Others…"), "ghost")
        self.more.clicked.connect(self.more_wanted)
        for button in (self.more, self.cancel, self.use, self.get):
            self.foot.addWidget(button)
        self._advised: Advised | None = None
        self.is_telling = False  # something that a newer forecast must not wipe out
        self._show_only(self.more)
        self.text.setText(self.tr("Looking at this machine…"))

    def show_advised(self, advised: Advised | None) -> None:
        """The best of the list; None: nothing of it fits."""
        self.is_telling = False
        self._advised = advised
        if advised is None:
            self.name.setText("")
            self.facts.setText("")
            self._say(self.tr("No model of the list fits into the memory of this machine."))
            self._show_only(self.more)
            return
        fit = advised.fit
        self.name.setText(plain(advised.model.name, 80))
        speed = fit.forecast.decode_tok_s
        facts = (
            size_text(advised.model.approx_bytes),
            speed_text(speed) if speed else "",
            self.tr("needs about {0} of memory").format(memory_text(fit.total_bytes)),
        )
        self.facts.setText(" · ".join(one for one in facts if one))
        self._say("")
        self._show_only(self.get, self.more)

    def show_asking(self) -> None:
        """The server is asked where the file is."""
        self.is_telling = True
        self._say(self.tr("Asking the server…"))
        self._show_only(self.more)

    def show_problem(self, text: str) -> None:
        """It could not be had; it may be tried again."""
        self.is_telling = True
        self._say(text)
        self._show_only(*((self.get, self.more) if self._advised is not None else (self.more,)))

    def show_download(self, download: Download, problem: str) -> None:
        """How far it is."""
        self.is_telling = False
        if download.state is DownloadState.DONE:
            self._say(self.tr("It is here."))
            self._show_only(self.use)
            return
        total = download.total_bytes or download.spec.size_bytes
        done = self.tr("{0} of {1}").format(size_text(download.done_bytes), size_text(total))
        rate = rate_text(download.bytes_per_s) if download.state is DownloadState.RUNNING else ""
        if download.state is DownloadState.VERIFYING:
            done = self.tr("Checking that it came whole…")
        if download.state is DownloadState.PAUSED:
            done = self.tr("Paused at {0}").format(done)
        self._say(" · ".join(one for one in (done, rate, problem) if one))
        self.bar.setValue(round(1000 * download.done_bytes / total) if total else 0)
        self._show_only(self.bar, self.cancel)

    def _say(self, text: str) -> None:
        self.text.setText(text)
        self.text.setVisible(bool(text))

    def _show_only(self, *shown: QWidget) -> None:
        for one in (self.bar, self.get, self.use, self.cancel, self.more):
            one.setVisible(one in shown)


class FoundCard(Card):
    """Models that are on this disk already, used where they are."""

    chosen = Signal(str)  # id
    file_wanted = Signal()
    all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(self.tr("I already have models"))
        self.about = Label.wrapped("", "small")
        self.column.addWidget(self.about)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.column.addLayout(self._list)
        self.buttons: list[TextButton] = []
        self.file = TextButton(self.tr("Choose a file…"), icon="file")
        self.file.clicked.connect(self.file_wanted)
        self.all = TextButton(self.tr("All of them…"))
        self.all.clicked.connect(self.all_wanted)
        self.foot.addWidget(self.file)
        self.foot.addWidget(self.all)
        self.show_files(())

    def show_files(self, files: Sequence[ModelFile]) -> None:
        """The largest first; a click takes one."""
        for old in self.buttons:
            old.hide()
            old.deleteLater()
        self.buttons = []
        ordered = sorted(files, key=lambda one: -one.size_bytes)
        for file in ordered[:_MOST_FOUND]:
            name = plain(file.name, 40)
            button = TextButton(f"{name} · {size_text(file.size_bytes)}", "row", "chip")
            button.setAccessibleName(self.tr("Use {0}").format(name))
            button.clicked.connect(lambda _checked=False, one=file.id: self.chosen.emit(one))
            button.setMinimumWidth(0)
            self._list.addWidget(button)
            self.buttons.append(button)
        if files:
            total = size_text(sum(one.size_bytes for one in files))
            text = self.tr("{0} found on this disk, {1} together. They stay where they are.")
            self.about.setText(text.format(len(files), total))
        else:
            self.about.setText(
                self.tr(
                    "Ollama, LM Studio, llama.cpp and Hugging Face keep none here. Choose a GGUF "
                    "file; it stays where it is."
                )
            )
        self.all.setVisible(len(files) > _MOST_FOUND)
        self.file.setVisible(len(files) <= _MOST_FOUND)


class LaterCard(Card):
    """Nothing has to be chosen now."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(self.tr("Later"))
        self.column.addWidget(
            Label.wrapped(
                self.tr(
                    "The small built-in guide answers at once; other models are always at the top."
                ),
                "small",
            )
        )
        self.button = TextButton(self.tr("Not now"))
        self.button.clicked.connect(self.wanted)
        self.foot.addWidget(self.button)
