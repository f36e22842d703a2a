"""Patterns → GBNF: what the grammar writes, the pattern finds."""

from __future__ import annotations

import json
import random
import re

import pytest

from desk_llm.engine.sampling import compile_schema
from desk_llm.errors import Unsupported
from tests.engine.sampling.derive import Deriver

PATTERNS = [
    "^$",
    "^abc$",
    "abc",
    "^a",
    "a$",
    "^a|^b$|c",
    "^(ab|cd)*$",
    "^(?:x(?:y(?:z)?)?)$",
    "^(?P<year>[0-9]{4})-(?<month>[0-9]{2})$".replace("(?<month>", "(?P<month>"),
    r"^\d{3}-\d{4}$",
    r"^\w+\s\w+$",
    r"^[^a-z]+$",
    r"^[\d.,-]+$",
    r"^[]a]$".replace("[]a]", r"[\]a]"),
    r"^[a\-z^]+$",
    r"^\S+\D\W$",
    "^.$",
    r'^"\\/$'.replace("\\\\", "\\\\"),
    r"^\u4e00[一-龥]+\x41$",
    r"^\t\n\r$",
    r"^\$\^\.\*\+\?\(\)\[\]\{\}\|\/$",
    "^a{2}b{2,}c{0,2}?d*?e+?f??$",
    "^(a|b|)$",
    "^😀+$",
]
REFUSED = [
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?<!a)b",
    r"\bword\b",
    r"(a)\1",
    "(?i)a",
    "a(^b$)c",
    "a^b",
    "a$b",
    "(a",
    "a)",
    "[a",
    "a**",
    "*a",
    "a{,3}",
    "a{x}",
    r"\p{L}",
    "[z-a]",
    r"[\d-z]",
    r"\x0",
    r"\x01",
    "\\",
    "[]",
    "(" * 50 + "a" + ")" * 50,
    "a" * 3000,
    "a{3000}",
    "\0",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_match(pattern: str) -> None:
    deriver = Deriver(compile_schema(json.dumps({"type": "string", "pattern": pattern})))
    rng = random.Random(3)
    for _ in range(60):
        text = json.loads(deriver.text(rng, 20))
        assert re.search(pattern, text), text


@pytest.mark.parametrize("pattern", REFUSED, ids=lambda pattern: pattern[:10])
def test_what_is_not_in_the_subset_is_refused(pattern: str) -> None:
    with pytest.raises(Unsupported):
        compile_schema(json.dumps({"type": "string", "pattern": pattern}))
