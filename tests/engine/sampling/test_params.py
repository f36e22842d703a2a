"""No number reaches native code unchecked; a refusal names the field."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest

from desk_llm.engine.sampling import params as checks
from desk_llm.engine.sampling import prepare
from desk_llm.engine.types import SamplingParams
from desk_llm.errors import RequestError

NAN, INF = math.nan, math.inf
BAD = [
    *((name, NAN) for name, limits in checks._RANGES.items() if not limits.is_whole),
    *((name, INF) for name in checks._RANGES),
    *((name, -INF) for name in checks._RANGES),
    *((name, "1") for name in checks._RANGES),
    *((name, True) for name in checks._RANGES),
    ("temperature", -0.1),
    ("temperature", None),
    ("top_k", -1),
    ("top_k", 2**31),
    ("top_k", 40.0),
    ("top_p", 1.1),
    ("min_p", -0.1),
    ("repeat_penalty", 0.0),
    ("repeat_last_n", -2),
    ("repeat_last_n", 2**31),
    ("xtc_threshold", 2.0),
    ("dry_base", 0.5),
    ("dry_allowed_length", -1),
    ("mirostat", 3),
    ("n_probs", 21),
    ("n_probs", -1),
    ("max_tokens", 0),
    ("seed", 2**64),
    ("logit_bias", ((1, NAN),)),
    ("logit_bias", ((1, INF),)),
    ("logit_bias", ((1.5, 1.0),)),
    ("logit_bias", ((2**40, 1.0),)),
    ("logit_bias", ((1, 2.0, 3.0),)),
    ("logit_bias", ((True, 2.0),)),
    ("logit_bias", {1: 2.0}),
    ("logit_bias", ((1, 1.0),) * 5000),
    ("dry_sequence_breakers", ("x" * 41,)),
    ("dry_sequence_breakers", ("a\0b",)),
    ("dry_sequence_breakers", ("x",) * 65),
    ("dry_sequence_breakers", (b"x",)),
]


@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda value: str(value)[:20])
def test_unfit_values_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(RequestError) as refused:
        prepare(replace(SamplingParams(), **{name: value}))  # type: ignore[arg-type]
    assert name in refused.value.message


def test_every_number_has_limits() -> None:
    numbers = {
        one.name
        for one in fields(SamplingParams)
        if isinstance(one.default, (int, float)) and not isinstance(one.default, bool)
    }
    assert numbers <= set(checks._RANGES)


def test_the_defaults_pass_unchanged() -> None:
    assert prepare(SamplingParams()) == SamplingParams()


def test_a_grammar_and_a_schema_exclude_each_other() -> None:
    with pytest.raises(RequestError, match="not both"):
        prepare(SamplingParams(grammar='root ::= "a"', json_schema="{}"))


def test_a_schema_becomes_a_grammar() -> None:
    prepared = prepare(SamplingParams(json_schema='{"type": "boolean"}'))
    assert prepared.json_schema == ""
    assert "root ::=" in prepared.grammar
