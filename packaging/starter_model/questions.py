"""Turns question patterns into many different questions, tidy and untidy."""

import random
import re

from parse import Fact, read_lists
from settings import CORPUS

SLOTS = read_lists(CORPUS / "slots.txt")
OPENERS = read_lists(CORPUS / "openers.txt")

SLOT = re.compile(r"<(\w+)>")
CHOICE = re.compile(r"\{([^{}]*)\}")
WORD = re.compile(r"[a-z]{4,}")
MAYBE = re.compile(r"\[([^\[\]]*)\]")
SMALL_WORDS = frozenset(SLOTS["small"])
NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuiopoasdfghjkkzxcvbnmn", strict=False))


def expand(pattern: str, rng: random.Random) -> str:
    """One reading of a pattern: `<slot>`, `{this|that}` and `[maybe]`."""
    for _ in range(8):
        before = pattern
        pattern = SLOT.sub(lambda m: rng.choice(SLOTS[m[1]]), pattern)
        pattern = CHOICE.sub(lambda m: rng.choice(m[1].split("|")), pattern)
        if "{" not in pattern:  # choices may stand inside a [maybe], so they go first
            pattern = MAYBE.sub(lambda m: maybe(m[1], rng), pattern)
        if pattern == before:
            break
    return re.sub(r"\s+", " ", pattern).strip()


def maybe(text: str, rng: random.Random) -> str:
    """Nothing, or one of the readings."""
    return rng.choice(text.split("|")) if rng.random() < 0.5 else ""


def ask(fact: Fact, rng: random.Random) -> str:
    """A tidy lower-case question that the fact answers."""
    kinds: list[str] = []
    if fact.asks:
        kinds += ["own"] * (3 if len(fact.asks) > 3 else 2)
    if fact.names:
        kinds += ["names"] * 3
    if fact.deeds:
        kinds += ["do"] * 3
    kind = rng.choice(kinds)
    if kind == "own":
        return expand(rng.choice(fact.asks), rng)
    subjects = fact.names if kind == "names" else fact.deeds
    opener = expand(rng.choice(OPENERS[kind]), rng)
    return expand(opener.replace("X", expand(rng.choice(subjects), rng)), rng)


def untidy(text: str, rng: random.Random) -> str:
    """The question as a hurried person might type it."""
    if rng.random() < 0.25:
        text = expand(rng.choice(OPENERS["before"]), rng) + " " + text
    if rng.random() < 0.2:
        text = text + " " + expand(rng.choice(OPENERS["after"]), rng)
    if rng.random() < 0.15:
        words = text.split()
        kept = [w for w in words if w not in SMALL_WORDS or rng.random() < 0.5]
        text = " ".join(kept or words)
    if rng.random() < 0.08:
        for _ in range(rng.choice((1, 1, 2))):
            text = mistype(text, rng)
    return punctuate(recase(text, rng), rng)


def mistype(text: str, rng: random.Random) -> str:
    """One slip of the fingers inside a word of four letters or more."""
    spots = [
        m.start() + i for m in re.finditer(r"[a-z]{4,}", text) for i in range(1, len(m[0]) - 1)
    ]
    if not spots:
        return text
    i = rng.choice(spots)
    letter = text[i]
    slip = rng.choice(("drop", "double", "swap", "near"))
    if slip == "drop":
        return text[:i] + text[i + 1 :]
    if slip == "double":
        return text[:i] + letter + text[i:]
    if slip == "swap":
        return text[:i] + text[i + 1] + letter + text[i + 2 :]
    return text[:i] + NEIGHBOURS.get(letter, letter) + text[i + 1 :]


# Written in lower case in the corpus, and in capitals by most people: other tokens altogether.
_ACRONYM = re.compile(
    r"\b(cuda|gpu|cpu|gpt|api|vram|ram|kv|gguf|rtx|amd|nvidia|rocm|lora|moe|llm|json|tps|ttft|tpot"
    r"|kld|ssd|hf|ui|os|pc)(s?)\b"
)


def capitals(text: str) -> str:
    """Acronyms as they are usually written.

    >>> capitals("which gpus can cuda use?")
    'which GPUs can CUDA use?'
    """
    return _ACRONYM.sub(lambda m: m[1].upper() + m[2], text)


def recase(text: str, rng: random.Random) -> str:
    """Sentence case, as written, lower case or (seldom) capitals."""
    style = rng.random()
    if style < 0.45:
        text = capitals(text)
    if style < 0.5:
        text = re.sub(r"\bi\b", "I", text)
        return re.sub(r"(^|[.!?] )([a-z])", lambda m: m[1] + m[2].upper(), text)
    if style < 0.7:
        return text
    return text.upper() if style > 0.97 else text.lower()


def punctuate(text: str, rng: random.Random) -> str:
    """Most questions end with a mark, many do not."""
    if text[-1] in ".?!":
        return text
    return text + rng.choices(("?", "", "??", ".", " ?"), (58, 34, 2, 4, 2))[0]
