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
_DECAY = 0.98  # of hits and misses per guess: about the last 50 count
_TOKEN_BITS = 20  # vocabularies end at 2^18
_KEY_MASK = (1 << 3 * _TOKEN_BITS) - 1
_NONE: Sequence[int] = ()

BatchSeconds = Callable[[int], float]  # rows of a decode batch -> expected seconds


class Drafter:
    """One sequence's guesses. Made on the prepare thread, then the engine thread's."""

    __slots__ = ("_hits", "_index", "_key", "_misses", "_n", "_next", "_run")

    def __init__(self, prompt: Sequence[int]) -> None:
        self._index: dict[int, int] = {}  # the last three tokens -> where the next one stands
        self._key = 0
        self._n = 0
        self._next: int | None = None  # position of the guessed token
        self._run = 0  # right guesses in a row
        self._hits = self._misses = 0.0
        index, key = self._index, 0
        for self._n, token in enumerate(prompt, 1):
            key = (key << _TOKEN_BITS | token) & _KEY_MASK
            index[key] = self._n
        self._key = key

    def extend(self, tokens: Sequence[int]) -> None:
        """`tokens` grew: check the guesses against what came, and remember it."""
        for position in range(self._n, len(tokens)):
            token, guess = tokens[position], self._next
            if guess is not None:
                self._judge(tokens[guess] == token)
                self._next = guess + 1 if self._run else None
            key = self._key = (self._key << _TOKEN_BITS | token) & _KEY_MASK
            if self._next is None:
                self._next = self._index.get(key)
            self._index[key] = position + 1
        self._n = len(tokens)

    def _judge(self, is_right: bool) -> None:
        self._hits *= _DECAY
        self._misses *= _DECAY
        if is_right:
            self._hits += 1.0
            self._run += 1
        else:
            self._misses += 1.0
            self._run = 0

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
        right = self._hits + self._run + 0.5  # a long run counts more than old misses
        reliability = right / (right + self._misses + 0.5)
        best, best_gain = 0, MIN_GAIN
        for size in SIZES:
            if size > most:
                break
            # Tokens of this sequence per batch: 1 + r + r^2 + … + r^size.
            expected = (1.0 - reliability ** (size + 1)) / (1.0 - reliability)
            seconds = batch_s(n_decoding + size)
            gain = (n_decoding - 1 + expected) / n_decoding * plain_s / seconds if seconds else 0.0
            if gain > best_gain:
                best, best_gain = size, gain
        return best
