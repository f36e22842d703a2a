"""How one model replies: a dialog from the details of a model."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desk_llm.errors import DeskError
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui.messages import sentence
from desk_llm.ui.models.replies.form import RepliesForm, cleared
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label


class RepliesDialog(QDialog):
    """Modeless; what is saved counts from the next reply on."""

    def __init__(self, services: Services, file: ModelFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._file = file
        self.setWindowTitle(self.tr("How {0} replies").format(file.name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = RepliesForm()
        self.clear = TextButton(self.tr("As in the settings"))
        self.save = TextButton(self.tr("Save"), "primary")
        self.cancel = TextButton(self.tr("Cancel"))
        self.problem = Label.wrapped("", "danger")
        self.problem.hide()
        self._build()
        self.clear.clicked.connect(self._on_clear_clicked)
        self.save.clicked.connect(self._on_save_clicked)
        self.cancel.clicked.connect(self.close)
        self.form.changed.connect(self.problem.hide)
        self._base = services.core.presets.get(file.id)
        self.form.show_preset(self._base, services.settings.current.sampling)
        self.resize(460, 640)

    def _build(self) -> None:
        page = QWidget()
        page.setProperty("panel", "canvas")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        edge = tokens.SPACE_6
        column = QVBoxLayout(page)
        column.setContentsMargins(edge, tokens.SPACE_4, edge, edge)
        column.setSpacing(tokens.SPACE_4)
        column.addWidget(
            Label.wrapped(
                self.tr("For this model alone. What is automatic follows the settings."), "small"
            )
        )
        column.addWidget(self.form)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rule = QFrame()
        rule.setProperty("panel", "rule")
        foot = QHBoxLayout()
        foot.setContentsMargins(edge, tokens.SPACE_3, edge, tokens.SPACE_3)
        foot.setSpacing(tokens.SPACE_2)
        foot.addWidget(self.clear)
        foot.addWidget(self.problem, 1)
        foot.addStretch()
        foot.addWidget(self.cancel)
        foot.addWidget(self.save)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addWidget(rule)
        outer.addLayout(foot)

    def _on_clear_clicked(self) -> None:
        self._base = cleared(self._base)
        self.form.show_preset(self._base, self._services.settings.current.sampling)

    def _on_save_clicked(self) -> None:
        presets = self._services.core.presets
        # The load panel may have saved its part since this dialog was opened.
        newest, asked = presets.get(self._file.id), self.form.preset(self._base)
        preset = replace(newest, sampling=asked.sampling, stop=asked.stop, messages=asked.messages)
        try:
            presets.save(self._file.id, preset)
        except DeskError as error:
            self.problem.setText(" ".join(sentence(error)).strip())
            self.problem.show()
        else:
            self.close()
