"""The list of model servers: choose one, test one, add one, remove one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desk_llm.errors import DeskError
from desk_llm.hub import endpoints
from desk_llm.hub.hub import Hub
from desk_llm.hub.types import EndpointReport
from desk_llm.models.names import plain
from desk_llm.settings import SettingsStore
from desk_llm.settings.network import HF_MIRROR, HUGGING_FACE
from desk_llm.ui import bridge
from desk_llm.ui.messages import sentence
from desk_llm.ui.settings.endpoint_test import EndpointTest
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.labels import Label

_FIXED = (HUGGING_FACE, HF_MIRROR)


class EndpointRow(QWidget):
    """One server and what its test said."""

    def __init__(self, url: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.url = url
        name = plain(url, 100)
        self.radio = QRadioButton(name)
        self.radio.setAccessibleName(name)
        self.test = TextButton(self.tr("Test"))
        self.test.setAccessibleName(self.tr("Test {0}").format(name))
        self.remove = IconButton("close", self.tr("Remove {0}").format(name), size=16)
        self.remove.setVisible(url not in _FIXED)
        self.result = EndpointTest()
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self.radio, 1)
        row.addWidget(self.remove)
        row.addWidget(self.test)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_1)
        column.addLayout(row)
        column.addWidget(self.result)


class Endpoints(QWidget):
    """Writes the settings at once; a refusal is a sentence under the list."""

    changed = Signal()

    def __init__(self, store: SettingsStore, hub: Hub, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._hub = hub
        self.rows: dict[str, EndpointRow] = {}
        self._group = QButtonGroup(self)
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("https://another.server"))
        self.line.setAccessibleName(self.tr("Address of another server"))
        self.line.returnPressed.connect(self.add)
        self.add_button = TextButton(self.tr("Add"), icon="plus")
        self.add_button.clicked.connect(self.add)
        self.problem = Label.wrapped("", "danger")
        self.problem.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(tokens.SPACE_1)
        foot = QHBoxLayout()
        foot.setSpacing(tokens.SPACE_2)
        foot.addWidget(self.line, 1)
        foot.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addLayout(self._list)
        column.addLayout(foot)
        column.addWidget(self.problem)
        self.show_settings()

    # ── the settings ─────────────────────────────────────────────────────

    def show_settings(self) -> None:
        """Show what the settings say now."""
        network = self._store.current.network
        urls = list(dict.fromkeys((*_FIXED, *network.endpoints, network.endpoint)))
        for url in [one for one in self.rows if one not in urls]:
            self._drop(url)
        for url in urls:
            if url not in self.rows:
                self._make(url)
        self.rows[network.endpoint].radio.setChecked(True)

    def add(self) -> None:
        """Add the address that is typed, and choose it."""
        text = self.line.text().strip()
        if not text:
            return
        url = text if "://" in text else f"https://{text}"
        # Finding out where the name leads may take a while.
        task = bridge.ask(lambda: endpoints.clean(url), self)
        task.then(self._on_clean).failed(self._refuse)

    def _on_clean(self, url: str) -> None:
        known = self._store.current.network.endpoints
        self._change(endpoints=tuple(dict.fromkeys((*known, url))), endpoint=url)
        self.line.clear()
        self.show_settings()

    def _remove(self, url: str) -> None:
        network = self._store.current.network
        left = tuple(one for one in network.endpoints if one != url)
        chosen = HUGGING_FACE if network.endpoint == url else network.endpoint
        self._change(endpoints=left, endpoint=chosen)
        self.show_settings()

    def _change(self, **values: str | tuple[str, ...]) -> None:
        try:
            self._store.change("network", **values)
        except DeskError as error:
            self._refuse(error)
        else:
            self.problem.hide()
            self.changed.emit()

    def _refuse(self, error: DeskError) -> None:
        self.problem.setText(" ".join(sentence(error)).strip())
        self.problem.show()

    # ── rows ─────────────────────────────────────────────────────────────

    def _make(self, url: str) -> None:
        row = EndpointRow(url)
        row.radio.clicked.connect(lambda: self._change(endpoint=url))
        row.test.clicked.connect(lambda: self._test(row))
        row.remove.clicked.connect(lambda: self._remove(url))
        self._group.addButton(row.radio)
        self._list.addWidget(row)
        self.rows[url] = row

    def _drop(self, url: str) -> None:
        row = self.rows.pop(url)
        self._group.removeButton(row.radio)
        row.hide()
        row.deleteLater()

    def _test(self, row: EndpointRow) -> None:
        row.test.setEnabled(False)
        row.result.show_running()

        def done(report: EndpointReport) -> None:
            row.test.setEnabled(True)
            row.result.show_report(report)

        def failed(error: DeskError) -> None:
            row.test.setEnabled(True)
            row.result.show_text(" ".join(sentence(error)).strip())

        bridge.ask(lambda: self._hub.test_endpoint(row.url), row).then(done).failed(failed)
