"""The held-out questions: read them, judge answers, and prove that training never saw them."""

import re
from dataclasses import dataclass

from settings import HELDOUT


@dataclass(frozen=True, slots=True)
class Case:
    """The turns to ask and the patterns the last answer must all contain."""

    turns: tuple[str, ...]
    patterns: tuple[str, ...]

    def passes(self, answer: str) -> bool:
        """Every key fact is there."""
        return all(re.search(pattern, answer, re.IGNORECASE) for pattern in self.patterns)


def read_cases() -> list[Case]:
    """The cases of heldout.txt."""
    cases: list[Case] = []
    for line in HELDOUT.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            asked, wanted = line.rsplit(" => ", 1)
            turns = tuple(turn.strip() for turn in asked.split(" >> "))
            cases.append(Case(turns, tuple(p.strip() for p in wanted.split(" & "))))
    return cases


def plain(text: str) -> str:
    """Lower-case words and numbers only: how questions are compared."""
    return " ".join(re.findall(r"\w+", text.lower()))
