"""Token bytes → text: whole characters only, and stop strings never leak."""

from __future__ import annotations

import codecs
from collections.abc import Callable


class Detokenizer:
    """Incremental text of one reply.

    A character may be split over several tokens, and a stop string over several texts: bytes
    wait until the character is whole, and the longest tail that could still become a stop
    string is held back.

    >>> pieces = {1: b"A", 2: b"\\xf0\\x9f", 3: b"\\x98\\x80", 4: b" ST", 5: b"OP!"}
    >>> d = Detokenizer(pieces.__getitem__, ("STOP",))
    >>> [d.add(t) for t in (1, 2, 3, 4, 5)], d.is_stopped
    (['A', '', '😀', ' ', ''], True)
    """

    def __init__(self, piece: Callable[[int], bytes], stop: tuple[str, ...] = ()) -> None:
        self._piece = piece
        self._stop = tuple(s for s in stop if s)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._held = ""
        self.is_stopped = False

    def add(self, token: int) -> str:
        """The text that became certain with this token; empty after a stop string."""
        text = self._decode(self._piece(token))
        if not self._stop:
            return text
        return self._filter(self._held + text)

    def flush(self) -> str:
        """What was held back, when the reply ends without a stop string."""
        if self.is_stopped:
            return ""
        text = self._decode(b"", True)
        return self._filter(self._held + text, last=True)

    def _filter(self, text: str, last: bool = False) -> str:
        if self.is_stopped:
            return ""
        hits = [at for at in (text.find(s) for s in self._stop) if at >= 0]
        if hits:
            self.is_stopped = True
            self._held = ""
            return text[: min(hits)]
        keep = 0 if last else max(_overlap(text, s) for s in self._stop)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that is a proper beginning of `stop`."""
    for n in range(min(len(stop) - 1, len(text)), 0, -1):
        if stop.startswith(text[-n:]):
            return n
    return 0
