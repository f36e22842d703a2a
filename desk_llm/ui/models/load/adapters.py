"""LoRA files: a row for each with its scale; a file is checked before it is taken."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.errors import DeskError
from desk_llm.models.gguf.adapter import AdapterInfo, check_adapter
from desk_llm.models.loading.companions import MAX_ADAPTERS
from desk_llm.models.names import file_name
from desk_llm.models.presets.types import Adapter
from desk_llm.models.types import ModelFile
from desk_llm.ui import bridge
from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.fields import Decimal
from desk_llm.ui.widgets.labels import ElidedLabel, Label

_MAX_SCALE = 100.0


class AdapterRow(QWidget):
    """A name, a scale, a way out."""

    edited = Signal()
    removed = Signal(object)  # the row

    def __init__(self, adapter: Adapter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = adapter.path
        name = file_name(Path(adapter.path))
        self.name = ElidedLabel(name)
        self.scale = Decimal()
        self.scale.setKeyboardTracking(False)
        self.scale.setDecimals(2)
        self.scale.setSingleStep(0.1)
        self.scale.setRange(-_MAX_SCALE, _MAX_SCALE)
        self.scale.setValue(adapter.scale)
        self.scale.setFixedWidth(tokens.px(84))
        self.scale.setAccessibleName(self.tr("Scale of {0}").format(name))
        self.scale.valueChanged.connect(lambda _value: self.edited.emit())
        remove = IconButton("close", self.tr("Leave out {0}").format(name), size=tokens.ICON_ROW)
        remove.clicked.connect(lambda: self.removed.emit(self))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self.name, 1)
        row.addWidget(self.scale)
        row.addWidget(remove)

    def adapter(self) -> Adapter:
        """As it stands."""
        return Adapter(self.path, round(self.scale.value(), 2))


class AdapterList(QWidget):
    """What is added to the weights of a model."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file: ModelFile | None = None
        self.rows: list[AdapterRow] = []
        self.problem = Label.wrapped("", "danger")
        self.problem.hide()
        self.add = TextButton(self.tr("Add…"))
        self.add.setAccessibleName(self.tr("Add a LoRA adapter"))
        self.add.clicked.connect(self._on_add_clicked)
        head = QHBoxLayout()
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(self.tr("LoRA adapters")))
        texts.addWidget(
            Label.wrapped(self.tr("Small files that change what the model says."), "small")
        )
        head.addLayout(texts, 1)
        head.addWidget(self.add)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_1)
        self._column.addLayout(head)
        self._column.addWidget(self.problem)

    def show_adapters(self, file: ModelFile | None, adapters: tuple[Adapter, ...]) -> None:
        """Those of another model, or of another preset."""
        self._file = file
        self.problem.hide()
        for row in self.rows:
            row.deleteLater()
            row.hide()
        self.rows = []
        for adapter in adapters:
            self._append(adapter)

    def adapters(self) -> tuple[Adapter, ...]:
        """As they stand."""
        return tuple(row.adapter() for row in self.rows)

    def try_file(self, path: Path) -> None:
        """Take a file if it belongs to this model; else say why not."""
        file = self._file
        if file is None or file.info is None:
            return
        info = file.info
        self.problem.hide()

        def check() -> AdapterInfo:
            return check_adapter(path, info.architecture, info.n_layers)

        def take(_info: AdapterInfo) -> None:
            if self._file is file and len(self.rows) < MAX_ADAPTERS:
                self._append(Adapter(str(path)))
                self.edited.emit()

        bridge.run(check, self).then(take).failed(self._refuse)

    def _append(self, adapter: Adapter) -> None:
        row = AdapterRow(adapter)
        row.edited.connect(self.edited)
        row.removed.connect(self._remove)
        self.rows.append(row)
        self._column.addWidget(row)
        self.add.setEnabled(len(self.rows) < MAX_ADAPTERS)

    def _remove(self, row: AdapterRow) -> None:
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
        self.add.setEnabled(True)
        self.edited.emit()

    def _refuse(self, error: DeskError) -> None:
        self.problem.setText(" ".join(sentence(error)).strip())
        self.problem.show()

    def _on_add_clicked(self) -> None:
        start = str(self._file.path.parent) if self._file is not None else ""
        title = self.tr("Add a LoRA adapter")
        chosen, _filter = QFileDialog.getOpenFileName(self, title, start, "GGUF (*.gguf)")
        if chosen:
            self.try_file(Path(chosen))
