"""What the compiler of JSON schemas and its parts share."""

from __future__ import annotations

import json
from typing import Any, Protocol

from desk_llm.engine.sampling.schema_merge import Schema, not_supported
from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported

MAX_LENGTH = 1_999  # of texts and lists; 2,000 is llama.cpp's limit for repetitions


class Impossible(Exception):
    """Nothing can satisfy this part."""


class Rules(Protocol):
    """Where a part puts its rules."""

    def node(self, schema: Any) -> str:
        """The name of the rule for a schema. Raises Impossible."""
        ...

    def rule(self, body: str) -> str:
        """The name of a rule with this body."""
        ...

    def primitive(self, name: str) -> str:
        """A rule that needs no schema."""
        ...


def invalid(problem: str) -> Unsupported:
    """The error for what is no JSON schema."""
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "The JSON schema is not valid: {problem}."), problem=problem
    )


def as_json(value: Any) -> str:
    """Compact JSON; letters as they are where UTF-8 can hold them."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def bounds(schema: Schema, least: str, most: str) -> tuple[int, int | None]:
    """Two counts, within what a grammar can hold. Raises Impossible."""
    low, high = int(schema.get(least, 0)), schema.get(most)
    if low > MAX_LENGTH:
        raise not_supported(least)
    if high is not None and high < low:
        raise Impossible
    return low, None if high is None else min(int(high), MAX_LENGTH)


def repeated(least: int, most: int | None) -> str:
    """The quantifier for so many."""
    if most is None:
        return {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return f"{{{least},{most}}}"
