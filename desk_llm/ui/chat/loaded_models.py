"""The loaded models in the picker: what each takes of which memory, and a button to unload it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desk_llm.models.types import LoadedModel
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton
from desk_llm.ui.widgets.labels import ElidedLabel, Label
from desk_llm.ui.widgets.sizes import memory_text

_ROW_HEIGHT = 28
_LARGEST_ROWS = 4.5


class LoadedModels(QWidget):
    """A heading with the sum, and one row per model; hidden when nothing is loaded."""

    unload_requested = Signal(str)  # model id
    resized = Signal()  # another number of rows

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[LoadedModel, ...] = ()
        self._total = Label("", "small")
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_3, 0, tokens.SPACE_2, 0)
        head.addWidget(Label(self.tr("In memory"), "section"), 1)
        head.addWidget(self._total)
        self._page = QWidget()
        self._rows = QVBoxLayout(self._page)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._page)
        self._scroll.setWidgetResizable(True)
        self._page.setAutoFillBackground(False)  # the popup's colour shows through
        self._scroll.viewport().setAutoFillBackground(False)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_1)
        column.addLayout(head)
        column.addWidget(self._scroll)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_models(self, models: tuple[LoadedModel, ...]) -> None:
        """What is loaded now, the most recently used first."""
        if models == self._models:
            return
        self._models = models
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # deleted by the event loop: a click on its button may be under way
                widget.deleteLater()
        for one in models:
            self._rows.addWidget(self._row(one))
        self._total.setText(memory_text(sum(one.size for one in models)))
        self.setVisible(bool(models))
        self._fit()
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        """The zoom changed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_scroll"):
            self._fit()

    def _fit(self) -> None:
        rows = min(len(self._models), _LARGEST_ROWS)
        self._scroll.setFixedHeight(round(rows * tokens.px(_ROW_HEIGHT)))

    def _row(self, model: LoadedModel) -> QWidget:
        box = QWidget()
        box.setFixedHeight(tokens.px(_ROW_HEIGHT))
        unload = IconButton(
            "eject", self.tr("Unload {0}").format(model.file.name), size=tokens.ICON_ROW
        )
        unload.clicked.connect(lambda: self.unload_requested.emit(model.file.id))
        row = QHBoxLayout(box)
        row.setContentsMargins(tokens.SPACE_3, 0, 0, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(ElidedLabel(model.file.name, "small"), 1)
        row.addWidget(Label(self._where(model), "small"))
        row.addWidget(unload)
        return box

    def _where(self, model: LoadedModel) -> str:
        """0.5 GB RAM · 5.1 GB CUDA0."""
        parts = []
        for use in model.memory:
            size = use.weights + use.kv_cache + use.compute
            if size:
                device = self.tr("RAM") if use.device == "CPU" else use.device
                parts.append(f"{memory_text(size)} {device}")
        return " · ".join(parts)
