"""WCAG contrast of the token pairs that meet on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from desk_llm.ui.theme.tokens import DARK, LIGHT, Tokens

TEXT, SECONDARY, OUTLINE = 7.0, 4.5, 3.0
_CANVASES = ("window", "surface", "sunken", "raised", "bubble", "hover", "selected")
_CODE = ("keyword", "string", "number", "function", "comment", "type", "operator")

PAIRS: list[tuple[str, str, float]] = [
    *(("text", canvas, TEXT) for canvas in _CANVASES),
    *(("muted", canvas, SECONDARY) for canvas in _CANVASES),
    *(("faint", canvas, SECONDARY) for canvas in ("window", "surface", "sunken")),
    ("faint", "raised", OUTLINE),
    *(("control", canvas, OUTLINE) for canvas in ("window", "surface", "raised")),
    *(("accent", canvas, SECONDARY) for canvas in ("window", "surface", "raised", "selected")),
    ("on_accent", "accent", SECONDARY),
    ("on_accent", "accent_hover", SECONDARY),
    *(
        (f"{kind}", canvas, SECONDARY)
        for kind in ("danger", "warning", "success")
        for canvas in ("surface", "window", f"{kind}_soft")
    ),
    *(("text", f"{kind}_soft", TEXT) for kind in ("danger", "warning", "success")),
    *(("muted", f"{kind}_soft", SECONDARY) for kind in ("danger", "warning", "success")),
    *((f"code_{role}", "sunken", SECONDARY) for role in _CODE),
    *(
        (f"series_{name}", canvas, OUTLINE)
        for name in ("blue", "violet", "amber")
        for canvas in ("window", "surface")
    ),
    ("surface", "text", TEXT),  # the toast
]


def _luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    made = QColor(colour)
    red, green, blue = (linear(part) for part in (made.redF(), made.greenF(), made.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_pair_can_be_read(scheme: Tokens, front: str, back: str, least: float) -> None:
    ratio = _contrast(getattr(scheme, front), getattr(scheme, back))
    assert ratio >= least, f"{front} on {back}: {ratio:.2f}"


def test_schemes_are_what_they_say() -> None:
    assert _luminance(LIGHT.surface) > 0.9
    assert _luminance(DARK.surface) < 0.1
