"""The order of the keyboard in the transcript: its widgets come and go, Qt's own chain forgets."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_chain(port: QWidget, views: Iterable[QWidget]) -> list[QWidget]:
    """What takes the keyboard inside of `views`, in reading order."""
    found: list[tuple[int, int, QWidget]] = []
    for view in views:
        for widget in view.findChildren(QWidget):
            accepts = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if accepts and widget.isEnabled() and widget.isVisible():
                at = widget.mapTo(port, widget.rect().topLeft())
                found.append((at.y(), at.x(), widget))
    return [widget for _, _, widget in sorted(found, key=lambda one: one[:2])]


def next_in(chain: list[QWidget], now: QWidget, owner: QWidget, is_next: bool) -> QWidget | None:
    """Where Tab goes from `now`; None when it leaves the chain. `owner` stands before all."""
    if now is owner:
        return chain[0] if is_next and chain else None
    if now not in chain:
        return None
    at = chain.index(now) + (1 if is_next else -1)
    return chain[at] if 0 <= at < len(chain) else None
