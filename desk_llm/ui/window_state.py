"""What the window remembers that is no setting: geometry, widths, the open chat, drafts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings


class WindowState:
    """One ini file per profile; a damaged or read-only one costs the memory, never the start."""

    def __init__(self, path: Path) -> None:
        self._file = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def geometry(self) -> QByteArray:
        """As saved by `QWidget.saveGeometry`; empty at the first start."""
        value = self._file.value("window/geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._set("window/geometry", value)

    @property
    def sidebar_width(self) -> int:
        """In px; 0 when it was never changed."""
        return self._number("window/sidebar")

    @sidebar_width.setter
    def sidebar_width(self, value: int) -> None:
        self._set("window/sidebar", str(value))

    @property
    def folded(self) -> frozenset[str]:
        """Sections of the telemetry panel that show their heading alone."""
        return frozenset(self._text("window/folded").split())

    def set_folded(self, name: str, is_folded: bool) -> None:
        """Remember one of them."""
        names = self.folded | {name} if is_folded else self.folded - {name}
        self._file.setValue("window/folded", " ".join(sorted(names)))

    @property
    def conversation_id(self) -> str:
        """The chat that was open last; empty for a new one."""
        return self._text("chat/open")

    @conversation_id.setter
    def conversation_id(self, value: str) -> None:
        self._set("chat/open", value)

    @property
    def has_settled(self) -> bool:
        """Whether the choices of the first run were answered."""
        return bool(self._text("window/settled"))

    def settle(self) -> None:
        """They were: do not ask again."""
        self._set("window/settled", "yes")

    def draft(self, conversation_id: str) -> str:
        """What was typed and not sent; "" names the new chat."""
        return self._text(f"drafts/{conversation_id or 'new'}")

    def keep_draft(self, conversation_id: str, text: str) -> None:
        """Remember a draft, or forget it when it is empty."""
        key = f"drafts/{conversation_id or 'new'}"
        if text:
            self._set(key, text)
        elif self._file.contains(key):
            self._file.remove(key)

    def save(self) -> None:
        """Write to disk now."""
        self._file.sync()

    def _set(self, key: str, value: str | QByteArray) -> None:
        """Only what changed: Qt writes the file after every `setValue`."""
        if self._file.value(key) != value:
            self._file.setValue(key, value)

    def _text(self, key: str) -> str:
        value = self._file.value(key, "")
        return value if isinstance(value, str) else ""

    def _number(self, key: str) -> int:
        try:
            return int(self._text(key) or 0)
        except ValueError:
            return 0
