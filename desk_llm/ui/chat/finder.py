"""Finder: walks from hit to hit through messages, of which most have no widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A block of a message, and the character behind the hit (before it, when going back)."""

    index: int
    row: int
    position: int


SearchMessage = Callable[[int, "Hit | None"], "Hit | None"]  # the first hit of a message after one


class Finder:
    """Remembers the last hit; the next search for the same text goes on from there."""

    def __init__(self) -> None:
        self._query = ""
        self._hit: Hit | None = None

    def next(
        self, texts: list[str], query: str, backwards: bool, search: SearchMessage
    ) -> Hit | None:
        """The next hit in reading order, or in the opposite one; it goes round at the ends."""
        if query != self._query:
            self._query, self._hit = query, None
        if not query or not texts:
            return None
        if self._hit is not None and self._hit.index < len(texts):
            hit = search(self._hit.index, self._hit)
            if hit is not None:
                self._hit = hit
                return hit
        for index in self._order(len(texts), backwards):
            if query.casefold() in texts[index].casefold():
                hit = search(index, None)
                if hit is not None:
                    self._hit = hit
                    return hit
        return None

    def _order(self, count: int, backwards: bool) -> list[int]:
        """All messages, beginning with the one after the last hit; from the end at first."""
        step = -1 if backwards else 1
        before_first = count if backwards else -1
        first = (self._hit.index if self._hit else before_first) + step
        return [(first + step * at) % count for at in range(count)]
