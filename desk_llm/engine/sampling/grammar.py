"""Grammars that native code would crash, hang or run out of memory on are refused here.

llama.cpp keeps a set of stacks, one per way to read what was written so far, and every stack ends
at a character. What that costs is known before it starts:

- its search for left recursion goes through a rule once per path that leads there;
- a rule in front puts one stack per path to a first character on the set, and the vocabulary is
  compared with each;
- a rule that can begin with itself grows a stack for ever. llama.cpp misses those that begin with
  something that is only indirectly empty;
- a grammar can be ambiguous so that the set doubles with every character: `ambiguity.py` tries.

`check_grammar` is pure: any thread, no native code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from desk_llm.engine.sampling import ambiguity
from desk_llm.engine.sampling.circles import circles
from desk_llm.engine.sampling.gbnf import Ref, Rules, Sequence, parse, too_large
from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported

MAX_VISITS = 1_000_000  # of the native search for left recursion: 20 ms
MAX_DEPTH = 1_000  # of the same, which recurses
MAX_PATHS = 5_000  # stacks at one place

_Edge = tuple[int, bool]  # the rule in front, and whether something follows it


@lru_cache(maxsize=32)
def check_grammar(text: str) -> None:
    """Raises Unsupported with a sentence when llama.cpp must not see this grammar."""
    rules = parse(text)
    _check_names(rules)
    directly_empty = {rule for rule, found in rules.rules.items() if [] in found}
    empty = _nullable(rules)
    # What llama.cpp sees as left recursion, which it refuses, and what is, which hangs it.
    order = _sorted_rules(rules, lambda rule: _fronts(rules, rule, directly_empty), _never)
    _check_visits(rules, order, directly_empty)
    order = _sorted_rules(rules, lambda rule: _fronts(rules, rule, empty), _is_harmless)
    _check_paths(rules, order, empty)
    ambiguity.check(rules)


def _check_names(rules: Rules) -> None:
    if "root" not in rules.ids or rules.ids["root"] not in rules.rules:
        raise Unsupported(QT_TRANSLATE_NOOP("errors", "The grammar has no rule named “root”."))
    for name, rule in rules.ids.items():
        if rule not in rules.rules:
            raise Unsupported(
                QT_TRANSLATE_NOOP(
                    "errors", "The grammar uses the rule “{name}”, which is not there."
                ),
                name=name,
            )


def _nullable(rules: Rules) -> set[int]:
    """The rules that can be empty."""
    users: dict[int, list[tuple[int, Sequence]]] = {}
    ready: list[int] = []
    for rule, found in rules.rules.items():
        for sequence in found:
            if not sequence:
                ready.append(rule)
            elif all(isinstance(one, Ref) for one in sequence):
                for one in {one.rule for one in sequence if isinstance(one, Ref)}:
                    users.setdefault(one, []).append((rule, sequence))
    empty: set[int] = set()
    while ready:
        rule = ready.pop()
        if rule in empty:
            continue
        empty.add(rule)
        for user, sequence in users.get(rule, ()):
            if all(isinstance(one, Ref) and one.rule in empty for one in sequence):
                ready.append(user)
    return empty


def _fronts(rules: Rules, rule: int, empty: set[int]) -> Iterator[_Edge]:
    """The rules that can be in front of what the rule makes."""
    for sequence in rules.rules[rule]:
        for index, one in enumerate(sequence):
            if not isinstance(one, Ref):
                break
            yield one.rule, index + 1 < len(sequence)
            if one.rule not in empty:
                break


def _never(_is_followed: bool) -> bool:
    return False


def _is_harmless(is_followed: bool) -> bool:
    """A loop through last places leaves no more on the stack each time: the set ends it."""
    return not is_followed


def _sorted_rules(
    rules: Rules, fronts: Callable[[int], Iterator[_Edge]], may_loop: Callable[[bool], bool]
) -> list[int]:
    """The rules with those in front before those behind. Raises Unsupported at left recursion."""
    edges = {rule: list(fronts(rule)) for rule in rules.rules}
    circle = circles({rule: [front for front, _ in found] for rule, found in edges.items()})
    for rule, found in edges.items():
        for front, is_followed in found:
            if circle[front] == circle[rule] and not may_loop(is_followed):
                raise Unsupported(
                    QT_TRANSLATE_NOOP(
                        "errors", "The rule “{name}” of the grammar can begin with itself."
                    ),
                    QT_TRANSLATE_NOOP("errors", "Write repetitions with * or +."),
                    name=rules.name(rule),
                )
    return sorted(edges, key=circle.__getitem__)


def _check_visits(rules: Rules, order: list[int], empty: set[int]) -> None:
    visits: dict[int, int] = {}
    depth: dict[int, int] = {}
    for rule in order:
        fronts = [front for front, _is_followed in _fronts(rules, rule, empty)]
        visits[rule] = 1 + sum(visits[front] for front in fronts)
        depth[rule] = 1 + max((depth[front] for front in fronts), default=0)
    if max(depth.values()) > MAX_DEPTH:
        raise too_large("rules that begin with one another", MAX_DEPTH)
    if sum(visits.values()) > MAX_VISITS:
        raise too_large("ways through its rules", MAX_VISITS)


def _check_paths(rules: Rules, order: list[int], empty: set[int]) -> None:
    paths: dict[int, int] = {}
    for rule in order:
        n = 0
        for sequence in rules.rules[rule]:
            for one in sequence:
                if not isinstance(one, Ref):
                    n += 1
                    break
                n += paths.get(one.rule, 0)  # 0: a harmless loop
                if one.rule not in empty:
                    break
        paths[rule] = n
        if n > MAX_PATHS:
            raise too_large(f"ways to begin “{rules.name(rule)}”", MAX_PATHS)
