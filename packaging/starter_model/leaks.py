"""Finds held-out questions that a pattern of the corpus could yield, by matching, not drawing."""

import re

from conversations import Writer
from heldout import plain, read_cases
from questions import OPENERS, SLOTS

PART = re.compile(r"<(\w+)>|([{\[])|([}\]])|(\|)|([^<{}\[\]|]+|<)")


def as_regex(pattern: str) -> str:
    """A regular expression for every plain reading of a pattern."""
    out: list[str] = []
    for slot, opening, closing, bar, text in PART.findall(pattern):
        if slot:
            readings = (as_regex(reading) for reading in SLOTS[slot])
            out.append("(?:" + "|".join(readings) + ")")
        elif opening:
            out.append("(?:" if opening == "{" else "(?:(?:")
        elif closing:
            out.append(")" if closing == "}" else "))?")
        elif bar:
            out.append("|")
        else:
            words = plain(text).split()
            out.append(" *" + " *".join(map(re.escape, words)) + " *" if words else " *")
    return "".join(out)


def all_regexes() -> list[re.Pattern[str]]:
    """One expression for each question pattern, and for each opener with all its subjects."""
    facts = Writer(0).facts
    found = [pattern for fact in facts for pattern in fact.asks]
    found += [pattern for fact in facts for pattern, _ in fact.then]
    expressions = [as_regex(pattern) for pattern in found]
    for kind in ("names", "do"):
        lists = (fact.names if kind == "names" else fact.deeds for fact in facts)
        subjects = "(?:" + "|".join(as_regex(subject) for each in lists for subject in each) + ")"
        openers = (as_regex(opener.replace("X", "thesubject")) for opener in OPENERS[kind])
        expressions += [opener.replace("thesubject", subjects) for opener in openers]
    return [re.compile(expression) for expression in expressions]


def leaks() -> list[str]:
    """The held-out questions that the corpus could contain."""
    regexes = all_regexes()
    asked = {plain(turn) for case in read_cases() for turn in case.turns}
    return sorted(text for text in asked if any(regex.fullmatch(text) for regex in regexes))


if __name__ == "__main__":
    print("\n".join(leaks()))
