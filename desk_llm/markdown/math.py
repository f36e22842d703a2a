"""Keeps TeX between its delimiters as it was written: Markdown must not eat its backslashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

MAX_FORMULA = 1000  # characters; a longer one is not a formula
_PAIRS = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))


def math_rule(state: StateInline, silent: bool) -> bool:
    """markdown-it inline rule: `$x$`, `$$x$$`, `\\(x\\)`, `\\[x\\]` become one `math` token."""
    end = formula_end(state.src, state.pos, state.posMax)
    if end is None:
        return False
    if not silent:
        state.push("math", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def formula_end(text: str, start: int, stop: int) -> int | None:
    """Where the formula that begins at `start` ends, or None.

    >>> formula_end("$a_1$ b", 0, 7)
    5
    >>> formula_end("$5 and $10", 0, 10) is None
    True
    """
    if text[start] not in "$\\":
        return None
    for opening, closing in _PAIRS:
        if not text.startswith(opening, start):
            continue
        begin = start + len(opening)
        found = text.find(closing, begin, min(stop, begin + MAX_FORMULA))
        if found <= begin:
            return None
        if opening == "$" and not _is_dollar_pair(text, begin, found):
            return None
        return found + len(closing)
    return None


def _is_dollar_pair(text: str, begin: int, end: int) -> bool:
    """Prices are not formulas: no space inside the dollars, no digit after them."""
    return not (
        text[begin].isspace() or text[end - 1].isspace() or text[end + 1 : end + 2].isdigit()
    )
