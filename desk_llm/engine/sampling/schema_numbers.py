"""Numbers of a schema → GBNF: limits become ranges of digits."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from desk_llm.engine.sampling.gbnf_text import whole_numbers
from desk_llm.engine.sampling.schema_merge import Schema, not_supported
from desk_llm.engine.sampling.schema_parts import Impossible, Rules, invalid

MAX_DIGITS = 15  # that a double keeps apart

_Limit = tuple[Decimal, bool]  # the number, and whether it is left out itself


def number_rule(rules: Rules, schema: Schema, *, is_whole: bool) -> str:
    """The name of the rule for a number. Raises Impossible."""
    low, high = _limits(schema)
    if low is None and high is None:
        return rules.primitive("integer" if is_whole else "number")
    limits = [one[0] for one in (low, high) if one is not None]
    parts = [
        whole_numbers(_scaled(low, n, math.ceil, 1), _scaled(high, n, math.floor, -1), n)
        for n in ([0] if is_whole else _decimals(limits))
    ]
    if not any(parts):
        raise Impossible
    return rules.rule(" | ".join(filter(None, parts)))


def is_within(value: float, schema: Schema) -> bool:
    """True when a number keeps the schema's limits."""
    low, high = _limits(schema)
    number = _decimal(value)
    is_above = low is None or number > low[0] or (number == low[0] and not low[1])
    return is_above and (high is None or number < high[0] or (number == high[0] and not high[1]))


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


def _decimals(limits: list[Decimal]) -> list[int]:
    """The numbers of decimals to offer: as many as the limits have, as far as a double goes."""
    most = MAX_DIGITS - max(one.adjusted() + 1 for one in limits)
    finest = max(2, *(-int(one.normalize().as_tuple().exponent) for one in limits))
    return sorted({n for n in (0, 1, 2, min(finest, most)) if 0 <= n <= max(most, 0)})


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
