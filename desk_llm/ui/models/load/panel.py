"""LoadPanel: what a model needs with any setting, as it is changed; load it, or keep it so.

a control ─▶ quick (formula, at once) ─▶ 150 ms ─▶ resolve (worker) ─▶ exact (simulation)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.engine.types import LoadParams
from desk_llm.errors import DeskError
from desk_llm.models.fit.types import Fit, Verdict
from desk_llm.models.loading.wishes import Wish
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.messages import sentence
from desk_llm.ui.models.load.form import LoadForm, cleared
from desk_llm.ui.models.load.memory_view import MemoryView
from desk_llm.ui.models.load.outcome import Outcome
from desk_llm.ui.models.load.resolve import Resolved, Wanted, companions, resolve
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

PAUSE_MS = 150  # a drag is over, or rests
LOOK_MS = 3000  # other programs come and go


class LoadPanel(QWidget):
    """Shows one model; `set_file` with another, or None."""

    load_started = Signal(str)  # id of a model that is loaded as the form says
    saved = Signal(str)  # id of a model whose default was changed

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._file: ModelFile | None = None
        self._resolved: Resolved | None = None
        self._owner = f"load panel {id(self)}"  # its newest question ends the one before
        self._round = 0  # of questions: older answers are not shown
        self.is_asking = False  # the newest question has no answer yet
        self.fit: Fit | None = None
        self.outcome, self.memory, self.form = Outcome(), MemoryView(), LoadForm()
        self.problem = Label.wrapped("", "danger")
        self.problem.hide()
        self.busy = Label.wrapped(
            self.tr("It is writing a reply. Its next load will be like this."), "small"
        )
        self.busy.hide()
        self.load = TextButton(self.tr("Load"), "primary")
        self.save = TextButton(self.tr("Save as default"))
        self.save.setToolTip(self.tr("This model is loaded like this from now on."))
        self.reset = TextButton(self.tr("Reset"), "ghost")
        self.reset.setToolTip(self.tr("Everything automatic again; what was saved is removed."))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._on_look)
        self._read_companions: set[str] = set()  # paths of adapters and drafts
        self._final: LoadParams | None = None  # the newest of which the engine was asked
        self.form.changed.connect(self._on_form_changed)
        self.load.clicked.connect(self._on_load_clicked)
        self.save.clicked.connect(self._on_save_clicked)
        self.reset.clicked.connect(self._on_reset_clicked)
        self._build()
        bridge.on_gui(services.presets.changed, self._on_preset_changed, self)
        bridge.on_gui(services.loader.loaded_changed, lambda _models: self._ask_soon(), self)
        bridge.on_gui(services.library.changed, lambda _none: self._on_library_changed(), self)
        self.setEnabled(False)

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_2)
        buttons.addWidget(self.load)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        buttons.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(self.outcome)
        column.addWidget(self.memory)
        column.addLayout(buttons)
        column.addWidget(self.problem)
        column.addWidget(self.busy)
        column.addWidget(self.form)

    # ── the model ────────────────────────────────────────────────────────

    @property
    def file(self) -> ModelFile | None:
        """The model that is shown."""
        return self._file

    def set_file(self, file: ModelFile | None) -> None:
        """Another model, with what was saved for it; the same one again changes nothing."""
        if file is not None and (file.info is None or file.problem is not None):
            file = None
        if file == self._file:
            return
        is_same = file is not None and self._file is not None and file.id == self._file.id
        self._file = file
        self.setEnabled(file is not None)
        if file is None:
            return
        self.form.show_file(file, self._services.library.files, self._n_devices())
        if not is_same:
            self._resolved = None
            self._show_preset(self._services.loader.wish(file.id).preset)
        self._ask()

    def _show_preset(self, preset: Preset) -> None:
        assert self._file is not None
        self.form.show_preset(preset, self._file, self._services.library.files)
        self._show_buttons()

    def wanted(self) -> Wanted:
        """What the form says now."""
        assert self._file is not None
        base = self._services.presets.get(self._file.id)
        settings = self._services.settings.current.engine
        return Wanted(self._file, settings, self.form.preset(base))

    # ── figures ──────────────────────────────────────────────────────────

    def _on_form_changed(self) -> None:
        self.problem.hide()
        self.busy.hide()
        self._show_buttons()
        known = self._resolved
        if known is not None:
            self._show_quick(known)
        self._ask_soon()

    def _ask_soon(self) -> None:
        self.is_asking = self._file is not None
        self._pause.start()

    def _show_quick(self, known: Resolved) -> None:
        """By formula; the length that is automatic is the newest plan's."""
        wanted = self.wanted()
        try:
            params = wanted.params()
        except DeskError as error:  # a text that is no share
            self._tell(error)
            return
        if not companions(params) <= self._read_companions:
            return  # their headers are on the disk
        if "n_ctx" not in wanted.preset.load:
            params = replace(params, n_ctx=known.params.n_ctx)
        self._show(self._services.fit.quick(wanted.file, params, known.free), known)

    def _ask(self) -> None:
        """What the loader would make of it: by formula on a worker, then by simulation."""
        if self._file is None:
            return
        self._pause.stop()
        self._round += 1
        self.is_asking = True
        this, wanted, fit = self._round, self.wanted(), self._services.fit

        def on_resolved(known: Resolved) -> None:
            self._read_companions |= companions(known.asked)
            if this == self._round:
                self._on_resolved(known)

        bridge.run(lambda: resolve(wanted, fit), self).then(on_resolved).failed(self._give_up)

    def _on_resolved(self, known: Resolved) -> None:
        file = self._file
        assert file is not None
        assert file.info is not None
        self._resolved = known
        settings = self._services.settings.current.engine
        self.form.show_automatic(known.params, settings, file.info)
        self._show(known.fit, known)
        this = self._round

        def on_exact(fit: Fit) -> None:
            if this == self._round:
                self.is_asking = False
                self._final = fit.params
                self._show(fit, known)
                self.outcome.show_loads(self._services.fit.loads(file))

        exact = self._services.fit.exact(file, known.params, self._owner)
        bridge.follow(exact, self).then(on_exact).failed(self._give_up)

    def _show(self, fit: Fit, known: Resolved) -> None:
        self.fit = fit
        is_no = fit.verdict is Verdict.NO
        notes = known.notes if fit.params == known.params else ()
        note = known.refusal if is_no else next(iter(notes), None)
        self.outcome.show_fit(fit, note, is_final=fit.params == self._final)
        self.memory.show_fit(fit, known.ram_total)
        self.load.setText(self.tr("Load anyway") if is_no else self.tr("Load"))
        self.load.setAccessibleName(self.load.text())

    def _give_up(self, error: DeskError) -> None:
        self.is_asking = False
        self._tell(error)

    def _tell(self, error: DeskError) -> None:
        self.problem.setText(" ".join(sentence(error)).strip())
        self.problem.show()

    def _show_buttons(self) -> None:
        """Nothing is saved or reset where nothing would change."""
        if self._file is None:
            return
        saved, shown = self._services.presets.get(self._file.id), self.wanted().preset
        self.save.setEnabled(shown != saved)
        self.reset.setEnabled(shown != cleared(shown) or saved != cleared(saved))

    # ── buttons ──────────────────────────────────────────────────────────

    def _on_load_clicked(self) -> None:
        wanted = self.wanted()
        anyway = self.fit is not None and self.fit.verdict is Verdict.NO
        is_writing = self._services.engine.is_busy(wanted.file.id)
        self.busy.setVisible(is_writing)
        future = self._services.loader.load_with(wanted.file.id, Wish(wanted.preset, anyway))
        bridge.follow(future, self).failed(self._tell)
        self.load_started.emit(wanted.file.id)

    def _on_save_clicked(self) -> None:
        wanted = self.wanted()
        try:
            self._services.presets.save(wanted.file.id, wanted.preset)
        except DeskError as error:
            self._tell(error)
            return
        self._show_buttons()
        self.saved.emit(wanted.file.id)

    def _on_reset_clicked(self) -> None:
        assert self._file is not None
        base = cleared(self._services.presets.get(self._file.id))
        self._services.presets.save(self._file.id, base)
        self._services.loader.forget_wish(self._file.id)
        self._show_preset(base)
        self.problem.hide()
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """The figures are those of now."""
        super().showEvent(event)
        self._look.start()
        if self._file is not None and not self.is_asking:
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._look.stop()

    def _on_look(self) -> None:
        if not self.is_asking and self._file is not None:
            self._ask()

    # ── news ─────────────────────────────────────────────────────────────

    def _on_preset_changed(self, model_id: str) -> None:
        """From elsewhere, such as a Modelfile that was imported."""
        file = self._file
        if file is None or file.id != model_id:
            return
        preset = self._services.presets.get(model_id)
        if preset != self.form.preset(preset):
            self._show_preset(preset)
            self._ask()

    def _on_library_changed(self) -> None:
        if self._file is not None:
            self.form.show_file(self._file, self._services.library.files, self._n_devices())

    def _n_devices(self) -> int:
        return len(self._services.fit.devices())
