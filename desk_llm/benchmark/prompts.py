"""Prompts of an exact number of tokens, no two with a common beginning: nothing is cached."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable

Count = Callable[[str], int]

_TEXT = (
    "time year people way day man thing woman life child world school state family student group "
    "country problem hand part place case week company system program question work government "
    "number night point home water room mother area money story fact month lot right study book "
    "eye job word business issue side kind head house service friend father power hour game line "
    "end member law car city community name president team minute idea body information back "
    "parent face others level office door health person art war history party result change "
    "morning reason research girl guy moment air teacher force education foot boy age policy "
    "process music market sense nation plan college interest death experience effect use class "
    "control field development role effort rate heart drug show leader light voice wife police "
    "mind price report decision son view relationship town road arm difference value building"
)
_WORDS = _TEXT.split()
_PADDING = (" a", " the", ".", ",", "\n", "1", "x", " ")


class PromptMaker:
    """Texts of random words; `count` tells how many tokens a text has."""

    def __init__(self, count: Count, rng: random.Random | None = None) -> None:
        self._count = count
        self._rng = rng or random.Random()

    def text(self, n_tokens: int) -> str:
        """A text of `n_tokens`; of one or two less where this vocabulary has no fitting piece."""
        words = self._words(n_tokens)
        # The number of tokens grows with the number of words, so bisect over it.
        n_words = bisect_right(
            range(len(words) + 1), n_tokens, key=lambda n: self._count(" ".join(words[:n]))
        )
        return self._pad(" ".join(words[: max(0, n_words - 1)]), n_tokens)

    def more(self, text: str, n_tokens: int) -> str:
        """`text` and about `n_tokens` more behind it."""
        return f"{text} {self.text(n_tokens)}"

    def _words(self, n_tokens: int) -> list[str]:
        # A number first: two prompts differ from their first digits on.
        first = str(self._rng.randrange(10**6, 10**7))
        return [first, *self._rng.choices(_WORDS, k=n_tokens)]

    def _pad(self, text: str, n_tokens: int) -> str:
        missing = n_tokens - self._count(text)
        while missing > 0:
            for piece in _PADDING:
                longer = text + piece
                left = n_tokens - self._count(longer)
                if 0 <= left < missing:
                    text, missing = longer, left
                    break
            else:
                return text
        return text


class WordCounter:
    """Stands in for a tokenizer that only the server has: tokens per word, learned from it."""

    def __init__(self, tokens_per_word: float = 1.3) -> None:
        self._tokens_per_word = tokens_per_word

    def learn(self, text: str, n_tokens: int) -> None:
        """The server counted a text."""
        n_words = len(text.split())
        if n_words and n_tokens:
            self._tokens_per_word = n_tokens / n_words

    def __call__(self, text: str) -> int:
        """The likely number of tokens."""
        return round(len(text.split()) * self._tokens_per_word)
