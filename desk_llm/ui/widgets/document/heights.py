"""Heights of many rows, estimated until measured; positions by prefix sums, made when asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """Row i spans top(i) to top(i + 1).

    >>> rows = Heights([10, 20, 30])
    >>> rows.total, rows.top(2), rows.at(29), rows.between(5, 10)
    (60, 30, 1, (0, 2))
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._tops: list[int] | None = None

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, row: int) -> int:
        return self._heights[row]

    def append(self, height: int) -> None:
        """One more row at the end."""
        self._heights.append(height)
        if self._tops is not None:
            self._tops.append(self._tops[-1] + height)

    def set(self, row: int, height: int) -> bool:
        """Returns True when that changed something."""
        change = height - self._heights[row]
        if not change:
            return False
        self._heights[row] = height
        if row == len(self._heights) - 1 and self._tops is not None:
            self._tops[-1] += change  # the streaming row is the last: nothing below it moves
        else:
            self._tops = None
        return True

    def cut(self, row: int) -> None:
        """Drop this row and all after it."""
        del self._heights[row:]
        self._tops = None

    @property
    def total(self) -> int:
        """Height of all rows."""
        return self._sums()[-1]

    def top(self, row: int) -> int:
        """Where a row begins."""
        return self._sums()[row]

    def at(self, y: int) -> int:
        """The row at a position, the nearest one outside of them; -1 when there are no rows."""
        return max(0, min(bisect_right(self._sums(), y), len(self._heights)) - 1) if self else -1

    def between(self, top: int, bottom: int) -> tuple[int, int]:
        """The rows that touch a span: the first, and the one after the last."""
        if not self._heights:
            return 0, 0
        return self.at(top), self.at(bottom) + 1

    def _sums(self) -> list[int]:
        if self._tops is None:
            self._tops = list(accumulate(self._heights, initial=0))
        return self._tops
