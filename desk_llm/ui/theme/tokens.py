"""The design tokens: colours of both schemes, type, space, radii and heights; and which are on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtGui import QFont, QFontDatabase

TypeRole = Literal[
    "caption", "small", "body", "chat", "subtitle", "title", "display", "code", "h1", "h2", "h3"
]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour of one scheme as #RRGGBB; `QColor(tokens.accent)` where Qt wants a colour."""

    is_dark: bool
    window: str  # sidebar, panels, status bar
    surface: str  # chat canvas, lists
    sunken: str  # code, table heads
    raised: str  # composer, menus, buttons
    bubble: str  # user message, inline code
    hover: str  # rows, ghost buttons
    selected: str  # current row
    border: str  # hairlines
    control: str  # outlines of inputs
    text: str
    muted: str  # labels, secondary
    faint: str  # hints, counters
    accent: str  # Send, links, focus, series
    on_accent: str
    accent_hover: str
    danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    success: str
    success_soft: str
    code_keyword: str
    code_string: str
    code_number: str
    code_function: str
    code_comment: str
    code_type: str
    code_operator: str
    series_blue: str  # charts with more than one series; the first is the accent
    series_violet: str
    series_amber: str


LIGHT = Tokens(
    is_dark=False,
    window="#F3F3F1",
    surface="#FFFFFF",
    sunken="#F6F6F4",
    raised="#FFFFFF",
    bubble="#EDEDEA",
    hover="#EBEBE8",
    selected="#DCEBEE",
    border="#DDDDD9",
    control="#8B8B86",
    text="#1B1B1A",
    muted="#5E5E5A",
    faint="#6F6F6A",
    accent="#0B6775",
    on_accent="#FFFFFF",
    accent_hover="#095661",
    danger="#B3261E",
    danger_soft="#FBE9E7",
    warning="#855300",
    warning_soft="#FFF2D9",
    success="#26693A",
    success_soft="#E2F2E6",
    code_keyword="#8B1F6B",
    code_string="#2B6A30",
    code_number="#9A4A00",
    code_function="#0B57A4",
    code_comment="#6B6B66",
    code_type="#0B6775",
    code_operator="#4A4A46",
    series_blue="#2F6FB3",
    series_violet="#8C4BA8",
    series_amber="#B3731A",
)

DARK = Tokens(
    is_dark=True,
    window="#191A1B",
    surface="#1F2021",
    sunken="#18191A",
    raised="#2A2B2D",
    bubble="#2C2E30",
    hover="#2A2C2E",
    selected="#1E3A40",
    border="#37393C",
    control="#787B80",
    text="#ECEDED",
    muted="#A8ABAF",
    faint="#8A8D92",
    accent="#5CC3D2",
    on_accent="#04252B",
    accent_hover="#7AD2DF",
    danger="#FF8F85",
    danger_soft="#3B2220",
    warning="#EFC26B",
    warning_soft="#372C17",
    success="#7FD198",
    success_soft="#1D3325",
    code_keyword="#E58CC9",
    code_string="#97D59B",
    code_number="#F0B27A",
    code_function="#8AB8F5",
    code_comment="#8F9297",
    code_type="#7AD2DF",
    code_operator="#C4C6C9",
    series_blue="#7FB2EC",
    series_violet="#D09BE6",
    series_amber="#E8B45A",
)


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """Size and line in px at 100 %; weights are 400 and 600 only."""

    size: int
    line: int
    is_bold: bool = False
    is_mono: bool = False


TYPE: dict[TypeRole, TypeStyle] = {
    "caption": TypeStyle(11, 16),
    "small": TypeStyle(12, 16),
    "body": TypeStyle(13, 20),
    "chat": TypeStyle(15, 24),
    "subtitle": TypeStyle(15, 20, is_bold=True),
    "title": TypeStyle(20, 28, is_bold=True),
    "display": TypeStyle(28, 36, is_bold=True),
    "code": TypeStyle(13, 20, is_mono=True),
    "h1": TypeStyle(20, 28, is_bold=True),
    "h2": TypeStyle(18, 26, is_bold=True),
    "h3": TypeStyle(16, 24, is_bold=True),
}

# The 4-px grid. Space does not grow with the zoom; type and the heights that hold type do.
SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8, SPACE_12 = 4, 8, 12, 16, 24, 32, 48
RADIUS_CHIP, RADIUS_CONTROL, RADIUS_CARD, RADIUS_BUBBLE = 4, 6, 8, 12
HEIGHT_COMPACT, HEIGHT_CONTROL, HEIGHT_ROW, HEIGHT_TOP_BAR, HEIGHT_STATUS = 28, 32, 36, 48, 26
ICON_ROW, ICON_BAR, ICON_EMPTY = 16, 20, 32
CHAT_COLUMN, CHAT_PADDING = 760, 24  # widest text column; least space beside it
GAP_TURN, GAP_BLOCK = 24, 12
SIDEBAR_WIDTH, DOCK_WIDTH = 248, 252
MOTION_MS = 120
ZOOM_MIN, ZOOM_MAX, ZOOM_STEP = 80, 160, 10  # percent

_MONO_FAMILIES = (
    "SF Mono",
    "Cascadia Mono",
    "Consolas",
    "DejaVu Sans Mono",
    "Liberation Mono",
    "Noto Sans Mono",
)


# What fontconfig answers where no desktop sets a font; the first of these that is there is better.
_GENERIC_FAMILIES = ("", "Sans", "Sans Serif", "sans-serif")
_UI_FAMILIES = ("Inter", "Cantarell", "Ubuntu", "Noto Sans", "Noto Sans CJK SC", "DejaVu Sans")


class _Now:
    """What is on; one per process, written by `theme.style.apply` only."""

    tokens: Tokens = LIGHT
    zoom: int = 100
    family: str = ""
    mono: str = ""


def current() -> Tokens:
    """The colours of the scheme in use."""
    return _Now.tokens


def use(tokens: Tokens, zoom: int) -> None:
    """Switch scheme and zoom; the caller repaints the application."""
    _Now.tokens = tokens
    _Now.zoom = min(ZOOM_MAX, max(ZOOM_MIN, zoom))


def zoom() -> int:
    """The zoom in percent, 80 to 160."""
    return _Now.zoom


def px(size: float) -> int:
    """A size that holds type, in px at the current zoom."""
    return round(size * _Now.zoom / 100)


def ui_family() -> str:
    """The system's own interface font."""
    if not _Now.family:
        system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        if system in _GENERIC_FAMILIES:
            known = set(QFontDatabase.families())
            system = next((name for name in _UI_FAMILIES if name in known), system)
        _Now.family = system
    return _Now.family


def mono_family() -> str:
    """The first good fixed-width font of this machine."""
    if not _Now.mono:
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        known = set(QFontDatabase.families())
        _Now.mono = next((name for name in _MONO_FAMILIES if name in known), fixed)
    return _Now.mono


def font(role: TypeRole, percent: int | None = None) -> QFont:
    """The font of a role at the current zoom, or at `percent`."""
    style = TYPE[role]
    made = QFont(mono_family() if style.is_mono else ui_family())
    made.setPixelSize(round(style.size * (percent or _Now.zoom) / 100))
    made.setWeight(QFont.Weight.DemiBold if style.is_bold else QFont.Weight.Normal)
    if style.is_mono:
        made.setStyleHint(QFont.StyleHint.Monospace)
    return made
