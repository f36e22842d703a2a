"""The access token of one host: entered, kept, shown by its ends alone, removed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desk_llm.errors import DeskError
from desk_llm.hub.hosts import host_of
from desk_llm.hub.tokens import HUGGING_FACE, MIRRORS, Place, Tokens
from desk_llm.ui import bridge
from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.fields import Choice
from desk_llm.ui.widgets.labels import Label

_HIDDEN = "••••••••"
_LONG_ENOUGH = 16  # a shorter token's ends would say too much


@dataclass(frozen=True, slots=True)
class Kept:
    """What may be shown of a token; the token itself never comes to the window."""

    place: Place
    ends: str = ""


def ends_of(token: str) -> str:
    """Enough to tell two tokens apart.

    >>> ends_of("hf_abcdefghijklmnopqrstuvwxyz"), ends_of("short")
    ('hf_…wxyz', '••••••••')
    """
    return f"{token[:3]}…{token[-4:]}" if len(token) >= _LONG_ENOUGH else _HIDDEN


class TokenEntry(QWidget):
    """Follows the list of servers: a token belongs to one host, never to a mirror."""

    def __init__(self, store: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._kept = Kept(Place.NOWHERE)
        self.host = Choice()
        self.host.setAccessibleName(self.tr("Host of the token"))
        self.host.currentTextChanged.connect(lambda _host: self.refresh())
        self.state = Label.wrapped("", "small")
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setPlaceholderText(self.tr("Paste a token"))
        self.line.setAccessibleName(self.tr("Access token"))
        self.line.returnPressed.connect(self.save)
        self.save_button = TextButton(self.tr("Keep"))
        self.save_button.clicked.connect(self.save)
        self.show_button = TextButton(self.tr("Show"))
        self.show_button.setCheckable(True)
        self.show_button.setToolTip(self.tr("Its first and last characters"))
        self.show_button.toggled.connect(lambda _on: self._show())
        self.remove_button = TextButton(self.tr("Remove"), icon="trash")
        self.remove_button.clicked.connect(self.remove)
        self.problem = Label.wrapped("", "danger")
        self.problem.hide()
        self._build()
        self.show_hosts((f"https://{HUGGING_FACE}",))

    def _build(self) -> None:
        kept = QHBoxLayout()
        kept.setSpacing(tokens.SPACE_2)
        kept.addWidget(self.state, 1)
        kept.addWidget(self.show_button)
        kept.addWidget(self.remove_button)
        entry = QHBoxLayout()
        entry.setSpacing(tokens.SPACE_2)
        entry.addWidget(self.host)
        entry.addWidget(self.line, 1)
        entry.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addLayout(entry)
        column.addLayout(kept)
        column.addWidget(self.problem)

    def show_hosts(self, endpoints: tuple[str, ...]) -> None:
        """The hosts that may have a token."""
        hosts = [HUGGING_FACE, *map(host_of, endpoints)]
        hosts = [one for one in dict.fromkeys(hosts) if one and one not in MIRRORS]
        if hosts != [self.host.itemText(place) for place in range(self.host.count())]:
            chosen = self.host.currentText()
            self.host.clear()
            self.host.addItems(hosts)
            self.host.setCurrentIndex(max(0, self.host.findText(chosen)))

    # ── what is kept ─────────────────────────────────────────────────────

    def refresh(self) -> None:
        """Look what is kept for the chosen host."""
        host = self.host.currentText()

        def look() -> Kept:
            place = self._store.place(host)
            return Kept(place, ends_of(self._store.get(host)) if place is not Place.NOWHERE else "")

        def found(kept: Kept) -> None:
            if host == self.host.currentText():
                self._kept = kept
                self._show()

        bridge.run(look, self).then(found).failed(self._refuse)

    def save(self) -> None:
        """Keep what is typed; the field forgets it at once."""
        token, host = self.line.text().strip(), self.host.currentText()
        if not token:
            return
        task = bridge.run(lambda: self._store.set(token, host), self)
        task.then(lambda _place: self._on_saved()).failed(self._refuse)

    def remove(self) -> None:
        """Forget it."""
        host = self.host.currentText()
        task = bridge.run(lambda: self._store.remove(host), self)
        task.then(lambda _none: self.refresh()).failed(self._refuse)

    def _on_saved(self) -> None:
        self.line.clear()
        self.problem.hide()
        self.refresh()

    def _refuse(self, error: DeskError) -> None:
        self.problem.setText(" ".join(sentence(error)).strip())
        self.problem.show()

    def _show(self) -> None:
        place, host = self._kept.place, self.host.currentText()
        shown = self._kept.ends if self.show_button.isChecked() else _HIDDEN
        texts = {
            Place.NOWHERE: self.tr("No token is kept for {1}. Public models need none."),
            Place.ENVIRONMENT: self.tr("{0} for {1}, from HF_TOKEN of the environment."),
            Place.KEYRING: self.tr("{0} for {1}, in the system's keyring. It is sent only there."),
            Place.FILE: self.tr(
                "{0} for {1}, in a file that only you can read: there is no keyring here. "
                "It is sent only there."
            ),
        }
        self.state.setText(texts[place].format(shown, host))
        self.show_button.setVisible(place is not Place.NOWHERE)
        is_shown = self.show_button.isChecked()
        self.show_button.setText(self.tr("Hide") if is_shown else self.tr("Show"))
        self.remove_button.setVisible(place in (Place.KEYRING, Place.FILE))
