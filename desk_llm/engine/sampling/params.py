"""Are these SamplingParams fit for native code? Every number is checked before it goes down."""

from __future__ import annotations

import math
from dataclasses import dataclass

from desk_llm.engine.types import SamplingParams
from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError

MAX_WINDOW = 1 << 24  # tokens that penalties look back
MAX_BREAKERS = 64
MAX_BREAKER_BYTES = 40  # llama.cpp cuts longer ones
MAX_BIASES = 4096
MAX_BIAS = 1000.0
MAX_TOP = 20  # alternatives of a logprob


@dataclass(frozen=True, slots=True)
class _Range:
    least: float
    most: float
    is_whole: bool = False


_RANGES = {
    "temperature": _Range(0.0, 100.0),
    "top_k": _Range(0, 2**31 - 1, is_whole=True),
    "top_p": _Range(0.0, 1.0),
    "min_p": _Range(0.0, 1.0),
    "repeat_penalty": _Range(0.01, 100.0),
    "repeat_last_n": _Range(-1, MAX_WINDOW, is_whole=True),
    "frequency_penalty": _Range(-100.0, 100.0),
    "presence_penalty": _Range(-100.0, 100.0),
    "typical_p": _Range(0.0, 1.0),
    "top_n_sigma": _Range(-1.0, 1000.0),
    "xtc_probability": _Range(0.0, 1.0),
    "xtc_threshold": _Range(0.0, 1.0),
    "dynatemp_range": _Range(0.0, 100.0),
    "dynatemp_exponent": _Range(0.01, 100.0),
    "dry_multiplier": _Range(0.0, 100.0),
    "dry_base": _Range(1.0, 100.0),
    "dry_allowed_length": _Range(0, MAX_WINDOW, is_whole=True),
    "dry_penalty_last_n": _Range(-1, MAX_WINDOW, is_whole=True),
    "adaptive_target": _Range(-1.0, 1.0),
    "adaptive_decay": _Range(0.0, 0.99),
    "mirostat": _Range(0, 2, is_whole=True),
    "mirostat_tau": _Range(0.0, 100.0),
    "mirostat_eta": _Range(0.0, 1.0),
    "n_probs": _Range(0, MAX_TOP, is_whole=True),
    "max_tokens": _Range(1, 2**63 - 1, is_whole=True),
    "seed": _Range(-(2**63), 2**64 - 1, is_whole=True),
}
_MAY_BE_NONE = frozenset({"n_probs", "max_tokens", "seed"})


def check(params: SamplingParams) -> None:
    """Raises RequestError, which names the field, when a value cannot be used."""
    for name, limits in _RANGES.items():
        value = getattr(params, name)
        if value is None and name in _MAY_BE_NONE:
            continue
        _check_number(name, value, limits)
    _check_bias(params.logit_bias)
    _check_breakers(params.dry_sequence_breakers)
    if params.grammar and params.json_schema:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "A reply can follow a grammar or a JSON schema, not both.")
        )


def _check_number(name: str, value: object, limits: _Range) -> None:
    kinds = (int,) if limits.is_whole else (int, float)
    is_number = isinstance(value, kinds) and not isinstance(value, bool)
    # A comparison with NaN is false.
    if not is_number or not limits.least <= value <= limits.most:  # type: ignore[operator]
        raise RequestError(
            QT_TRANSLATE_NOOP(
                "errors", "“{value}” does not fit {name}: it is from {least} to {most}."
            ),
            value=str(value)[:40],
            name=name,
            least=f"{limits.least:g}",
            most=f"{limits.most:g}",
        )


def _check_bias(bias: object) -> None:
    is_list = isinstance(bias, tuple) and len(bias) <= MAX_BIASES
    if not is_list or not all(map(_is_bias, bias)):  # type: ignore[call-overload]
        raise RequestError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{name} is a list of at most {limit} pairs of a token and a number up to {most}.",
            ),
            name="logit_bias",
            limit=MAX_BIASES,
            most=f"{MAX_BIAS:g}",
        )


def _is_bias(pair: object) -> bool:
    if not isinstance(pair, tuple) or len(pair) != 2:
        return False
    token, value = pair
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    is_allowed = is_number and (abs(value) <= MAX_BIAS or value == -math.inf)
    return type(token) is int and abs(token) < 2**31 and is_allowed


def _check_breakers(breakers: tuple[str, ...]) -> None:
    is_fit = len(breakers) <= MAX_BREAKERS and all(
        isinstance(one, str) and "\0" not in one and _n_bytes(one) <= MAX_BREAKER_BYTES
        for one in breakers
    )
    if not is_fit:
        raise RequestError(
            QT_TRANSLATE_NOOP(
                "errors", "{name} is a list of at most {limit} texts of at most {most} bytes."
            ),
            name="dry_sequence_breakers",
            limit=MAX_BREAKERS,
            most=MAX_BREAKER_BYTES,
        )


def _n_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
