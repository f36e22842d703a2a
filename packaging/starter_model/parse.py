"""Reads the corpus: plain text files of facts, each with question patterns and answers."""

from dataclasses import dataclass, field
from pathlib import Path

from settings import CORPUS


@dataclass(slots=True)
class Fact:
    """One thing the model knows, the ways people ask for it and the ways it answers.

    names     what the fact is about; the generic openers ("what is ...") are tried on each
    deeds     what a person wants to do; combined with "how do I ..." openers
    asks      question patterns of this fact alone
    answers   wordings of the answer (markdown), all with the same key facts
    then      follow-up patterns and the fact that answers them
    weight    how often the fact is drawn, relative to the others
    """

    id: str
    names: list[str] = field(default_factory=list)
    deeds: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    then: list[tuple[str, str]] = field(default_factory=list)
    weight: float = 1.0


def read_facts(path: Path) -> list[Fact]:
    """The facts of one file; see corpus/README for the format."""
    facts: list[Fact] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("== "):
            facts.append(Fact(line[3:].strip()))
        elif line.startswith("|"):
            facts[-1].answers[-1] += "\n" + line[1:].removeprefix(" ")
        elif line.strip() and not line.startswith("#"):
            try:
                add_line(facts[-1], line)
            except (KeyError, ValueError, IndexError) as error:
                raise ValueError(f"{path.name}:{number}: cannot read {line!r}") from error
    return facts


def add_line(fact: Fact, line: str) -> None:
    """Store one `key: value` line in its fact."""
    key, value = line.split(":", 1)
    value = value.strip()
    if key == "a":
        fact.answers.append(value)
    elif key == "q":
        fact.asks.append(value)
    elif key == "names":
        fact.names += split_list(value)
    elif key == "do":
        fact.deeds += split_list(value)
    elif key == "then":
        pattern, target = value.rsplit("->", 1)
        fact.then.append((pattern.strip(), target.strip()))
    elif key == "weight":
        fact.weight = float(value)
    else:
        raise KeyError(key)


def split_list(text: str) -> list[str]:
    """Parts between bars outside braces and brackets."""
    depth, parts = 0, [""]
    for letter in text:
        depth += (letter in "{[") - (letter in "}]")
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def read_lists(path: Path) -> dict[str, list[str]]:
    """`name: a | b | c` lines; a name may come on several lines."""
    lists: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, value = line.split(":", 1)
            lists.setdefault(name.strip(), []).extend(split_list(value))
    return lists


def read_corpus() -> list[Fact]:
    """All hand-written facts, in file order."""
    files = sorted(CORPUS.glob("facts_*.txt"))
    return [fact for path in files for fact in read_facts(path)]
