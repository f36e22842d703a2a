"""The first run: a model that suits this machine, models that are here already, or later.

No account, no forced download: nothing is asked of the internet before a button is pressed, and
the built-in guide answers all the while.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk_llm.downloads.types import Download, DownloadState
from desk_llm.engine.types import DeviceInfo
from desk_llm.errors import DeskError
from desk_llm.hub.advice import Advised, advise
from desk_llm.hub.types import DownloadSpec
from desk_llm.models.types import ModelFile, Origin
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.chat.first_cards import FoundCard, LaterCard, RecommendedCard
from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.sizes import memory_text


class FirstChoices(QWidget):
    """Shown while only the built-in guide is used; `settled` when that is over."""

    settled = Signal()
    model_chosen = Signal(str)  # id
    file_wanted = Signal()  # choose a file from the disk
    picker_wanted = Signal()  # all models that are here
    discover_wanted = Signal(str)  # what to look for

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._best: Advised | None = None
        self._is_coming = False
        self._has_looked = False
        self.machine = Label.wrapped("", "small")
        self.machine.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.recommended = RecommendedCard()
        self.found = FoundCard()
        self.later = LaterCard()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        for one in (self.machine, self.recommended, self.found, self.later):
            column.addWidget(one)
        self._connect()

    def _connect(self) -> None:
        self.recommended.download_wanted.connect(self._download)
        self.recommended.cancel_wanted.connect(self._cancel)
        self.recommended.use_wanted.connect(self._use)
        self.recommended.more_wanted.connect(lambda: self.discover_wanted.emit(""))
        self.found.chosen.connect(self._choose)
        self.found.file_wanted.connect(self.file_wanted)
        self.found.all_wanted.connect(self.picker_wanted)
        self.later.wanted.connect(self.settled)
        services = self._services
        bridge.on_gui(services.library.changed, lambda _none: self._show_found(), self)
        bridge.on_gui(services.fit.changed, lambda _none: self._on_fit_changed(), self)
        bridge.on_gui(services.downloads.changed, lambda _none: self._show_download(), self)

    def look(self) -> None:
        """Judge the list and show what is here; once, when first shown."""
        self._show_found()
        if self._has_looked:
            return
        self._has_looked = True
        self._judge()
        services = self._services
        gpus = services.engine.stats().devices
        bridge.run(lambda: machine_text(gpus), self).then(self.machine.setText)

    def _judge(self) -> None:
        services = self._services
        engine = services.settings.current.engine
        task = bridge.run(lambda: advise(services.hub.curated(), services.fit, engine), self)
        task.then(self._on_advice).failed(self._on_failed)

    def _on_fit_changed(self) -> None:
        """The machine was measured meanwhile: now the speed is known."""
        if self._has_looked and self._current() is None and not self.recommended.is_telling:
            self._judge()

    # ── the recommended model ────────────────────────────────────────────

    def _on_advice(self, advice: tuple[Advised, ...]) -> None:
        if self.recommended.is_telling:  # a button was pressed while the list was judged
            return
        self._best = next((one for one in advice if one.is_best), None)
        self.recommended.show_advised(self._best)
        self._show_download()

    def _on_failed(self, error: DeskError) -> None:
        self.recommended.show_problem(" ".join(sentence(error)).strip())

    def _download(self) -> None:
        best = self._best
        if best is None:
            return
        self.recommended.show_asking()
        hub = self._services.hub

        def find() -> DownloadSpec | None:
            repo = hub.repo(best.model.repo)
            quant = best.model.quant_of(repo)
            return hub.spec(repo, quant) if quant is not None else None

        bridge.ask(find, self).then(self._on_spec).failed(self._on_failed)

    def _on_spec(self, spec: DownloadSpec | None) -> None:
        if spec is None:
            repo = self._best.model.repo if self._best is not None else ""
            self.recommended.show_advised(self._best)
            self.discover_wanted.emit(f"hf.co/{repo}")
            return
        try:
            self._services.downloads.add(spec)
        except DeskError as error:
            self._on_failed(error)
        else:
            self._show_download()

    def _current(self) -> Download | None:
        """The download of the recommended model, also one of an earlier start."""
        repo = self._best.model.repo if self._best is not None else ""
        known = self._services.downloads.all
        return next((one for one in known if repo and one.spec.repo == repo), None)

    def _show_download(self) -> None:
        download = self._current()
        if download is not None:
            self._is_coming = True
            text = " ".join(sentence(download.error)).strip() if download.error else ""
            self.recommended.show_download(download, text)
        elif self._is_coming:
            self._is_coming = False
            self.recommended.show_advised(self._best)

    def _cancel(self) -> None:
        download = self._current()
        if download is not None:
            self._services.downloads.cancel(download.id)

    def _use(self) -> None:
        download = self._current()
        if download is None or download.state is not DownloadState.DONE:
            return
        library = self._services.library

        def find() -> str:
            library.refresh()
            return library.find(download.path).id

        bridge.run(find, self).then(self._choose).failed(self._on_failed)

    # ── what is here ─────────────────────────────────────────────────────

    def _show_found(self) -> None:
        files = [one for one in self._services.library.files if _is_theirs(one)]
        self.found.show_files(files)

    def _choose(self, model_id: str) -> None:
        self.model_chosen.emit(model_id)
        self.settled.emit()


def _is_theirs(file: ModelFile) -> bool:
    return file.problem is None and file.origin is not Origin.STARTER and not file.is_starter


def machine_text(gpus: Sequence[DeviceInfo]) -> str:
    """This machine in one line. Worker threads."""
    from desk_llm.benchmark.machine import describe

    found = describe(gpus)
    return " · ".join((found.cpu, memory_text(found.ram), *found.gpus))
