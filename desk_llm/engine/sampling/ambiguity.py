"""Does a grammar grow native stacks without end? An adversary writes what makes the most of them.

Exact bounds do not exist for this. From every rule that nests in itself the adversary writes some
characters, each time the one after which most stacks are there: `"a" S "x" | "a" S "y"` doubles
with every a. A rule that is too much work for it is too much for the engine as well. (Rules that
only repeat do not nest: their stacks are the places in the text of the grammar, at most.)
"""

from __future__ import annotations

import random

from desk_llm.engine.sampling.circles import circles
from desk_llm.engine.sampling.gbnf import Chars, Ref, Rules, Token, too_large

MAX_STACKS = 100  # the C language takes 13, any JSON 14
MAX_WORK = 15_000  # stacks looked at for one rule: JSON takes 6,000
MAX_WORK_IN_ALL = 250_000  # under a second; the C language takes 150,000
N_CHARS = 32
N_WALKS = 10

_Place = tuple[int, int, int]  # rule, alternative, element
_Stack = tuple["_Stack", _Place] | None  # what is left to do, innermost last


class _TooMuch(Exception):
    """The adversary gave up."""


def check(rules: Rules) -> None:
    """Raises Unsupported when a few characters are read in too many ways."""
    adversary = _Adversary(rules)
    nesting = dict.fromkeys([rules.ids["root"], *_nesting_rules(rules)])
    others = [rule for name, rule in rules.ids.items() if "_" not in name and rule not in nesting]
    for rule in (*nesting, *others):
        if rule not in nesting and adversary.is_tired():
            return  # their number of ways has an end, at least
        if not adversary.is_harmless(rule):
            raise too_large(f"ways to read one text as “{rules.name(rule)}”", MAX_STACKS)


def _nesting_rules(rules: Rules) -> list[int]:
    """The rules that can come back to themselves with something left to do behind."""
    calls: dict[int, set[int]] = {}
    inner: list[tuple[int, int]] = []
    for rule, alternatives in rules.rules.items():
        calls[rule] = set()
        for sequence in alternatives:
            for place, one in enumerate(sequence):
                if isinstance(one, Ref):
                    calls[rule].add(one.rule)
                    if place + 1 < len(sequence):
                        inner.append((rule, one.rule))
    circle = circles(calls)
    nesting = {circle[rule] for rule, called in inner if circle[rule] == circle[called]}
    return [rule for rule in calls if circle[rule] in nesting]


class _Adversary:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules.rules
        self._work = self._work_in_all = 0
        self._most_work = MAX_WORK
        self._random = random.Random(1)

    def is_tired(self) -> bool:
        """True when there is no time for rules that can wait."""
        return self._work_in_all > MAX_WORK_IN_ALL // 2

    def is_harmless(self, rule: int) -> bool:
        """False when what the rule allows can be read in too many ways."""
        self._work = 0
        self._most_work = MAX_WORK
        try:
            return self._stays_small(rule)
        except _TooMuch:
            return False

    def _stays_small(self, rule: int) -> bool:
        stacks = self._expand([self._enter(None, rule, n) for n in range(len(self._rules[rule]))])
        # A choice of many words starts large, and gets smaller.
        limit = max(MAX_STACKS, len(stacks))
        self._most_work += N_CHARS * len(stacks)
        return self._climbs(stacks) <= limit and all(
            self._wanders(stacks) <= limit for _ in range(N_WALKS)
        )

    def _climbs(self, stacks: set[_Stack]) -> int:
        """The most stacks when each character is the one that makes most of them."""
        most = 0
        for _ in range(N_CHARS):
            stacks = max(self._step(stacks), key=len)
            most = max(most, len(stacks))
        return most

    def _wanders(self, stacks: set[_Stack]) -> int:
        """The most stacks on a random way: what grows most at once may lead nowhere."""
        most = 0
        for _ in range(N_CHARS):
            tops = [(stack, self._element(stack)) for stack in stacks]
            chars = _worth_trying([top for _stack, top in tops])
            char = self._random.choice(sorted(chars))
            after = [self._after(stack) for stack, top in tops if _matches(top, char)]
            stacks = self._expand(after) if after else stacks
            most = max(most, len(stacks))
        return most

    def _enter(self, rest: _Stack, rule: int, alternative: int) -> _Stack:
        return (rest, (rule, alternative, 0)) if self._rules[rule][alternative] else rest

    def _after(self, stack: _Stack) -> _Stack:
        assert stack is not None
        rest, (rule, alternative, element) = stack
        if element + 1 < len(self._rules[rule][alternative]):
            return rest, (rule, alternative, element + 1)
        return rest

    def _element(self, stack: _Stack) -> Chars | Token | Ref:
        assert stack is not None
        rule, alternative, element = stack[1]
        return self._rules[rule][alternative][element]

    def _expand(self, todo: list[_Stack]) -> set[_Stack]:
        """The stacks with a character on top that these turn into."""
        seen: set[_Stack] = set()
        ends: set[_Stack] = set()
        while todo:
            stack = todo.pop()
            if stack in seen:
                continue
            seen.add(stack)
            self._work += 1
            self._work_in_all += 1
            if self._work > self._most_work or self._work_in_all > MAX_WORK_IN_ALL:
                raise _TooMuch
            if stack is None:
                continue
            top = self._element(stack)
            if not isinstance(top, Ref):
                ends.add(stack)
                continue
            rest = self._after(stack)
            todo += [self._enter(rest, top.rule, n) for n in range(len(self._rules[top.rule]))]
        return ends

    def _step(self, stacks: set[_Stack]) -> list[set[_Stack]]:
        """What each character worth trying turns the stacks into."""
        tops = [(stack, self._element(stack)) for stack in stacks]
        return [
            self._expand([self._after(stack) for stack, top in tops if _matches(top, char)])
            for char in _worth_trying([top for _stack, top in tops])
        ]


def _worth_trying(tops: list[Chars | Token | Ref]) -> set[int]:
    """A character for every way in which ranges overlap."""
    chars = {ord("~")}
    for top in tops:
        if isinstance(top, Chars):
            chars |= {first for first, _last in top.ranges[:8]}
        if len(chars) > 16:
            break
    return chars


def _matches(top: Chars | Token | Ref, char: int) -> bool:
    if not isinstance(top, Chars):
        return False
    return any(first <= char <= last for first, last in top.ranges) != top.is_not
