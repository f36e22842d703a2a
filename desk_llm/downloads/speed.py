"""Speed: how fast bytes came in the last seconds, and when the rest will be here."""

from __future__ import annotations

from collections import deque

_WINDOW_S = 5.0


class Speed:
    """Fed with the count of bytes now and then; one that falls begins anew."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now: float, n_bytes: int) -> None:
        """The count at a moment (monotonic seconds)."""
        if self._samples and n_bytes < self._samples[-1][1]:
            self._samples.clear()
        self._samples.append((now, n_bytes))
        while len(self._samples) > 2 and self._samples[1][0] < now - _WINDOW_S:
            self._samples.popleft()

    def clear(self) -> None:
        """What came before says nothing about what comes now."""
        self._samples.clear()

    @property
    def bytes_per_s(self) -> float:
        """Over the window; 0: nothing came."""
        if len(self._samples) < 2:
            return 0.0
        (start, first), (end, last) = self._samples[0], self._samples[-1]
        return (last - first) / (end - start) if end > start else 0.0

    def eta_s(self, left: int) -> float | None:
        """Seconds until `left` bytes are here; None: nobody knows."""
        rate = self.bytes_per_s
        return left / rate if rate > 0 else None
