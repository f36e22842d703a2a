"""Random texts of a grammar, without a model: what a grammar allows, not what a model likes."""

from __future__ import annotations

import random

from desk_llm.engine.sampling.gbnf import Chars, Ref, Rules, Sequence, Token, parse

_FAR = 10**9


class Deriver:
    """Texts of one grammar; short ones once `size` is used up."""

    def __init__(self, grammar: str) -> None:
        self._rules: Rules = parse(grammar)
        self._costs = self._shortest()

    def _shortest(self) -> dict[int, int]:
        costs = dict.fromkeys(self._rules.rules, _FAR)
        is_changed = True
        while is_changed:
            is_changed = False
            for rule, found in self._rules.rules.items():
                cost = min(self._cost(one, costs) for one in found) + 1
                if cost < costs[rule]:
                    costs[rule], is_changed = cost, True
        return costs

    def _cost(self, sequence: Sequence, costs: dict[int, int]) -> int:
        return sum(costs[one.rule] if isinstance(one, Ref) else 1 for one in sequence)

    def text(self, rng: random.Random, size: int = 60) -> str:
        """One text."""
        out: list[str] = []
        todo: list[Chars | Token | Ref] = [Ref(self._rules.ids["root"])]
        while todo:
            one = todo.pop()
            if isinstance(one, Ref):
                found = self._rules.rules[one.rule]
                if len(out) + len(todo) > size:
                    found = [min(found, key=lambda s: self._cost(s, self._costs))]
                todo += reversed(rng.choice(found))
            elif isinstance(one, Chars):
                out.append(_char(one, rng))
        return "".join(out)


def _char(chars: Chars, rng: random.Random) -> str:
    if chars.is_not or not chars.ranges:
        return "~"
    first, last = rng.choice(chars.ranges)
    return chr(rng.choice((first, last, rng.randint(first, last))))
