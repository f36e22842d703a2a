"""The streamed blocks are those of the whole text, whatever the chunks; no code is lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk_llm.markdown.blocks import Block, Code, Plain, Prose, Table
from desk_llm.markdown.stream import TEXT_LIMIT, BlockStream

# Everything that begins, ends or changes a block, and what must not.
PIECES = [
    *"ab2.#>`*_|$\\\t\n\ré", "word ", "\n\n", "\n\n\n", "\r\n", "# ", "## h", "- ", "* ", "+ ",
    "1. ", "2. ", "10) ", "> ", "```", "```py\n", "~~~", "    ", "  ", "***", "---", "===",
    "**", "~~", "[a]", "(b)", "![x](file:///y)", "[ ] ", "[x] ", "$$", "a|b", "-|-", "|---|:-:|",
    "<b>", "\\(", "\\)", "&amp;", "中文", "👩‍👩‍👧", "\u202e",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@st.composite
def chunked(draw: st.DrawFn) -> list[str]:
    text = draw(texts)
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=12))
    edges = [0, *sorted(cuts), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


def stream(chunks: list[str]) -> BlockStream:
    made = BlockStream()
    shown: list[Block] = []
    for chunk in chunks:
        before = shown
        first = made.append(chunk)
        shown = list(made.blocks)
        assert shown[:first] == before[:first]  # what it calls unchanged is
    return made


@settings(max_examples=400, deadline=None)
@given(chunked())
@example(["a\n#", "b"])
@example(["1. a\n\n2", ". b"])
@example(["a\nb|c\n-|-", "x"])
@example(["a\r", "\nb"])
def test_any_chunking_gives_the_blocks_of_the_whole(chunks: list[str]) -> None:
    streamed = stream(chunks)
    whole = BlockStream("".join(chunks))
    if not "".join(chunks).endswith("\r"):  # the last one is held back until the end
        assert streamed.blocks == whole.blocks
    streamed.finish()
    assert streamed.blocks == whole.blocks


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.integers(1, 20))
def test_any_text_survives(text: str, size: int) -> None:
    streamed = stream([text[at : at + size] for at in range(0, len(text), size)])
    streamed.finish()
    assert streamed.blocks == BlockStream(text).blocks


@given(st.text(alphabet=st.characters(exclude_characters="\r\x00`"), max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_character_of_code_is_lost(code: str) -> None:
    chunks = list(f"```py\n{code}\n```\nafter")
    streamed = stream(chunks)
    block = streamed.blocks[0]
    assert isinstance(block, Code)
    assert block.code == code
    assert not block.is_open


def test_a_link_defined_after_its_use() -> None:
    streamed = stream(["see [a][x] now\n\n", "more\n\n", "[x]: https://example.org\n"])
    assert "<a" not in html(streamed.blocks)
    streamed.finish()
    assert '<a href="https://example.org">a</a>' in html(streamed.blocks)


def test_a_link_defined_in_pieces_before_its_use() -> None:
    streamed = stream(["[x]: https://exam", "ple.org\n\n", "see [a][x]\n\n", "[a][x] again"])
    assert html(streamed.blocks).count('href="https://example.org"') == 2


def test_append_parses_only_the_end() -> None:
    streamed = BlockStream("para\n\n" * 500)
    blocks = streamed.blocks[:-1]
    streamed.append("tail")
    assert streamed.append(" more") == len(streamed.blocks) - 1
    assert all(one is other for one, other in zip(blocks, streamed.blocks, strict=False))
    assert len(streamed._text) - streamed._border < 20


def test_code_and_tables_inside_lists_are_blocks() -> None:
    source = "1. one\n   ```sh\n   ls\n   ```\n   then\n2. two\n\n   |a|b|\n   |-|-|\n   |1|2|\n"
    prose, code, middle, table = BlockStream(source).blocks
    assert isinstance(prose, Prose)
    assert isinstance(middle, Prose)
    assert code == Code("ls", "sh", indent=1)
    assert [(part.marker, part.html) for part in middle.elements] == [("", "then"), ("2.", "two")]
    assert isinstance(table, Table)
    assert table.rows == (("1", "2"),)


def test_a_huge_text_becomes_plain() -> None:
    text = "x" * (TEXT_LIMIT + 1)
    blocks = BlockStream(text).blocks
    assert all(isinstance(block, Plain) for block in blocks)
    assert "".join(block.text for block in blocks if isinstance(block, Plain)) == text


def test_too_deep_nesting_is_shown_as_it_came() -> None:
    for source in (">" * 3000 + " x", "- " * 3000 + "x"):
        blocks = BlockStream(source).blocks
        assert "".join(b.text for b in blocks if isinstance(b, Plain)).replace(" ", "") == (
            source.replace(" ", "")
        )


def html(blocks: list[Block]) -> str:
    return "".join(e.html for block in blocks if isinstance(block, Prose) for e in block.elements)
