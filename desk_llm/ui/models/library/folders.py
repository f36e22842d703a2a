"""Where models are looked for: the app's folder, the person's own, files, and other apps'."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desk_llm.models.names import plain
from desk_llm.services import Services
from desk_llm.settings import Settings
from desk_llm.ui import bridge
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.labels import ElidedLabel, Label
from desk_llm.ui.widgets.switch import Switch


class FoldersDialog(QDialog):
    """Modeless; what is taken from the list stays on the disk."""

    add_wanted = Signal()
    changed = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setWindowTitle(self.tr("Where models are looked for"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("panel", "canvas")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(tokens.SPACE_1)
        self.others = Switch(self.tr("Show models of other apps"))
        self.others.toggled.connect(self._on_others_toggled)
        self._build()
        self._show(services.settings.current)
        bridge.on_gui(services.settings.changed, self._show, self)
        self.resize(560, 420)

    def entries(self) -> list[str]:
        """The paths that are shown."""
        return [label.whole_text() for label in self.findChildren(ElidedLabel)]

    def _build(self) -> None:
        page = QWidget()
        page.setProperty("panel", "canvas")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(self._rows)
        inside.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        others = QHBoxLayout()
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(self.tr("Show models of other apps")))
        about = self.tr(
            "Those of the Hugging Face cache, llama.cpp, LM Studio and Ollama are used where they "
            "are, and never changed."
        )
        texts.addWidget(Label.wrapped(about, "small"))
        others.addLayout(texts, 1)
        others.addWidget(self.others)
        rule = QFrame()
        rule.setProperty("panel", "rule")
        add, close = (
            TextButton(self.tr("Add a folder…"), "outline", "plus"),
            TextButton(self.tr("Close")),
        )
        add.clicked.connect(self.add_wanted)
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(add)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.SPACE_4] * 4)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(scroll, 1)
        column.addLayout(others)
        column.addWidget(rule)
        column.addLayout(foot)

    def _show(self, settings: Settings) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.setParent(None)
                old.deleteLater()
        self._add_heading(self.tr("Models folder"))
        self._add_row(str(self._services.models_folder), "", "")
        for name, icon, paths in (
            (self.tr("Your folders"), "folder", settings.models.folders),
            (self.tr("Single files"), "file", settings.models.extra_files),
        ):
            if paths:
                self._add_heading(name)
            field = "folders" if icon == "folder" else "extra_files"
            for path in paths:
                self._add_row(path, field, path)
        self.others.blockSignals(True)
        self.others.setChecked(settings.models.other_apps)
        self.others.blockSignals(False)

    def _add_heading(self, text: str) -> None:
        label = Label(text, "section")
        label.setContentsMargins(0, tokens.SPACE_2, 0, 0)
        self._rows.addWidget(label)

    def _add_row(self, text: str, field: str, value: str) -> None:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(ElidedLabel(plain(text, 4_000)), 1)
        if field:
            name = self.tr("Take {0} from the list").format(Path(text).name)
            remove = IconButton("close", name, size=tokens.ICON_ROW)
            remove.clicked.connect(lambda: self._remove(field, value))
            row.addWidget(remove)
        self._rows.addWidget(box)

    def _remove(self, field: str, value: str) -> None:
        known: tuple[str, ...] = getattr(self._services.settings.current.models, field)
        kept = tuple(one for one in known if one != value)
        self._services.settings.change("models", **{field: kept})
        self.changed.emit()

    def _on_others_toggled(self, is_on: bool) -> None:
        self._services.settings.change("models", other_apps=is_on)
        self.changed.emit()
