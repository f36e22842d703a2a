"""Does a grammar grow native stacks without end? An adversary writes what makes the most of them.

Exact bounds do not exist for this. From every rule that can come back to itself the adversary
writes some characters, each time the one after which most stacks are there: `"a" S "x" | "a" S
"y"` doubles with every a. What it does not find in its time, the sampler's time limit ends.
"""

from __future__ import annotations

from collections import Counter

from desk_llm.engine.sampling.circles import circles
from desk_llm.engine.sampling.gbnf import Chars, Ref, Rules, Token, too_large

MAX_STACKS = 1_000
N_CHARS = 20
MAX_WORK = 30_000  # stacks looked at, in all: 0.1 s

_Place = tuple[int, int, int]  # rule, alternative, element
_Stack = tuple["_Stack", _Place] | None  # what is left to do, innermost last


class _OutOfTime(Exception):
    """The adversary gave up."""


def check(rules: Rules) -> None:
    """Raises Unsupported when a few characters are read in too many ways."""
    adversary = _Adversary(rules)
    try:
        for rule in _recursive_rules(rules):
            if adversary.most_stacks(rule) > MAX_STACKS:
                raise too_large(f"ways to read one text as “{rules.name(rule)}”", MAX_STACKS)
    except _OutOfTime:
        return


def _recursive_rules(rules: Rules) -> list[int]:
    """The rules that can come back to themselves."""
    calls = {
        rule: {one.rule for found in alternatives for one in found if isinstance(one, Ref)}
        for rule, alternatives in rules.rules.items()
    }
    circle = circles(calls)
    shared = Counter(circle.values())
    return [rule for rule in calls if shared[circle[rule]] > 1 or rule in calls[rule]]


class _Adversary:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules.rules
        self._work = 0

    def most_stacks(self, rule: int) -> int:
        """The most stacks seen while writing what the rule allows."""
        stacks = self._expand([self._enter(None, rule, n) for n in range(len(self._rules[rule]))])
        most = len(stacks)
        for _ in range(N_CHARS):
            by_char = self._step(stacks)
            if not by_char:
                break
            stacks = max(by_char, key=len)
            most = max(most, len(stacks))
            if most > MAX_STACKS:
                break
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
            if self._work > MAX_WORK:
                raise _OutOfTime
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
