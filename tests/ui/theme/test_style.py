"""The style sheet, the palette and the icons of both schemes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.theme.sheet import SHEET, sheet
from desk_llm.ui.theme.style import Style
from desk_llm.ui.widgets.buttons import IconButton


def test_sheet_is_short_and_complete() -> None:
    made = sheet(tokens.LIGHT, 100)
    assert len(SHEET.template.splitlines()) <= 200
    assert "$" not in made


@pytest.mark.parametrize("dark", [False, True])
def test_theme_sets_palette_and_tokens(style: Style, qapp: QApplication, dark: bool) -> None:
    style.apply("dark" if dark else "light", 100)
    assert tokens.current() is (tokens.DARK if dark else tokens.LIGHT)
    window = qapp.palette().color(QPalette.ColorRole.Window).name().upper()
    assert window == tokens.current().window


def test_zoom_scales_type(style: Style, qapp: QApplication) -> None:
    style.apply("light", 160)
    assert qapp.font().pixelSize() == round(13 * 1.6)
    assert tokens.px(100) == 160
    assert tokens.font("chat", 100).pixelSize() == 15


def test_changed_is_told_once(style: Style, qtbot: QtBot) -> None:
    with qtbot.waitSignal(style.changed):
        style.apply("dark", 100)
    with qtbot.assertNotEmitted(style.changed):
        style.apply("dark", 100)


def test_system_theme_follows_the_system(style: Style) -> None:
    style.apply("dark", 100)
    style.apply("system", 100)
    assert tokens.current() is tokens.LIGHT  # the offscreen platform has no dark scheme


@pytest.mark.parametrize("name", [*icons.names(), "app"])
def test_icon_is_drawn_in_the_house_style(name: str) -> None:
    source = (icons.FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert "<script" not in source
    assert "href" not in source
    if name != "app":
        assert 'viewBox="0 0 24 24"' in source
        assert 'stroke-width="1.75"' in source
        assert "currentColor" in source


def test_icons_have_pixels_of_their_colour(style: Style) -> None:
    for name in icons.names():
        image = icons.pixmap(name, "danger", 24).toImage()
        wanted = QColor(tokens.current().danger)
        opaque = [
            image.pixelColor(x, y)
            for x in range(24)
            for y in range(24)
            if image.pixelColor(x, y).alpha() == 255
        ]
        assert opaque, name
        for drawn in opaque:  # blending rounds
            assert abs(drawn.red() - wanted.red()) <= 2, name
            assert abs(drawn.blue() - wanted.blue()) <= 2, name


def test_icon_button_follows_the_scheme(style: Style, qtbot: QtBot) -> None:
    button = IconButton("copy", "Copy")
    qtbot.addWidget(button)
    before = button.icon().cacheKey()
    style.apply("dark", 100)
    assert button.icon().cacheKey() != before
