"""BlockStream: the blocks of a text that grows; each append parses only its end.

source  ████████████████████░░░░░░░
        frozen              ^ border: the first line whose block may still change
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from desk_llm.markdown.blocks import Block, Leaf, Packer, plain_blocks
from desk_llm.markdown.leaves import Flattener, OpenList
from desk_llm.markdown.math import math_rule

if TYPE_CHECKING:
    from markdown_it.token import Token

TEXT_LIMIT = 200_000  # characters of one message; a longer one is shown as plain text
LINE_LIMIT = 6_000  # and lines: 20,000 paragraphs of one letter would take over a second
MAX_NESTING = 24  # tokens; markdown-it drops what is deeper, so we show that as plain text
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
        self._resumed: OpenList | None = None  # the list that the border lies in
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
        if len(self._text) > TEXT_LIMIT or self._text.count("\n") > LINE_LIMIT:
            return self._show(list(plain_blocks(self._text)))
        tail = self._text[self._border :]
        env: dict[str, Any] = {"references": self._references.copy()}
        groups = _top_level(_MARKDOWN.parse(tail, env))
        walker = _Walker(tail.split("\n"), env)
        frozen, draft = _split(groups, walker.lines)
        for leaf in walker.leaves(frozen, self._resumed):
            self._packed.add(leaf)
        if frozen:
            is_cut = frozen[-1][0] is draft[0][0]  # inside of one list
            self._resumed = walker.open_list if is_cut else None
            self._freeze(_first_line(draft[0]), walker.lines, env)
        packed = self._packed.copy()
        for leaf in walker.leaves(draft, self._resumed):
            packed.add(leaf)
        return self._show(packed.blocks)

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


def _split(
    groups: list[list[Token]], lines: list[str]
) -> tuple[list[list[Token]], list[list[Token]]]:
    """What no further text can change, and the rest; a list is split between its items."""
    stable = _stable(groups, lines)
    frozen, draft = groups[:stable], groups[stable:]
    if draft and draft[0][0].type in _LISTS:
        items = _items(draft[0])
        # Only at the left edge does an item mean the same without the ones before it.
        if len(items) > 2 and all(lines[_line(draft[0][at])][:1].strip() for at in items):
            cut = items[-2]
            frozen.append(draft[0][:cut])
            draft[0] = [draft[0][0], *draft[0][cut:]]
    return frozen, draft


def _items(group: list[Token]) -> list[int]:
    """Where the items of a list begin."""
    kind = "list_item_open"
    return [at for at, token in enumerate(group) if token.level == 1 and token.type == kind]


def _line(token: Token) -> int:
    assert token.map is not None
    return token.map[0]


def _first_line(group: list[Token]) -> int:
    """Where a group begins; that of a list may have been cut, so its first item knows."""
    return _line(group[1] if group[0].type in _LISTS else group[0])


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


class _Walker:
    """Turns groups of block tokens into leaves; parses what is inside of them on the way."""

    def __init__(self, lines: list[str], env: dict[str, Any]) -> None:
        self.lines = lines
        self.open_list: OpenList | None = None  # of the last group, when that was cut
        self._env = env

    def leaves(self, groups: list[list[Token]], resumed: OpenList | None) -> Iterator[Leaf]:
        """All leaves; the first group may go on with a list that was cut."""
        for group in groups:
            flattener = Flattener(self._parse_inline, self.lines, resumed)
            resumed = None
            for unit in _units(group):
                if max(token.level for token in unit) < MAX_NESTING - 1:
                    yield from flattener.leaves(unit)
                else:
                    flattener.skip_item()
                    begin, end = unit[0].map or (0, 0)
                    yield from plain_blocks("\n".join(self.lines[begin:end]).strip("\n"))
            self.open_list = flattener.open_list()

    def _parse_inline(self, token: Token) -> None:
        token.children = []
        _MARKDOWN.inline.parse(token.content, _MARKDOWN, self._env, token.children)


def _units(group: list[Token]) -> list[list[Token]]:
    """The pieces of a block that are formatted or not as a whole: the items of a list."""
    if group[0].type not in _LISTS:
        return [group]
    edges = [0, *_items(group), len(group)]
    return [group[begin:end] for begin, end in pairwise(edges)]
