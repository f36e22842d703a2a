"""Byte-level BPE: learns the vocabulary from the corpus and encodes as llama.cpp does ("qwen2")."""

import random
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise

import regex  # type: ignore[import-untyped]

# llama.cpp splits text with this pattern when tokenizer.ggml.pre is "qwen2".
SPLIT = regex.compile(
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
    r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

Pair = tuple[str, str]


def byte_letters() -> dict[int, str]:
    """GPT-2's printable letter for each of the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in plain}
    others = [byte for byte in range(256) if byte not in letters]
    letters.update({byte: chr(256 + i) for i, byte in enumerate(others)})
    return letters


LETTERS = byte_letters()
BYTES = {letter: byte for byte, letter in LETTERS.items()}


def spell(text: str) -> str:
    """The text as one printable letter per UTF-8 byte."""
    return "".join(LETTERS[byte] for byte in text.encode())


def learn(texts: list[str], size: int) -> list[Pair]:
    """The merges, in order, that grow the 256 bytes to `size` tokens."""
    counts = Counter(spell(piece) for text in texts for piece in SPLIT.findall(text))
    words = [list(word) for word in counts]
    weight = list(counts.values())
    pairs: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for i, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += weight[i]
            where[pair].add(i)
    merges: list[Pair] = []
    seen = set(LETTERS.values())
    while len(seen) < size:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        seen.add(best[0] + best[1])
        for i in list(where.pop(best)):
            for pair in pairwise(words[i]):
                pairs[pair] -= weight[i]
            words[i] = merge_pair(words[i], best)
            for pair in pairwise(words[i]):
                pairs[pair] += weight[i]
                where[pair].add(i)
        pairs.pop(best, None)
    return merges


def merge_pair(word: list[str], pair: Pair) -> list[str]:
    """The word with every occurrence of the pair joined, from left to right."""
    joined: list[str] = []
    i = 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            joined.append(word[i] + word[i + 1])
            i += 2
        else:
            joined.append(word[i])
            i += 1
    return joined


class Tokenizer:
    """Text to token ids, with optional BPE dropout to make the model forgive misspellings."""

    def __init__(self, merges: list[Pair]) -> None:
        self.merges = merges
        self.ranks = {pair: i for i, pair in enumerate(merges)}
        tokens = list(LETTERS.values()) + [a + b for a, b in merges]
        self.tokens = list(dict.fromkeys(tokens))
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self._piece_ids = lru_cache(maxsize=100_000)(self._encode_piece)

    def encode(
        self, text: str, dropout: float = 0.0, rng: random.Random | None = None
    ) -> list[int]:
        """The ids of plain text (control tokens are added by the caller)."""
        ids: list[int] = []
        for piece in SPLIT.findall(text):
            if dropout and rng is not None:
                ids.extend(self._encode_dropped(piece, dropout, rng))
            else:
                ids.extend(self._piece_ids(piece))
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text of plain ids."""
        letters = "".join(self.tokens[i] for i in ids if i < len(self.tokens))
        return bytes(BYTES[letter] for letter in letters).decode(errors="replace")

    def _encode_piece(self, piece: str) -> tuple[int, ...]:
        word = list(spell(piece))
        while len(word) > 1:
            found = [p for p in pairwise(word) if p in self.ranks]
            if not found:
                break
            word = merge_pair(word, min(found, key=self.ranks.__getitem__))
        return tuple(self.ids[token] for token in word)

    def _encode_dropped(self, piece: str, dropout: float, rng: random.Random) -> list[int]:
        word = list(spell(piece))
        while len(word) > 1:
            pairs = list(pairwise(word))
            found = [
                (self.ranks[p], i)
                for i, p in enumerate(pairs)
                if p in self.ranks and rng.random() >= dropout
            ]
            if not found:
                break
            i = min(found)[1]
            word[i : i + 2] = [word[i] + word[i + 1]]
        return [self.ids[token] for token in word]
