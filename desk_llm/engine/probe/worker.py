"""Child process: loads models that nobody has loaded here before. One JSON object per line.

It may crash, hang or be killed: the parent (`probe.py`) makes a result of that. Its standard
output carries the answers only, so whatever native code prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import asdict, replace

from desk_llm.engine.draft.opening import open_draft
from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.devices import gpu_devices
from desk_llm.engine.llama.library import listening
from desk_llm.engine.llama.memory import MemoryLog
from desk_llm.engine.llama.model import Model
from desk_llm.engine.llama.weights import (
    CPU,
    FileTensor,
    read_tensors,
    repacked_types,
    weights_by_device,
)
from desk_llm.engine.opening import open_adapted, open_context, open_model
from desk_llm.engine.probe.child import Answer, Say, serve
from desk_llm.engine.probe.results import Outcome, params_from_json
from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.errors import DeskError, OutOfMemory, Unsupported

TRIAL_ROWS = 64  # below it some back ends take other paths: AMX, tiled flash attention
_PROGRESS_STEP = 0.01


class Simulator:
    """Keeps the model without weights: another context on it takes milliseconds."""

    def __init__(self) -> None:
        self._model: Model | None = None
        self._key: tuple[object, ...] = ()
        self._memory = MemoryLog()
        self._tensors: list[FileTensor] = []

    def simulate(self, params: LoadParams) -> Answer:
        """Bytes per device of the weights and a context, and the device of every layer."""
        model = self._opened(params)
        self._memory.new_context()
        with listening(self._memory.add), contextlib.suppress(Unsupported):
            # Unsupported: it makes embeddings and keeps no cache; its buffers were said before
            open_context(model, params).free()
        layers = self._memory.layers
        architecture = model.metadata("general.architecture")
        weights = weights_by_device(self._tensors, layers, params, architecture)
        memory = {one.device: one for one in self._memory.simulated()}
        memory |= {name: MemoryUse(name) for name in weights if name not in memory}
        uses = [replace(one, weights=weights.get(one.device, 0)) for one in memory.values()]
        repacked = repacked_types(params) if set(layers) <= {CPU} else ()
        return {"layers": layers, "memory": [asdict(one) for one in uses], "repacked": repacked}

    def _opened(self, params: LoadParams) -> Model:
        status = os.stat(params.path)  # another file may have taken its place
        place = (params.n_gpu_layers, params.n_cpu_moe, params.tensor_split, params.use_extra_bufts)
        key = (params.path, status.st_size, status.st_mtime_ns, *place)
        if self._model is None or key != self._key:
            self.close()
            self._memory = MemoryLog([gpu.name for gpu in gpu_devices()])
            with listening(self._memory.add):
                self._model = open_model(params, None, no_alloc=True)
            self._tensors = read_tensors(params.path)
            self._key = key
        return self._model

    def close(self) -> None:
        """Free it."""
        if self._model is not None:
            self._model.free()
            self._model = None


def try_out(params: LoadParams, on_progress: Callable[[float], bool] | None) -> Answer:
    """Load with real memory, compute a batch and one more token, look at the logits."""
    model = open_model(params, on_progress)
    try:
        adapters, context = open_adapted(model, params)
        try:
            draft, _info = open_draft(model, context.n_ctx, params, on_progress)
            try:
                return _compute(context, model.vocab.n_tokens)
            finally:
                if draft is not None:
                    draft.free()
        finally:
            context.free()
            adapters.free()
    finally:
        model.free()


def _compute(context: Context, n_vocab: int) -> Answer:
    rows = min(TRIAL_ROWS, context.n_batch)
    for start, count in ((0, rows), (rows, 1)):
        for row in range(count):
            context.tokens[row] = (start + row) * 7 % n_vocab
            context.positions[row] = start + row
            context.outputs[row] = row == count - 1
            context.sequences[row] = context.sequence_address[0]
        result = context.decode(count)
        if result != 0:
            return _outcome(Outcome.REFUSED, f"llama_decode returned {result}")
        if not context.logits_are_finite(count - 1):
            return _outcome(Outcome.NONSENSE, "the first logits are not finite")
    return _outcome(Outcome.OK)


def _outcome(outcome: Outcome, detail: str = "") -> Answer:
    return {"outcome": outcome.value, "detail": detail}


def _trial(params: LoadParams, say: Say) -> Answer:
    said = 0.0

    def on_progress(value: float) -> bool:
        nonlocal said
        if value - said >= _PROGRESS_STEP:
            said = value
            say({"progress": value})
        return True

    try:
        return try_out(params, on_progress)
    except OutOfMemory as error:
        return _outcome(Outcome.NO_MEMORY, error.detail or str(error))
    except DeskError as error:
        return _outcome(Outcome.REFUSED, error.detail or str(error))


def _simulation(simulator: Simulator, params: LoadParams) -> Answer:
    try:
        return simulator.simulate(params)
    except DeskError as error:
        simulator.close()
        return {"error": error.detail or str(error)}
    except OSError as error:
        return {"error": str(error)}


def main() -> None:
    """Answer the parent; see probe.py."""
    simulator = Simulator()

    def handle(request: Answer, say: Say) -> None:
        params = params_from_json(request["params"])
        if request["job"] == "simulate":
            say(_simulation(simulator, params))
        else:
            simulator.close()
            say(_trial(params, say))

    serve(handle)


if __name__ == "__main__":
    main()
