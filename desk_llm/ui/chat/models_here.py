"""Which model this chat talks to: the library, the loader and the picker, brought together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desk_llm.engine.types import ModelInfo
from desk_llm.errors import DeskError, ModelNotFound
from desk_llm.models.loading.ending import Blocked
from desk_llm.models.types import LoadPhase, LoadState, ModelFile
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.actions import Actions
from desk_llm.ui.chat.model_picker import ModelButton, ModelPicker

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class ModelsHere(QObject):
    """Chooses, loads and shows; reading the disk happens on a worker."""

    changed = Signal()  # the choice, the library or the loader's state
    chosen = Signal(str)  # id, by the person
    failed = Signal(object)  # DeskError
    load_failed = Signal(object)  # DeskError; a waiting reply says it too
    settings_asked = Signal(object)  # ModelFile that shall be loaded in another way
    blocked_asked = Signal()  # the chosen model ended the app and is not loaded by itself

    def __init__(
        self, services: Services, actions: Actions, button: ModelButton, owner: QWidget
    ) -> None:
        super().__init__(owner)
        self._services = services
        self._button = button
        self._chosen = services.settings.current.models.last
        self._is_looking = False
        self._load_after_look = False
        self._told: set[str] = set()  # folders that could not be read
        self._blocked = Blocked(services.paths.blocked_model)
        self.loads_at_start = True
        self.picker = ModelPicker(actions, owner)
        self.picker.chosen.connect(self.choose)
        self.picker.file_chosen.connect(self.open_file)
        self.picker.refresh_requested.connect(self.refresh)
        self.picker.cancel_requested.connect(services.loader.cancel)
        self.picker.unload_requested.connect(services.loader.unload)
        self.picker.settings_requested.connect(self._on_settings_requested)
        bridge.on_gui(services.loader.loaded_changed, lambda _models: self._show(), self)
        bridge.on_gui(services.library.changed, lambda _none: self._show(), self)
        bridge.on_gui(services.loader.changed, self._on_loader_changed, self)
        self._show()

    @property
    def chosen_id(self) -> str:
        """The id that new messages are sent to; "" when there is no model at all."""
        file = self._chosen_file()
        return file.id if file is not None else ""

    @property
    def chosen_name(self) -> str:
        """Its name for people."""
        file = self._chosen_file()
        return file.name if file is not None else ""

    @property
    def chosen_info(self) -> ModelInfo | None:
        """What the engine knows of it while it is loaded."""
        loaded, chosen = self._services.loader.loaded, self.chosen_id
        return next((one.info for one in loaded if one.file.id == chosen), None)

    @property
    def has_model(self) -> bool:
        """Whether there is anything to send to."""
        return self._chosen_file() is not None

    @property
    def note(self) -> str:
        """A sentence for an empty chat."""
        file = self._chosen_file()
        if file is None:
            return self.tr("Open a GGUF file or put one into the models folder to start.")
        if file.is_starter:
            return self.tr(
                "{0} is a small built-in guide: it knows this app and simple things. "
                "Choose a bigger model above for real work."
            ).format(file.name)
        return self.tr("You are talking to {0}.").format(file.name)

    def refresh(self) -> None:
        """Look at the folders again; at most one look at a time."""
        if self._is_looking:
            return
        self._is_looking = True
        bridge.run(self._services.library.refresh, self).then(self._on_refreshed).failed(
            self._on_refresh_failed
        )

    def open_picker(self) -> None:
        """Ctrl+L."""
        self.picker.open_below(self._button)

    def block(self, model_id: str) -> None:
        """This model ended the app: it is loaded again only when the person chooses it."""
        self._blocked.block(model_id)

    def may_ask(self) -> bool:
        """Whether a message may load the chosen model; the person is told when not."""
        is_blocked = bool(self.chosen_id) and self.chosen_id == self._blocked.model
        if is_blocked:
            self.blocked_asked.emit()
        return not is_blocked

    def choose(self, model_id: str) -> None:
        """Use this model from now on, and load it at once."""
        self._chosen = model_id
        self._blocked.release(model_id)
        self._services.settings.change("models", last=model_id)
        self._show()
        self.chosen.emit(self.chosen_id)
        self.load()

    def choose_for_chat(self, model_id: str) -> None:
        """An old chat is opened: its model, unless it is gone."""
        if any(file.id == model_id and file.problem is None for file in self._files()):
            self._chosen = model_id
            self._show()

    def load(self) -> None:
        """Load the chosen model now; the loader's news say how it goes."""
        if self.chosen_id:
            self._services.loader.ensure(self.chosen_id, is_choice=True)

    def start(self) -> None:
        """At the start: look for models; the built-in guide, which costs nothing, is loaded."""
        self._load_after_look = True
        self.refresh()

    def open_file(self, path: Path) -> None:
        """Use a GGUF file from anywhere; it is remembered once it turns out to be a model."""
        text = str(path.absolute())
        bridge.run(lambda: self._services.library.find(text), self).then(
            self._on_file_found
        ).failed(self.failed.emit)

    def _files(self) -> tuple[ModelFile, ...]:
        return self._services.library.files

    def _chosen_file(self) -> ModelFile | None:
        try:
            return self._services.library.usable(self._chosen)
        except ModelNotFound:
            return None

    def _on_settings_requested(self, model_id: str) -> None:
        for file in self._files():
            if file.id == model_id:
                self.settings_asked.emit(file)

    def _on_file_found(self, file: ModelFile) -> None:
        if file.problem is not None:
            self.failed.emit(file.problem)
            return
        known = self._services.settings.current.models.extra_files
        if all(one.path != file.path for one in self._files()):
            self._services.settings.change("models", extra_files=(*known, str(file.path)))

        def use(_none: None) -> None:
            listed = (one for one in self._files() if one.path == file.path)
            self.choose(next(listed, file).id)

        bridge.run(self._services.library.refresh, self).then(use).failed(self.failed.emit)

    def _on_refreshed(self, _none: None) -> None:
        self._is_looking = False
        self._show()
        file = self._chosen_file()
        may_load = self._load_after_look and self.loads_at_start
        if may_load and file is not None and file.is_starter and file.id != self._blocked.model:
            self.load()
        self._load_after_look = False
        for problem in self._services.library.problems:
            if problem.message not in self._told:  # once is enough
                self._told.add(problem.message)
                self.failed.emit(problem)

    def _on_refresh_failed(self, error: DeskError) -> None:
        self._is_looking = False
        self.failed.emit(error)

    def _on_loader_changed(self, state: LoadState) -> None:
        self._show(state)
        if state.phase is LoadPhase.FAILED and state.error is not None:
            self.load_failed.emit(state.error)

    def _show(self, state: LoadState | None = None) -> None:
        state = state or self._services.loader.state
        self.picker.set_files(self._files(), self.chosen_id, self._services.loader.loaded)
        self.picker.set_state(state)
        self._button.set_model_text(self._button_text(state))
        self.changed.emit()

    def _button_text(self, state: LoadState) -> str:
        is_loading = state.phase is LoadPhase.LOADING
        file = state.model if is_loading else self._chosen_file()
        if file is None:
            return self.tr("Choose a model")
        if is_loading:
            return self.tr("{0} · {1} %").format(file.name, round(state.progress * 100))
        quant = file.info.quant if file.info is not None and not file.is_starter else ""
        return f"{file.name} · {quant}" if quant else file.name
