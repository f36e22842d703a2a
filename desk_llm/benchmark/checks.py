"""Refuses what cannot be measured, before anything is loaded."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from desk_llm.benchmark.types import LoadSpec, Spec, SpeedSpec
from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError

MOST_TOKENS = 1 << 20
MOST_STREAMS = 256  # LLAMA_MAX_SEQ: more sequences do not fit one context
MOST_STREAMS_URL = 2048
MOST_REQUESTS = 1_000_000
MOST_REPS = 1000
SPARE = 32  # tokens beside prompt and reply: BOS, words that become two tokens


def check(spec: Spec) -> None:
    """Raises RequestError with a sentence that names the value."""
    if isinstance(spec, SpeedSpec):
        _check_speed(spec)
    else:
        _check_load(spec)
    options, needed = spec.load, n_ctx_needed(spec)
    if options.n_ctx is not None and options.n_ctx < needed:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "The test needs {needed} tokens of context, not {n_ctx}."),
            QT_TRANSLATE_NOOP("errors", "Make the context larger, or the prompts shorter."),
            needed=needed,
            n_ctx=options.n_ctx,
        )


def n_ctx_needed(spec: Spec) -> int:
    """Tokens of context that all sequences of a run need together."""
    if isinstance(spec, SpeedSpec):
        return max(spec.depths) + max((*spec.prompts, *spec.gens)) + SPARE
    one = spec.input_tokens + spec.input_tokens // 8 + spec.output_tokens + SPARE
    return one * n_slots_needed(spec)


def n_slots_needed(spec: Spec) -> int:
    """Sequences that run at once."""
    if isinstance(spec, SpeedSpec):
        return 1
    return spec.load.n_slots or max(spec.concurrency)


def _check_speed(spec: SpeedSpec) -> None:
    if not (spec.prompts or spec.gens) or not spec.depths:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "There is nothing to measure."),
            QT_TRANSLATE_NOOP("errors", "Give a prompt length or a number of tokens to generate."),
        )
    for number in spec.prompts:
        _check_number("prompt", number, 1, MOST_TOKENS)
    for number in spec.gens:
        _check_number("gen", number, 2, MOST_TOKENS)  # one token has no time between tokens
    for number in spec.depths:
        _check_number("depth", number, 0, MOST_TOKENS)
    _check_number("reps", spec.reps, 1, MOST_REPS)


def _check_load(spec: LoadSpec) -> None:
    most = MOST_STREAMS_URL if spec.url else MOST_STREAMS
    if not spec.concurrency:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "There is nothing to measure."),
            QT_TRANSLATE_NOOP("errors", "Give at least one number of streams."),
        )
    for number in spec.concurrency:
        _check_number("concurrency", number, 1, most)
    if spec.n_requests is not None:
        _check_number("requests", spec.n_requests, 1, MOST_REQUESTS)
    if spec.rate is not None:
        _check_number("rate", spec.rate, 0.001, 100_000)
    _check_number("input-tokens", spec.input_tokens, 1, MOST_TOKENS)
    _check_number("output-tokens", spec.output_tokens, 1, MOST_TOKENS)
    _check_number("timeout", spec.timeout_s, 0.1, 86_400)
    if spec.url:
        _check_url(spec.url)


def _check_number(name: str, value: float, least: float, most: float) -> None:
    if math.isfinite(value) and least <= value <= most:
        return
    raise RequestError(
        QT_TRANSLATE_NOOP("errors", "“{name}” is {value}; it must be from {least} to {most}."),
        name=name,
        value=value,
        least=least,
        most=most,
    )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_fine = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_fine = is_fine and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number
        is_fine = False
    if not is_fine:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "“{url}” is no address of a server."),
            QT_TRANSLATE_NOOP("errors", "It looks like http://127.0.0.1:8000/v1."),
            url=url,
        )
