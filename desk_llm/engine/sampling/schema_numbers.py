"""Numbers of a schema → GBNF: limits become ranges of digits."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from desk_llm.engine.sampling.gbnf_text import whole_numbers
from desk_llm.engine.sampling.schema_merge import Schema, not_supported
from desk_llm.engine.sampling.schema_parts import Impossible, Rules, invalid

MAX_DECIMALS = 15

_Limit = tuple[Decimal, bool]  # the number, and whether it is left out itself


def number_rule(rules: Rules, schema: Schema, *, is_whole: bool) -> str:
    """The name of the rule for a number. Raises Impossible."""
    low, high = _limits(schema)
    if low is None and high is None:
        return rules.primitive("integer" if is_whole else "number")
    decimals = [_n_decimals(one[0]) for one in (low, high) if one is not None]
    n_decimals = 0 if is_whole else max(2, *decimals)
    if n_decimals > MAX_DECIMALS:
        raise not_supported("minimum")
    parts = [
        whole_numbers(_scaled(low, n, math.ceil, 1), _scaled(high, n, math.floor, -1), n)
        for n in range(n_decimals + 1)
    ]
    if not any(parts):
        raise Impossible
    return rules.rule(" | ".join(filter(None, parts)))


def _limits(schema: Schema) -> tuple[_Limit | None, _Limit | None]:
    """The lowest and the highest number."""
    return (
        _limit(schema.get("minimum"), schema.get("exclusiveMinimum"), max),
        _limit(schema.get("maximum"), schema.get("exclusiveMaximum"), min),
    )


def _limit(value: Any, exclusive: Any, stricter: Any) -> _Limit | None:
    if isinstance(exclusive, bool):  # as drafts 3 and 4 had it
        return None if value is None else (_decimal(value), exclusive)
    if value is None or exclusive is None:
        one = exclusive if value is None else value
        return None if one is None else (_decimal(one), value is None)
    a, b = _decimal(value), _decimal(exclusive)
    return (b, True) if stricter(a, b) == b else (a, False)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise invalid(f"{value!r} is no number")
    return Decimal(str(value))


def _n_decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else MAX_DECIMALS + 1


def _scaled(limit: _Limit | None, n: int, rounded: Any, inwards: int) -> int | None:
    """A limit in units of the n-th decimal."""
    if limit is None:
        return None
    value, is_left_out = limit
    if value.adjusted() > 300:
        raise not_supported("minimum")
    scaled = value.scaleb(n)
    whole = int(rounded(scaled))
    return whole + inwards if is_left_out and whole == scaled else whole
