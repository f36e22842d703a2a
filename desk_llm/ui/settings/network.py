"""The Network page: the offline switch, model servers, the token, proxy and limits."""

from __future__ import annotations

import typing
from dataclasses import fields

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.hub.hub import Hub
from desk_llm.hub.tokens import Tokens
from desk_llm.settings import Setting, SettingsStore
from desk_llm.settings.network import NetworkSettings
from desk_llm.ui.settings.endpoints import Endpoints
from desk_llm.ui.settings.fields import FieldInput, make_input, translated
from desk_llm.ui.settings.token_entry import TokenEntry
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label


class NetworkPage(QWidget):
    """Fields of the table are made as on the other page; the rest has widgets of its own."""

    change_wanted = Signal(str, object)  # field of the network settings, value

    def __init__(
        self, store: SettingsStore, hub: Hub, access: Tokens, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self.inputs: dict[str, FieldInput] = {}
        self._kinds = typing.get_type_hints(NetworkSettings)
        self._settings = {one.name: one.metadata["setting"] for one in fields(NetworkSettings)}
        self.endpoints = Endpoints(store, hub)
        self.token = TokenEntry(access)
        self.setProperty("panel", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        form = QVBoxLayout(self)
        edge = tokens.SPACE_6
        form.setContentsMargins(edge, tokens.SPACE_4, edge, edge)
        form.setSpacing(tokens.SPACE_3)
        self._add_field(form, "offline")
        self._add_heading(form, self.tr("Model server"))
        form.addWidget(
            Label.wrapped(
                self.tr(
                    "Where models are looked for. A test tries the search, the address of a file "
                    "and its first bytes, and names the host that is blocked."
                ),
                "small",
            )
        )
        form.addWidget(self.endpoints)
        self._add_heading(form, self.tr("Access token"))
        form.addWidget(
            Label.wrapped(
                self.tr(
                    "Only models that ask for permission need one. You make it on the pages of "
                    "your account, with the right to read."
                ),
                "small",
            )
        )
        form.addWidget(self.token)
        self._add_heading(form, self.tr("Connection"))
        for name in ("proxy", "parallel_downloads", "limit_mb_s"):
            self._add_field(form, name)
        form.addStretch(1)

    def show_settings(self) -> None:
        """Show what the settings say now."""
        network = self._store.current.network
        for name, made in self.inputs.items():
            made.show_value(getattr(network, name))
        self.endpoints.show_settings()
        self.token.show_hosts((*network.endpoints, network.endpoint))

    def _add_field(self, form: QVBoxLayout, name: str) -> None:
        setting: Setting = self._settings[name]
        made = make_input(
            name, self._kinds[name], setting, lambda value: self.change_wanted.emit(name, value)
        )
        made.widget.setAccessibleName(translated(setting.label))
        self.inputs[name] = made
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(translated(setting.label)))
        if setting.help:
            texts.addWidget(Label.wrapped(translated(setting.help), "small"))
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_4)
        row.addLayout(texts, 1)
        row.addWidget(made.widget, 0, Qt.AlignmentFlag.AlignTop)
        form.addLayout(row)

    @staticmethod
    def _add_heading(form: QVBoxLayout, title: str) -> None:
        line = QFrame()
        line.setProperty("panel", "rule")
        form.addSpacing(tokens.SPACE_2)
        form.addWidget(line)
        form.addWidget(Label(title, "subtitle"))
