"""Child process: how fast does this machine compute? A model reads and writes for a moment."""

from __future__ import annotations

import time
from dataclasses import asdict

from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.state import SequenceStates
from desk_llm.engine.opening import open_context, open_model
from desk_llm.engine.probe.child import Answer, Say, serve
from desk_llm.engine.probe.results import Speed, params_from_json
from desk_llm.engine.types import LoadParams
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, EngineError

_ROWS = (32, 64, 128, 256)  # of a prompt; the more, the less the reading of weights counts
_MOST_RUNS = 500


def measure_speed(params: LoadParams, seconds: float) -> Speed:
    """Tokens per second of reading and of writing, each measured for half of `seconds`.

    The context is short, so that the cache costs next to nothing. Raises a DeskError.
    """
    model = open_model(params, None)
    try:
        context = open_context(model, params)
        try:
            states = SequenceStates(model, context)
            prefill = _prefill_rate(context, states, seconds / 2)
            return Speed(prefill, _rate(context, states, 1, seconds / 2))
        finally:
            context.free()
    finally:
        model.free()


def _prefill_rate(context: Context, states: SequenceStates, seconds: float) -> float:
    """Rows per second, in as large batches as the time allows."""
    best = 0.0
    for n_rows in _ROWS:
        if n_rows <= context.n_batch and (not best or 2 * n_rows / best < seconds):
            started = time.perf_counter()
            best = max(best, n_rows * _rate(context, states, n_rows, seconds / 4))
            seconds -= time.perf_counter() - started
    return best


def _rate(context: Context, states: SequenceStates, n_rows: int, seconds: float) -> float:
    """Batches per second; of the fastest, for other programs only make it slower."""
    best = float("inf")
    until = time.perf_counter() + seconds
    for _run in range(_MOST_RUNS):
        started = time.perf_counter()
        _compute(context, n_rows)
        best = min(best, time.perf_counter() - started)
        states.keep_prefix(0, 0)
        if time.perf_counter() + best > until:
            break
    return 1.0 / best


def _compute(context: Context, n_rows: int) -> None:
    for row in range(n_rows):
        context.tokens[row] = row
        context.positions[row] = row
        context.outputs[row] = row == n_rows - 1
        context.sequences[row] = context.sequence_address[0]
    result = context.decode(n_rows)
    # A GPU computes on its own; its logits are there when it has finished.
    if result != 0 or not context.logits_are_finite(n_rows - 1):
        raise EngineError(
            QT_TRANSLATE_NOOP("errors", "The engine's calculation failed."),
            detail=f"llama_decode returned {result}",
        )


def _handle(request: Answer, say: Say) -> None:
    try:
        say(asdict(measure_speed(params_from_json(request["params"]), request["seconds"])))
    except DeskError as error:
        say({"error": error.detail or str(error)})


def main() -> None:
    """Answer the parent; see probe.py."""
    serve(_handle)


if __name__ == "__main__":
    main()
