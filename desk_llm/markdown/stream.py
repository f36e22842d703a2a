"""BlockStream: the blocks of a text that grows; each append parses only its end.

source  ████████████████████░░░░░░░
        frozen              ^ border: the first line whose block may still change
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from desk_llm.markdown.blocks import Block, Leaf, Packer, plain_blocks
from desk_llm.markdown.leaves import Flattener
from desk_llm.markdown.math import math_rule

if TYPE_CHECKING:
    from markdown_it.token import Token

TEXT_LIMIT = 200_000  # characters of one message; a longer one is shown as plain text
MAX_NESTING = 40  # tokens; markdown-it drops what is deeper, so we show that as plain text
_DEFINITION = re.compile(r"^[ >\t]*\[[^\]\n]+\]:", re.MULTILINE)
_LISTS = ("bullet_list_open", "ordered_list_open")
_ENDED = ("fence", "hr", "heading_open")  # blocks that know their own end


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.before("escape", "math", math_rule)
    parser.core.ruler.enableOnly(["normalize", "block"])  # inline follows where it is bounded
    return parser


_MARKDOWN = _parser()


class BlockStream:
    """Feed it text with `append`, end with `finish`; `blocks` is what to show.

    >>> stream = BlockStream()
    >>> stream.append("# Title\\n\\nSome *te")
    0
    >>> stream.append("xt*\\n\\n```py\\nx = 1")
    0
    >>> stream.append("0")
    1
    >>> [type(block).__name__ for block in stream.blocks]
    ['Prose', 'Code']
    """

    def __init__(self, text: str = "") -> None:
        self.blocks: list[Block] = []
        self._text = ""
        self._held = ""  # a carriage return whose line feed may come next
        self._restart()
        if text:
            self._text = text.replace("\r\n", "\n").replace("\r", "\n")
            self._parse()

    def _restart(self) -> None:
        self._border = 0
        self._packed = Packer()  # the blocks before the border
        self._references: dict[str, Any] = {}  # and the links defined there

    def append(self, text: str) -> int:
        """Add text; returns the index of the first block that changed."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r")
        self._text += text.replace("\r\n", "\n").replace("\r", "\n")
        return self._parse()

    def finish(self) -> int:
        """No more text: a link that was used before it was defined becomes one now."""
        if self._held:
            self._held = ""
            self._text += "\n"
        if _DEFINITION.search(self._text):
            self._restart()
        return self._parse()

    def _parse(self) -> int:
        if len(self._text) > TEXT_LIMIT:
            return self._show(list(plain_blocks(self._text)))
        tail = self._text[self._border :]
        env: dict[str, Any] = {"references": self._references.copy()}
        tokens = _MARKDOWN.parse(tail, env)
        groups = _top_level(tokens)
        lines = tail.split("\n")
        stable = _stable(groups, lines)
        if stable:
            for leaf in _leaves(groups[:stable], lines, env):
                self._packed.add(leaf)
            self._freeze(_first_line(groups[stable]), lines, env)
        draft = self._packed.copy()
        for leaf in _leaves(groups[stable:], lines, env):
            draft.add(leaf)
        return self._show(draft.blocks)

    def _freeze(self, line: int, lines: list[str], env: dict[str, Any]) -> None:
        self._border += sum(len(text) + 1 for text in lines[:line])
        for label, reference in env["references"].items():
            if label not in self._references and reference["map"][1] <= line:
                self._references[label] = {**reference, "map": [0, 0]}

    def _show(self, blocks: list[Block]) -> int:
        old, self.blocks = self.blocks, blocks
        for index, (one, other) in enumerate(zip(old, blocks, strict=False)):
            if one is not other and one != other:
                return index
        return min(len(old), len(blocks))


def _top_level(tokens: Sequence[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            groups.append([])
        groups[-1].append(token)
    return groups


def _first_line(group: list[Token]) -> int:
    assert group[0].map is not None
    return group[0].map[0]


def _stable(groups: list[list[Token]], lines: list[str]) -> int:
    """How many of the top-level blocks no further text can change.

    The last one may always grow. While its last line is incomplete it may also turn out to be a
    part of the block before it ("#" a heading, "#b" a paragraph's line; "2" text, "2." an item).
    """
    count = len(groups)
    if count < 2:
        return 0
    before, last = groups[-2][0], groups[-1]
    is_apart = not lines[_first_line(last) - 1].strip() and before.type not in _LISTS
    if not lines[-1] or is_apart or before.type in _ENDED:
        return count - 1
    return count - 2


def _leaves(groups: list[list[Token]], lines: list[str], env: dict[str, Any]) -> Iterator[Leaf]:
    def parse_inline(token: Token) -> None:
        token.children = []
        _MARKDOWN.inline.parse(token.content, _MARKDOWN, env, token.children)

    for group in groups:
        if max(token.level for token in group) >= MAX_NESTING - 1:
            begin, end = group[0].map or [0, 0]
            yield from plain_blocks("\n".join(lines[begin:end]).strip("\n"))
        else:
            yield from Flattener(parse_inline, lines).leaves(group)
