"""StepPace: how long steps take here, and what follows for prompt chunks and drafts."""

from __future__ import annotations

from bisect import bisect_left

# Below 64 rows llama.cpp leaves its tiled flash attention on the CPU: TTFT grows by 150 %.
MIN_CHUNK = 64
# Matrix products and attention take rows by blocks: 96 rows cost 370 ms where 83 cost 400.
ROW_BLOCK = 32
# While a prompt comes in, others see gaps of at most so many of their usual steps …
GAP_STEPS = 7.0
# … and never longer than this, nor is a chunk cut shorter than this for fast devices' sake.
MAX_STEP_S, MIN_STEP_S = 0.5, 0.03
# Nothing measured yet: a row of a batch costs so much of a step with one row.
GUESSED_ROW = 0.25
# … and a row of a batch of few rows costs so many of a prompt's.
SMALL_BATCH = 1.5
# Weights of the newest measurement in the moving averages.
_NEW = 0.25
_FASTER, _SLOWER = 0.4, 0.1


class StepPace:
    """Moving averages of measured steps. Engine thread only."""

    def __init__(self) -> None:
        self._row_s = 0.0  # per row of full prompt chunks
        self._decode_s: dict[int, float] = {}  # by rows of batches without prompts
        self._rows: list[int] = []  # its keys in order
        self._last_rows = 0

    def learn_prefill(self, n_rows: int, seconds: float) -> None:
        """A batch with a prompt chunk took so long."""
        if n_rows >= MIN_CHUNK:
            self._row_s = _average(self._row_s, seconds / n_rows)

    def learn_decode(self, n_rows: int, seconds: float, *, has_drafts: bool) -> None:
        """A batch of decode rows and drafts took so long.

        llama.cpp builds its graph anew when the number of rows changes, so a plain batch counts
        only behind one of its size. Slow outliers count little: they would make drafts, which
        are compared with it, look better than they are.
        """
        previous, self._last_rows = self._last_rows, n_rows
        if not has_drafts and previous != n_rows:
            return
        known = self._decode_s.get(n_rows)
        if known is None:
            self._rows.insert(bisect_left(self._rows, n_rows), n_rows)
            self._decode_s[n_rows] = seconds
        else:
            weight = _FASTER if seconds < known else _SLOWER
            self._decode_s[n_rows] = known + weight * (seconds - known)

    @property
    def row_s(self) -> float:
        """Seconds per row of full prompt chunks; 0 when nothing was measured."""
        return self._row_s

    def chunk_rows(self, n_decoding: int, *, is_urgent: bool) -> int:
        """Prompt rows for a batch in which so many others decode; together whole blocks.

        `is_urgent`: a person waits for this prompt, and only programs for the others.
        """
        least = _whole_blocks(n_decoding + MIN_CHUNK) - n_decoding
        if not self._row_s:
            return least
        step_s = self.decode_s(n_decoding)
        target = min(max(step_s * GAP_STEPS, MIN_STEP_S), MAX_STEP_S)
        if is_urgent:
            target *= 2
        rows = n_decoding + (target - step_s) / self._row_s
        return max(least, round(rows / ROW_BLOCK) * ROW_BLOCK - n_decoding)

    def decode_s(self, n_rows: int) -> float:
        """Expected seconds of a batch of so many decode rows; 0 when nothing was measured.

        Between two measured sizes on the line between them, outside along the nearest slope.
        """
        known, rows = self._decode_s, self._rows
        exact = known.get(n_rows)
        if exact is not None:
            return exact
        if not rows:
            return 0.0
        right = bisect_left(rows, n_rows)
        if right == 0:
            return known[rows[0]] * max(n_rows / rows[0], 0.5)
        left = rows[right - 1]
        if right < len(rows):
            share = (n_rows - left) / (rows[right] - left)
            return known[left] + share * (known[rows[right]] - known[left])
        return known[left] + (n_rows - left) * self._last_slope()

    def _last_slope(self) -> float:
        known, rows = self._decode_s, self._rows
        if len(rows) > 1:
            a, b = rows[0], rows[-1]
            return max(0.0, (known[b] - known[a]) / (b - a))
        return self._row_s * SMALL_BATCH or known[rows[0]] * GUESSED_ROW


def _average(old: float, new: float) -> float:
    return new if not old else old + _NEW * (new - old)


def _whole_blocks(n_rows: int) -> int:
    return -(-n_rows // ROW_BLOCK) * ROW_BLOCK
