"""Model cards: HTML becomes Markdown, pictures are found, code is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.markdown.card import (
    PICTURE_LIMIT,
    CardPart,
    CardPicture,
    CardText,
    parts,
    plain_markdown,
)


def _texts(found: list[CardPart]) -> str:
    return "".join(one.text for one in found if isinstance(one, CardText))


def _pictures(found: list[CardPart]) -> list[CardPicture]:
    return [one for one in found if isinstance(one, CardPicture)]


def test_front_matter_goes() -> None:
    assert plain_markdown("---\nlicense: mit\ntags:\n- x\n---\n# Hi") == "# Hi"
    assert plain_markdown("# Hi\n---\nno front\n---\n") == "# Hi\n---\nno front\n---\n"


def test_html_becomes_markdown() -> None:
    text = plain_markdown(
        '<div align="center"><h2>Title</h2><b>bold</b> <a href="https://x.example/a b">link</a>'
        "</div><!-- gone --><script>alert(1)</script>"
    )
    assert "## Title" in text
    assert "**bold**" in text
    assert "[link](https://x.example/a%20b)" in text
    assert "gone" not in text
    assert "alert" not in text
    assert "<" not in text


def test_words_in_angle_brackets_stay() -> None:
    text = "It thinks between <think> and </think>, with <|im_start|> before; 1 < 2 <b>yes</b>"
    assert plain_markdown(text) == text.replace("<b>yes</b>", "**yes**")


def test_code_is_left_alone() -> None:
    card = "```html\n<div><img src='x.png'></div>\n![a](b.png)\n```\n`<b>` and <b>c</b>"
    assert plain_markdown(card) == card.replace("<b>c</b>", "**c**")
    assert _pictures(parts(card)) == []


def test_an_open_fence_goes_to_the_end() -> None:
    card = "~~~\n<div>\n```\n<div>"
    assert plain_markdown(card) == card


@pytest.mark.parametrize(
    ("card", "source", "alt"),
    [
        ("![A](https://x.example/a.png)", "https://x.example/a.png", "A"),
        ('![A](a.png "title")', "a.png", "A"),
        ("[![A](a.svg)](https://link.example)", "a.svg", "A"),
        ('<img alt="A" src="a.png" width="60%"/>', "a.png", "A"),
        ('<a href="https://l.example">\n  <img src="a.png" alt="A">\n</a>', "a.png", "A"),
        ("<img src='a (1).png'>", "a%20%281%29.png", ""),
    ],
)
def test_pictures_are_found(card: str, source: str, alt: str) -> None:
    found = parts(f"before\n\n{card}\n\nafter")
    assert _pictures(found) == [CardPicture(source, alt)]
    assert _texts(found).startswith("before")
    assert _texts(found).rstrip().endswith("after")


def test_a_linked_picture_leaves_its_link() -> None:
    found = parts("[![Chat](a.svg)](https://link.example)")
    assert _texts(found) == "[Chat](https://link.example)"


def test_pictures_in_tables_stay_where_they_are() -> None:
    assert _pictures(parts("| a | b |\n|---|---|\n| ![x](y.png) | z |")) == []


def test_not_too_many_pictures() -> None:
    found = parts("\n\n".join(f"![{n}](p{n}.png)" for n in range(100)))
    assert len(_pictures(found)) == PICTURE_LIMIT


_PIECES = "<a href=x>|</a>|<img src=a>|![|](|)|`|```|\n|<|>|---|<!--|-->|text|<div|[|]|<script>|1"


@given(st.lists(st.sampled_from([*_PIECES.split("|"), "|", "\ufdd0"]), max_size=40))
def test_no_card_upsets_it(pieces: list[str]) -> None:
    for one in parts("".join(pieces)):
        assert isinstance(one, CardText | CardPicture)
