"""CodeHighlighter: colours a code document from spans that are made a slice at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import accumulate

from PySide6.QtCore import QTimer
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from desk_llm.markdown.highlight import Role, Span, spans
from desk_llm.ui.widgets.document.look import Look

SLICE_S = 0.003  # of the GUI thread at once
REST_S = 0.25  # between two runs while text arrives; longer when a run was expensive
_LOAD = 20  # a run may cost a twentieth of the time

_LineSpans = tuple[tuple[int, int, Role], ...]


class CodeHighlighter(QSyntaxHighlighter):
    """`request` after a change; only lines whose spans changed are formatted again."""

    def __init__(self, document: QTextDocument, look: Look) -> None:
        super().__init__(document)
        self._formats = _formats(look)
        self._lines: list[_LineSpans] = []
        self._source: tuple[str, str] = ("", "")
        self._run: Iterator[Span] | None = None
        self._fresh: list[list[tuple[int, int, Role]]] = []
        self._starts: list[int] = []
        self._offsets: list[int] = []
        self._line = 0
        self._cost = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)

    def restyle(self, look: Look) -> None:
        """Other colours for the same spans."""
        self._formats = _formats(look)
        self.rehighlight()

    def request(self, code: str, language: str, is_final: bool) -> None:
        """Colour `code` soon; while it still grows, not more often than it is worth."""
        if (code, language) == self._source:
            return
        self._source = (code, language)
        if is_final:
            self._run = None
            self._timer.start(0)
        elif self._run is None and not self._timer.isActive():
            self._timer.start(round(1000 * max(REST_S, self._cost * _LOAD)))

    def highlightBlock(self, text: str) -> None:
        """Qt asks for a line."""
        del text
        number = self.currentBlock().blockNumber()
        if number < len(self._lines):
            for start, length, role in self._lines[number]:
                self.setFormat(start, length, self._formats[role])

    def _on_timeout(self) -> None:
        begin = time.perf_counter()
        if self._run is None:
            self._begin()
        assert self._run is not None
        for span in self._run:
            self._note(span)
            if time.perf_counter() - begin > SLICE_S:
                self._cost += time.perf_counter() - begin
                self._timer.start(0)
                return
        self._cost += time.perf_counter() - begin
        self._run = None
        self._apply()

    def _begin(self) -> None:
        code, language = self._source
        self._run = spans(code, language)
        self._cost = 0.0
        self._line = 0
        lines = code.split("\n")
        self._fresh = [[] for _ in lines]
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line.encode("utf-16-le")) // 2 + 1)
        is_wide = len(code) != self._starts[-1] - 1  # has characters beyond the BMP
        self._offsets = list(accumulate(map(_width, code), initial=0)) if is_wide else []

    def _note(self, span: Span) -> None:
        """Split a span at line ends."""
        start, end = self._units(span.start), self._units(span.start + span.length)
        while self._line + 1 < len(self._starts) and self._starts[self._line + 1] <= start:
            self._line += 1
        line = self._line
        while start < end and line < len(self._fresh):
            stop = min(end, self._starts[line + 1] - 1)
            if stop > start:
                self._fresh[line].append((start - self._starts[line], stop - start, span.role))
            line += 1
            start = max(start, self._starts[line])

    def _units(self, position: int) -> int:
        """Python counts characters, Qt UTF-16 units."""
        return self._offsets[position] if self._offsets else position

    def _apply(self) -> None:
        old, self._lines = self._lines, [tuple(line) for line in self._fresh]
        block = self.document().firstBlock()
        for number, line in enumerate(self._lines):
            if not block.isValid():
                break
            if number >= len(old) or old[number] != line:
                self.rehighlightBlock(block)
            block = block.next()


def _width(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _formats(look: Look) -> dict[Role, QTextCharFormat]:
    made: dict[Role, QTextCharFormat] = {}
    for role in Role:
        made[role] = QTextCharFormat()
        made[role].setForeground(look.colour(f"code_{role.value}"))
    return made
