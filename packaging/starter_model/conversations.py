"""Builds conversations: one to five turns, with and without a system prompt."""

import random
from dataclasses import dataclass

from declines import decline_facts
from heldout import plain, read_cases
from memory_facts import memory_facts
from parse import Fact, read_corpus
from questions import OPENERS, ask, expand, untidy


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """An optional system prompt and the turns."""

    system: str
    turns: list[Turn]


class Writer:
    """Draws conversations from the facts; the same seed gives the same conversations."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.facts = read_corpus() + memory_facts() + decline_facts()
        self.by_id = {fact.id: fact for fact in self.facts}
        self.weights = [fact.weight for fact in self.facts]
        # The questions of the evaluation are never trained on, even if a pattern yields one.
        self.withheld = {plain(turn) for case in read_cases() for turn in case.turns}

    def conversation(self) -> Conversation:
        """The next conversation."""
        rng = self.rng
        system = expand(rng.choice(OPENERS["system"]), rng) if rng.random() < 0.25 else ""
        length = rng.choices((1, 2, 3, 4, 5), (60, 20, 10, 6, 4))[0]
        turns: list[Turn] = []
        last: Fact | None = None
        while len(turns) < length:
            last, question = self.question(last)
            if plain(question) not in self.withheld:
                turns.append(Turn(question, rng.choice(last.answers)))
        return Conversation(system, turns)

    def question(self, last: Fact | None) -> tuple[Fact, str]:
        """The next question and the fact that answers it; sometimes a follow-up to the last."""
        rng = self.rng
        if last and last.then and rng.random() < 0.5:
            pattern, target = rng.choice(last.then)
            return self.by_id[target], untidy(expand(pattern, rng), rng)
        fact = rng.choices(self.facts, self.weights)[0]
        return fact, untidy(ask(fact, rng), rng)
