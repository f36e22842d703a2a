"""When guesses of a draft model pay: by what drafts and batches cost, and how many are right.

    gain = tokens expected of a batch with guesses · seconds of a plain batch
           / (seconds of the draft + seconds of that batch)

As in Leviathan et al. 2023, section 3.3, but with everything measured where it runs, and for all
sequences of a batch together. Where it does not pay, nothing is guessed for a while, and what was
learnt is forgotten then: texts change, and so does what else the machine has to do.
"""

from __future__ import annotations

from desk_llm.engine.pace import StepPace
from desk_llm.engine.speculation import MIN_GAIN, BatchSeconds, Reliability

SIZES = (1, 2, 3, 4, 5, 7, 11, 15)
FIRST_REST, LONGEST_REST = 32, 1024  # steps without guesses, each twice as long as the one before
FOLLOW_ROWS = 64
EXPECTED_REPLY = 256  # tokens that still come, when nobody knows


class DraftPolicy:
    """One model's; engine thread only. `size_share`: weights of the draft by the target's."""

    def __init__(self, size_share: float) -> None:
        self._size_share = min(size_share, 1.0)
        self.pace = StepPace()  # of the draft model's own batches
        self._reliability = Reliability()
        self._rest = 0
        self._next_rest = FIRST_REST
        self._n_right = self._n_wrong = 0  # since the newest rest

    def learn(self, n_guessed: int, n_right: int) -> None:
        """So many guesses of one sequence were checked."""
        self._n_right += n_right
        self._n_wrong += n_right < n_guessed
        for run in range(min(n_right + 1, n_guessed)):
            self._reliability.learn(run + 1, is_right=run < n_right)

    def rests(self) -> bool:
        """True in the steps behind a guess that did not pay; call it once a step."""
        if not self._rest:
            return False
        self._rest -= 1
        if not self._rest:
            self.pace, self._reliability = StepPace(), Reliability()
        return True

    def size(self, most: int, n_sequences: int, batch_s: BatchSeconds) -> int:
        """Guesses for each of the sequences in the next batch; 0: none. `most` for each."""
        plain_s = batch_s(n_sequences)
        if not plain_s or most < 1:
            return 0
        best, gain = self.best(most, n_sequences, batch_s)
        if gain > MIN_GAIN:
            return best
        if most < SIZES[-1] and self.best(SIZES[-1], n_sequences, batch_s)[1] > MIN_GAIN:
            return 0  # only the room is short, at the end of a reply
        has_paid = self._n_right > self._n_wrong
        self._rest = FIRST_REST if has_paid else self._next_rest
        self._next_rest = min(2 * self._rest, LONGEST_REST)
        self._n_right = self._n_wrong = 0
        return 0

    def best(self, most: int, n_sequences: int, batch_s: BatchSeconds) -> tuple[int, float]:
        """The size that promises most, and its gain."""
        plain_s = batch_s(n_sequences)
        draft_s = self.step_s(n_sequences, plain_s)
        best, best_gain = 0, 0.0
        expected = likelihood = 1.0
        guessed = 0
        for size in SIZES:
            if size > most:
                break
            while guessed < size:
                guessed += 1
                likelihood *= self._reliability.after(guessed)
                expected += likelihood
            seconds = size * draft_s + batch_s(n_sequences * (1 + size))
            gain = expected * plain_s / seconds if seconds else 0.0
            if gain > best_gain:
                best, best_gain = size, gain
        return best, best_gain

    def step_s(self, n_sequences: int, plain_s: float) -> float:
        """Seconds of one guess for each sequence; by the sizes of the models at first."""
        return self.pace.decode_s(n_sequences) or self._size_share * plain_s

    def follows(self, lag: int, n_left: int, n_sequences: int, batch_s: BatchSeconds) -> bool:
        """Whether it pays to compute `lag` tokens for a reply of up to `n_left` more."""
        plain_s = batch_s(n_sequences)
        if not plain_s:
            return False
        size, gain = self.best(SIZES[-1], n_sequences, batch_s)
        if not size or gain <= MIN_GAIN:
            return False
        saved = min(n_left, EXPECTED_REPLY) * plain_s * (1 - 1 / gain)
        return lag * self._row_s(plain_s) < saved

    def follow_rows(self, plain_s: float) -> int:
        """Rows to compute behind a step: about as long as the step itself."""
        row_s = self._row_s(plain_s)
        return max(FOLLOW_ROWS, int(plain_s / row_s)) if row_s else FOLLOW_ROWS

    def _row_s(self, plain_s: float) -> float:
        return self.pace.row_s or self._size_share * plain_s / 4
