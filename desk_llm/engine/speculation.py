"""Drafter: guesses the next tokens from a repetition in prompt and reply; no second model.

The last three tokens occurred before: what followed them then may follow again. Guessing is free,
checking is not (a batch of eight rows costs two to four single steps on a CPU), so the drafter
first guesses in silence: each sampled token tells whether the repetition goes on. Only when the
measured cost of a batch and the observed reliability promise more tokens per second, the guesses
are handed out. Text that does not repeat itself never pays for a failed draft.

Accepted tokens are sampled from the same logits by the same sampler as without drafts
(Leviathan et al. 2023 with a deterministic draft), so the reply is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

SIZES = (3, 7, 15, 31)  # drafts that fill the rows of a batched matrix product: 4, 8, 16, 32
MAX_DRAFT = SIZES[-1]
MIN_RUN = 2  # silent hits before the first draft
MIN_GAIN = 1.1  # expected tokens per second against plain decoding
NEAR = 64  # tokens behind the last source in which a rewrite goes on
_WALK = 32  # occurrences that are looked at
_DECAY = 0.95  # of hits and misses per guess
_HITS, _MISSES = 2.0, 0.5  # what is believed before anything was seen
_RUN_CLASSES = 6  # runs of 1, 2-3, 4-7, … 32 and more
_TOKEN_BITS = 20  # vocabularies end at 2^18
_KEY_MASK = (1 << 3 * _TOKEN_BITS) - 1
_NONE: Sequence[int] = ()

BatchSeconds = Callable[[int], float]  # rows of a decode batch -> expected seconds


class Reliability:
    """How often a guess is right, by the number of right guesses before it.

    The longer a passage was copied, the likelier it goes on; values that differ from record to
    record make short runs end, and long ones do not know of them.
    """

    __slots__ = ("_hits", "_misses")

    def __init__(self) -> None:
        self._hits = [_HITS] * _RUN_CLASSES
        self._misses = [_MISSES] * _RUN_CLASSES

    def learn(self, run: int, *, is_right: bool) -> None:
        """A guess behind `run` right ones was judged."""
        n = _run_class(run)
        self._hits[n] = _DECAY * self._hits[n] + is_right
        self._misses[n] = _DECAY * self._misses[n] + (not is_right)

    def after(self, run: int) -> float:
        """Probability that the next guess is right."""
        n = _run_class(run)
        return self._hits[n] / (self._hits[n] + self._misses[n])


def _run_class(run: int) -> int:
    return min(max(run, 1).bit_length(), _RUN_CLASSES) - 1


class Drafter:
    """One sequence's guesses. Made on the prepare thread, then the engine thread's."""

    __slots__ = ("_before", "_index", "_key", "_n", "_next", "_reliability", "_run", "_source")

    def __init__(self, prompt: Sequence[int]) -> None:
        self._index: dict[int, int] = {}  # the last three tokens -> where the next one stands
        self._before: list[int] = [0]  # by such a position: the one before with the same three
        self._key = 0
        self._n = 0
        self._next: int | None = None  # position of the guessed token
        self._run = 0  # right guesses in a row
        self._source = 0  # behind the newest guessed token: a rewrite goes on near it
        self._reliability = Reliability()
        for token in prompt:
            self._add(token)

    def _add(self, token: int) -> None:
        self._n += 1
        key = self._key = (self._key << _TOKEN_BITS | token) & _KEY_MASK
        self._before.append(self._index.get(key, 0))
        self._index[key] = self._n

    def extend(self, tokens: Sequence[int]) -> None:
        """`tokens` grew: check the guesses against what came, and remember it."""
        for position in range(self._n, len(tokens)):
            token, guess = tokens[position], self._next
            if guess is not None:
                is_right = tokens[guess] == token
                self._reliability.learn(self._run, is_right=is_right)
                self._source = guess + 1
                self._run = self._run + 1 if is_right else 0
                self._next = guess + 1 if is_right else None
            self._add(token)
            if self._next is None:
                self._next = self._find()

    def _find(self) -> int | None:
        """What followed the last three tokens: nearest behind the source, else the last time."""
        before = self._before
        newest = found = before[self._n]
        if not newest:
            return None
        for _ in range(_WALK):
            earlier = before[found]
            if earlier < self._source:
                break
            found = earlier
        return found if 0 <= found - self._source < NEAR else newest

    def propose(
        self, tokens: Sequence[int], most: int, n_decoding: int, batch_s: BatchSeconds
    ) -> Sequence[int]:
        """Up to `most` tokens to check in the next batch; empty when plain decoding is faster.

        `n_decoding` sequences share the batch; all of them wait longer for the drafts of one.
        """
        if self._next is None or self._run < MIN_RUN:
            return _NONE
        size = self._best_size(most, n_decoding, batch_s)
        if not size:
            return _NONE
        start = self._next
        draft = list(tokens[start : start + size])
        while len(draft) < size:  # a loop shorter than the draft: it goes round
            draft += tokens[start : start + size - len(draft)]
        return draft

    def _best_size(self, most: int, n_decoding: int, batch_s: BatchSeconds) -> int:
        plain_s = batch_s(n_decoding)
        best, best_gain = 0, MIN_GAIN
        expected = likelihood = 1.0  # tokens of this sequence per batch; that all were right
        guessed = 0
        for size in SIZES:
            if size > most:
                break
            while guessed < size:
                likelihood *= self._reliability.after(self._run + guessed)
                expected += likelihood
                guessed += 1
            seconds = batch_s(n_decoding + size)
            gain = (n_decoding - 1 + expected) / n_decoding * plain_s / seconds if seconds else 0.0
            if gain > best_gain:
                best, best_gain = size, gain
        return best
