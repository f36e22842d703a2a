"""The blocks: nothing is loaded, no code is lost, links are asked for, colours come from tokens."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QWidget

from desk_llm.markdown.blocks import Code, Element, Plain, Prose, Table
from desk_llm.markdown.stream import BlockStream
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.document.code import LINE_CUT, MAX_LINES, CodeBlock
from desk_llm.ui.widgets.document.column import BlockColumn
from desk_llm.ui.widgets.document.look import Look
from desk_llm.ui.widgets.document.prose import PlainBlock, ProseBlock, prose_html
from desk_llm.ui.widgets.document.rich_text import RichText
from desk_llm.ui.widgets.document.table import TableBlock

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

HOSTILE = [
    "![a](file:///etc/hostname)",
    "![a](/etc/hostname)",
    "![a](//127.0.0.1/share/a.png)",
    "![a](http://127.0.0.1:1/a.png?secret)",
    "![a](qrc:/nothing.png)",
    "<img src=file:///etc/hostname>",
    "<script>alert(1)</script>",
    "<style>@import url(file:///etc/hostname);</style>",
    "<table background=file:///etc/hostname><tr><td>x</table>",
    "[![a](file:///etc/hostname)](http://example.org)",
    '[a](javascript:alert(1) "t")',
    "&lt;img src=file:///etc/hostname&gt;",
    '`<img src="file:///etc/hostname">`',
    '$<img src="file:///etc/hostname">$',
    '| <img src="file:///etc/hostname"> |\n|---|\n| ![a](/etc/hostname) |',
    '- [ ] <img src="file:///etc/hostname">',
    '[a](http://x/"><img/src="file:///etc/hostname)',
    'http://x/"><img/src=file:///etc/hostname>',
]


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


@pytest.fixture
def look() -> Look:
    return Look(tokens.LIGHT, 100)


# ── nothing is loaded ────────────────────────────────────────────────────


@pytest.mark.parametrize("source", HOSTILE)
@pytest.mark.parametrize("as_plain", [False, True])
def test_nothing_is_loaded(
    source: str, as_plain: bool, parent: QWidget, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def load(self: RichText, kind: int, name: QUrl | str) -> object:
        asked.append((kind, name))
        return original(self, kind, name)

    original = RichText.loadResource
    monkeypatch.setattr(RichText, "loadResource", load)
    column = BlockColumn(parent, look, lambda url: None)
    column.set_blocks([Plain(source)] if as_plain else BlockStream(source).blocks, 0)
    column.arrange(0, 0, 700, (0, 600))
    parent.grab()
    assert asked == []
    for widget in column.widgets.values():
        if isinstance(widget, RichText):
            html = widget.toHtml()
            assert "<img" not in html
            assert "\ufffc" not in widget.toPlainText()  # what an image would be


def test_even_an_image_in_the_html_reads_no_file(
    parent: QWidget, look: Look, tmp_path: Path
) -> None:
    image = tmp_path / "a.png"
    parent.grab().save(str(image))
    block = PlainBlock(Plain("x"), look, parent)
    names = (image.as_uri(), str(image), "http://[::1]/a", "//host/share/a.png")
    block.setHtml("".join(f'<img src="{name}">' for name in names))
    block.resize(400, block.fit(400))
    block.grab()
    for name in names:
        kind = QTextDocument.ResourceType.ImageResource.value
        found = block.document().resource(kind, QUrl(name))
        assert isinstance(found, QImage)
        assert found.width() == 1
    kind = QTextDocument.ResourceType.StyleSheetResource.value
    assert block.document().resource(kind, QUrl("file:///etc/hostname")) == b" "


@pytest.mark.parametrize(
    ("address", "is_emitted"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("mailto:a@example.org", True),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("ssh://host", False),
        ("qrc:/x", False),
        ("relative", False),
    ],
)
def test_only_web_and_mail_links_leave(
    address: str, is_emitted: bool, parent: QWidget, look: Look
) -> None:
    block = ProseBlock(Prose((Element("x"),)), look, parent)
    seen: list[QUrl] = []
    block.link_activated.connect(seen.append)
    block.anchorClicked.emit(QUrl(address))
    assert bool(seen) is is_emitted
    assert not block.openLinks()


# ── prose ────────────────────────────────────────────────────────────────


ELEMENTS = st.builds(
    Element,
    html=st.sampled_from(["", "a", "a <b>b</b> c", "<code>x</code>", "a<br>b", "long " * 60]),
    heading=st.integers(0, 6),
    indent=st.integers(0, 12),
    quote=st.integers(0, 3),
    marker=st.sampled_from(["", "•", "3.", "100.", "[ ]", "[x]"]),
    is_tight=st.booleans(),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(elements=st.lists(ELEMENTS, min_size=1, max_size=8))
def test_every_element_is_one_text_block(
    elements: list[Element], parent: QWidget, look: Look
) -> None:
    block = ProseBlock(Prose(tuple(elements)), look, parent)
    assert block.document().blockCount() == len(elements)
    height = block.fit(600)
    block.resize(600, height)
    block.grab()  # paints the markers
    block.deleteLater()


def test_a_selection_survives_more_text(parent: QWidget, look: Look) -> None:
    block = ProseBlock(Prose((Element("one two"),)), look, parent)
    block.find("two")
    block.set_block(Prose((Element("one two three"), Element("more"))))
    assert block.textCursor().selectedText() == "two"


def test_the_last_line_is_not_cut_off(parent: QWidget, look: Look) -> None:
    (prose,) = BlockStream("text\n\n- one\n- two\n- jumpy glyphs").blocks
    assert isinstance(prose, Prose)
    block = ProseBlock(prose, look, parent)
    height = block.fit(400)
    last = block.document().lastBlock()
    assert block.document().documentLayout().blockBoundingRect(last).bottom() <= height


def test_plain_text_is_shown_exactly(parent: QWidget, look: Look) -> None:
    text = "a  b\n\n  <b>c</b> **d** &amp;\te"
    block = PlainBlock(Plain(text), look, parent)
    assert block.document().toRawText().replace("\u2028", "\n") == text


def test_prose_html_holds_no_raw_markup() -> None:
    (prose,) = BlockStream("a <i>b</i> & `<c>`").blocks
    assert isinstance(prose, Prose)
    assert "a &lt;i&gt;b&lt;/i&gt; &amp; <code>&lt;c&gt;</code>" in prose_html(prose.elements)


# ── code ─────────────────────────────────────────────────────────────────


def test_code_grows_by_appending(
    parent: QWidget, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = CodeBlock(Code("a = 1\nb", "python", is_open=True), look, parent)
    height = block.fit(600)
    monkeypatch.setattr(block.view, "setPlainText", pytest.fail)
    block.set_block(Code("a = 1\nb = 2\nc = 3", "python", is_open=True))
    assert block.view.toPlainText() == "a = 1\nb = 2\nc = 3"
    assert block.fit(600) > height


def test_code_is_coloured_by_role(qtbot: QtBot, parent: QWidget, look: Look) -> None:
    block = CodeBlock(Code("# 😀 note\nreturn 'x'", "python"), look, parent)

    def colours() -> list[str]:
        line = block.view.document().lastBlock()
        return [one.format.foreground().color().name() for one in line.layout().formats()]

    qtbot.waitUntil(lambda: len(colours()) == 2)
    assert colours() == [
        QColor(tokens.LIGHT.code_keyword).name(),
        QColor(tokens.LIGHT.code_string).name(),
    ]
    first = block.view.document().firstBlock().layout().formats()
    assert [(one.start, one.length) for one in first] == [(0, 9)]  # the emoji is two units
    block.restyle(Look(tokens.DARK, 100))
    assert colours()[0] == QColor(tokens.DARK.code_keyword).name()


def test_an_unknown_language_stays_plain(qtbot: QtBot, parent: QWidget, look: Look) -> None:
    block = CodeBlock(Code("x = 1", "no-such-language"), look, parent)
    qtbot.wait(20)
    assert block.view.document().firstBlock().layout().formats() == []


def test_hidden_characters_are_shown_and_copied_as_shown(parent: QWidget, look: Look) -> None:
    block = CodeBlock(Code("a\u202eb\u200bc\x1b]52;"), look, parent)
    assert block.view.toPlainText() == "a⟨U+202E⟩b⟨U+200B⟩c␛]52;"
    block._copy.click()
    assert QGuiApplication.clipboard().text() == "a⟨U+202E⟩b⟨U+200B⟩c␛]52;"


def test_copied_is_said_for_a_moment(qtbot: QtBot, parent: QWidget, look: Look) -> None:
    block = CodeBlock(Code("x"), look, parent)
    block._copied.setInterval(20)
    block._copy.click()
    assert block._copy.text() == "Copied"
    qtbot.waitUntil(lambda: block._copy.text() == "Copy")


def test_long_lines_are_cut_for_the_eye_only(parent: QWidget, look: Look) -> None:
    code = "x" * (2 * LINE_CUT + 1) + "\ny"
    block = CodeBlock(Code(code), look, parent)
    assert block.view.document().blockCount() == 4
    assert block.code == code


def test_wrapping_makes_it_taller(parent: QWidget, look: Look) -> None:
    block = CodeBlock(Code("word " * 100), look, parent)
    height = block.fit(400)
    block._wrap.click()
    assert block.fit(400) > height + 20
    block._wrap.click()
    assert block.fit(400) == height


def test_tall_code_scrolls_inside(parent: QWidget, look: Look) -> None:
    block = CodeBlock(Code("x\n" * 3 * MAX_LINES), look, parent)
    block.show()
    height = block.fit(400)
    other = CodeBlock(Code("x\n" * 9 * MAX_LINES), look, parent)
    assert other.fit(400) == height
    assert block.view.verticalScrollBar().maximum() > 0


def test_all_lines_of_code_fit(parent: QWidget, look: Look) -> None:
    block = CodeBlock(Code("\n".join(["x = 1  # 中文", "y" * 300, "z"] * 10)), look, parent)
    block.show()
    block.resize(400, block.fit(400))
    assert block.view.verticalScrollBar().maximum() == 0


# ── tables ───────────────────────────────────────────────────────────────


def test_a_table_scrolls_sideways_only_when_it_must(parent: QWidget, look: Look) -> None:
    narrow = Table(("a", "b"), (("1", "2"),), ("left", "right"))
    block = TableBlock(narrow, look, parent)
    block.show()
    height = block.fit(600)
    assert block.horizontalScrollBar().maximum() == 0
    wide = Table(("averyverylongword",) * 12, (("1",) * 12,), ("left",) * 12)
    block.set_block(wide)
    block.resize(600, block.fit(600))
    assert block.horizontalScrollBar().maximum() > 0
    assert block.height() > height
    assert block.accessibleName() == "Table, 1 rows, 12 columns"


# ── nothing stays ────────────────────────────────────────────────────────


class Listener(QWidget):
    link_activated = Signal(QUrl)


def test_blocks_that_went_leave_nothing(qapp: QApplication, look: Look) -> None:
    listener = Listener()
    column = BlockColumn(listener, look, listener.link_activated)

    def come_and_go(times: int) -> int:
        for _ in range(times):
            column.set_blocks(BlockStream("A [link](https://a.b).").blocks, 0)
            column.arrange(0, 0, 700, (0, 600))
            column.set_blocks([], 0)
            column.arrange(0, 0, 700, (0, 600))
            qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        gc.collect()
        return sys.getallocatedblocks()

    come_and_go(500)  # every cache is warm
    before = come_and_go(1)
    assert come_and_go(500) - before < 500
