"""Our own stroke icons, recoloured at load: one QIcon per (name, role, scheme)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desk_llm.paths import ASSETS
from desk_llm.ui.theme import tokens

FOLDER = ASSETS / "icons"
Role = Literal[
    "text", "surface", "muted", "faint", "accent", "on_accent", "danger", "warning", "success"
]

_SIZES = (16, 20, 24, 32)
_RATIOS = (1, 2)


def names() -> tuple[str, ...]:
    """Every icon there is, without the app's own."""
    return tuple(sorted(one.stem for one in FOLDER.glob("*.svg") if one.stem != "app"))


def icon(name: str, role: Role = "muted") -> QIcon:
    """The icon in the colour of `role` of the current scheme; ask again at a PaletteChange."""
    now = tokens.current()
    return _icon(name, getattr(now, role), now.faint)


def pixmap(name: str, role: Role, size: int, ratio: float = 1.0) -> QPixmap:
    """For painters and labels: one exact size in logical px."""
    return _render(name, getattr(tokens.current(), role), size, ratio)


def app_icon() -> QIcon:
    """The icon of the window and the task bar."""
    renderer = QSvgRenderer(str(FOLDER / "app.svg"))
    made = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(_paint(renderer, side, 1))
    return made


def app_pixmap(size: int, ratio: float = 1.0) -> QPixmap:
    """The app's icon in logical px."""
    return _paint(QSvgRenderer(str(FOLDER / "app.svg")), size, ratio)


@cache
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    made = QIcon()
    for size in _SIZES:
        for ratio in _RATIOS:
            made.addPixmap(_render(name, colour, size, ratio))
            made.addPixmap(_render(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


@cache
def _render(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    source = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    coloured = source.replace("currentColor", QColor(colour).name())
    return _paint(QSvgRenderer(QByteArray(coloured.encode())), size, ratio)


def _paint(renderer: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    side = round(size * ratio)
    drawn = QPixmap(QSize(side, side))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn
