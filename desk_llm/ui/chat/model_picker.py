"""The model picker: the button at the top of the chat, and the popup it opens.

It shows the library and the loader's state; it loads nothing itself.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListView,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desk_llm.models.types import LoadedModel, LoadPhase, LoadState, ModelFile
from desk_llm.ui.actions import Actions
from desk_llm.ui.chat.loaded_models import LoadedModels
from desk_llm.ui.chat.model_row import ROW_HEIGHT, ModelRowDelegate, ModelRows
from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.empty_state import EmptyState
from desk_llm.ui.widgets.fields import SearchField
from desk_llm.ui.widgets.labels import ElidedLabel, Label

_WIDTH = 440
_LARGEST_ROWS = 7
_EMPTY_ROWS = 2.6


class ModelButton(TextButton):
    """Name of the model in use, or what is being loaded, with an arrow."""

    def __init__(self, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__("", "model", "", parent)
        self.setToolTip(tooltip)
        self._whole = ""

    def set_model_text(self, text: str) -> None:
        """Shown as far as it fits."""
        self._whole = text
        self._elide()
        self.setAccessibleName(self.tr("Model: {0}").format(text))

    def set_room(self, width: int) -> None:
        """The widest it may be."""
        self.setMaximumWidth(max(120, width))
        self._elide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The arrow at the right."""
        super().paintEvent(event)
        size = tokens.ICON_ROW
        painter = QPainter(self)
        arrow = icons.pixmap("chevron-down", "muted", size, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - size - 8, (self.height() - size) // 2, arrow)

    def _elide(self) -> None:
        room = min(self.maximumWidth(), 420) - 48
        font = tokens.font("body")
        font.setWeight(font.Weight.DemiBold)
        self.setFont(font)
        mode = Qt.TextElideMode.ElideMiddle
        # "&" would become a mnemonic.
        shown = self.fontMetrics().elidedText(self._whole, mode, room)
        self.setText(shown.replace("&", "&&"))


class _ModelList(QListView):
    """Enter and click choose."""

    def __init__(self, model: ModelRows) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(ModelRowDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Models"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on every platform; `activated` depends on the style."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class ModelPicker(QFrame):
    """A popup: search, the list, loading with Cancel, what is loaded, two ways to more models."""

    chosen = Signal(str)  # model id
    file_chosen = Signal(Path)
    refresh_requested = Signal()
    cancel_requested = Signal()
    unload_requested = Signal(str)  # model id
    settings_requested = Signal(str)  # id of a model that shall be loaded in another way

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("panel", "popup")
        self.setAccessibleName(self.tr("Choose a model"))
        self._rows = ModelRows(self)
        self.search = SearchField(self.tr("Search models"), self.tr("Search models"))
        self.search.textChanged.connect(self._on_search_changed)
        self.search.down_pressed.connect(self._on_search_down)
        self.search.returnPressed.connect(self._on_return)
        self.search.escaped.connect(self.close)
        self.list = _ModelList(self._rows)
        self.list.clicked.connect(self._on_clicked)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(
            lambda position: self._ask_for_settings(self.list.indexAt(position))
        )
        self._loading = self._build_loading()
        self._loaded = LoadedModels()
        self._loaded.unload_requested.connect(self.unload_requested)
        self._loaded.resized.connect(self._on_loaded_resized)
        self._empty = EmptyState("search", self.tr("No model is called that"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        self._build(actions)

    def set_files(
        self, files: tuple[ModelFile, ...], chosen: str, loaded: tuple[LoadedModel, ...] = ()
    ) -> None:
        """The library as it is now, and what of it is in memory."""
        self._loaded.set_models(loaded)
        if self._rows.set_files(files, chosen, frozenset(one.file.id for one in loaded)):
            self._show_rows()  # not at every step of a load: it moves the keyboard's row

    def set_state(self, state: LoadState) -> None:
        """Progress while something loads."""
        is_loading = state.phase is LoadPhase.LOADING
        self._loading.setVisible(is_loading)
        if is_loading and state.model is not None:
            percent = round(state.progress * 100)
            text = self.tr("Loading {0} · {1} %").format(state.model.name, percent)
            if state.waits_for:
                text = self.tr("Waiting until {0} has finished its reply").format(state.waits_for)
            self._loading_text.setText(text)
            self._bar.setValue(percent)
        elif state.phase is LoadPhase.FAILED and state.error is not None:
            self._problem.setText(" ".join(sentence(state.error)).strip())
        self._problem.setVisible(state.phase is LoadPhase.FAILED and state.error is not None)
        if self.isVisible():
            self.adjustSize()

    def open_below(self, button: QWidget) -> None:
        """Show it centred under the button, inside the screen."""
        self.search.clear()
        self.adjustSize()
        corner = button.mapToGlobal(
            QPoint(button.width() // 2 - self.width() // 2, button.height() + 4)
        )
        screen = button.screen().availableGeometry()
        left = max(screen.left() + 8, min(corner.x(), screen.right() - self.width() - 8))
        self.move(left, corner.y())
        self.show()

    def ask_for_file(self) -> None:
        """The file dialog of "Open a GGUF file…"."""
        self.close()
        path, _filter = QFileDialog.getOpenFileName(
            self.parentWidget(),
            self.tr("Open a GGUF file"),
            "",
            self.tr("GGUF models (*.gguf);;All files (*)"),
        )
        if path:
            self.file_chosen.emit(Path(path))

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard goes to the search; the disk is looked at again."""
        super().showEvent(event)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self.refresh_requested.emit()
        self._show_rows()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _build(self, actions: Actions) -> None:
        refresh = IconButton("retry", self.tr("Look for models again"), size=tokens.ICON_ROW)
        refresh.clicked.connect(self.refresh_requested)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_1)
        head.addWidget(self.search, 1)
        self.settings = IconButton(
            "settings", self.tr("Load the marked model with other settings"), size=tokens.ICON_ROW
        )
        self.settings.clicked.connect(lambda: self._ask_for_settings(self.list.currentIndex()))
        head.addWidget(self.settings)
        head.addWidget(refresh)
        self._problem = Label.wrapped("", "danger")
        self._problem.hide()
        rule = QFrame()
        rule.setProperty("panel", "rule")
        foot = QHBoxLayout()
        foot.setSpacing(0)
        open_file = TextButton(actions["model.open_file"].text(), "row", "file")
        open_file.clicked.connect(self.ask_for_file)
        models = TextButton(actions["app.models"].text(), "row", "models")
        models.setToolTip(actions["app.models"].toolTip())
        models.clicked.connect(self.close)
        models.clicked.connect(actions["app.models"].trigger)
        foot.addWidget(open_file)
        foot.addStretch(1)
        foot.addWidget(models)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_2, tokens.SPACE_2, tokens.SPACE_2, tokens.SPACE_1)
        column.setSpacing(tokens.SPACE_2)
        column.addLayout(head)
        column.addWidget(self._loading)
        column.addWidget(self._problem)
        column.addWidget(self._stack)
        column.addWidget(self._loaded)
        column.addWidget(rule)
        column.addLayout(foot)
        self.setFixedWidth(_WIDTH)

    def _build_loading(self) -> QWidget:
        box = QWidget()
        self._loading_text = ElidedLabel("", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Loading the model"))
        cancel = TextButton(self.tr("Cancel"), "ghost")
        cancel.clicked.connect(self.cancel_requested)
        texts = QVBoxLayout()
        texts.addWidget(self._loading_text)
        texts.addWidget(self._bar)
        row = QHBoxLayout(box)
        row.setContentsMargins(tokens.SPACE_3, 0, 0, 0)
        row.addLayout(texts, 1)
        row.addWidget(cancel)
        box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        box.hide()
        return box

    def _show_rows(self) -> None:
        count = self._rows.rowCount()
        self._stack.setCurrentWidget(self.list if count else self._empty)
        rows = min(count, _LARGEST_ROWS + 0.5) if count else _EMPTY_ROWS
        self._stack.setFixedHeight(round(rows * tokens.px(ROW_HEIGHT)) + 2)
        self.list.setCurrentIndex(self._rows.first_usable())
        if self.isVisible():
            self.adjustSize()

    def _on_search_changed(self, text: str) -> None:
        self._rows.set_filter(text)
        self._show_rows()

    def _on_loaded_resized(self) -> None:
        if self.isVisible():
            self.adjustSize()

    def _on_search_down(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_return(self) -> None:
        self._on_clicked(self.list.currentIndex())

    def _ask_for_settings(self, index: QModelIndex) -> None:
        file = self._rows.file_at(index)
        if file is not None and file.problem is None:
            self.close()
            self.settings_requested.emit(file.id)

    def _on_clicked(self, index: QModelIndex) -> None:
        file = self._rows.file_at(index)
        if file is not None and file.problem is None:
            self.close()
            self.chosen.emit(file.id)
