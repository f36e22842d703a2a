"""Tables and figures of the command line."""

from __future__ import annotations

import doctest

from desk_llm.cli import columns


def test_examples_in_docstrings() -> None:
    result = doctest.testmod(columns)
    assert result.attempted > 0
    assert result.failed == 0


def test_names_of_strangers_cannot_draw_on_the_terminal() -> None:
    shown = columns.table(
        ("Name", "Size"), [("a\x1b[2J\nb\u202ec", "1"), ("模型", "22")], right=(1,)
    )
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown.splitlines()) == 3
    assert len({columns.width(line) for line in shown.splitlines()}) == 1
