"""Session: the model of one run, loaded for it alone with the run's own parameters.

The loader goes first: it checks the file and finds out how it fits here. The model is then loaded
again under a key of the benchmark's own, without speculation and with just the context and the
slots that the tests need, and the loader's copy gives its memory back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from desk_llm.benchmark import memory
from desk_llm.benchmark.checks import n_ctx_needed, n_slots_needed
from desk_llm.benchmark.control import RunControl
from desk_llm.benchmark.types import LoadOptions, Progress, Setup, Spec
from desk_llm.engine.engine import Engine
from desk_llm.engine.types import LoadParams, ModelInfo
from desk_llm.models.loading.loader import Loader

log = logging.getLogger("desk.benchmark")

_PROGRESS_STEP = 0.01
_CTX_STEP = 256  # llama.cpp rounds the context up to it


@contextmanager
def loaded(engine: Engine, loader: Loader, spec: Spec, control: RunControl) -> Iterator[ModelInfo]:
    """The model, ready to be measured; afterwards the models that were loaded before are back."""
    before = [one.file.id for one in loader.loaded]
    control.tell(Progress("load"))
    try:
        yield _load(engine, _params(engine, loader, spec, control), control)
    finally:
        engine.unload(_key(spec)).result()
        if not control.is_closing:
            left = {one.file.id for one in loader.loaded}
            for model_id in reversed(before):
                if model_id not in left:
                    loader.ensure(model_id)  # not waited for: a reply would ask for it anyway


def _key(spec: Spec) -> str:
    """Beside the app's own copy; a person may read it in the queue or after a crash."""
    return f"{spec.model} (benchmark)"


def _params(engine: Engine, loader: Loader, spec: Spec, control: RunControl) -> LoadParams:
    """As the app loads it, with what this run changes."""
    with control.stopping(lambda: loader.cancel(spec.model)):
        info = control.wait(loader.ensure(spec.model))
    # A reply that is being written ends first: freeing its model would cut it off.
    control.wait_until(lambda: not engine.is_busy(info.key))
    control.wait(loader.unload(info.key))
    params = _with_options(info.params or LoadParams(info.key, info.path), spec, spec.load)
    memory.check(info, params, engine.stats().devices)
    return params


def _with_options(params: LoadParams, spec: Spec, options: LoadOptions) -> LoadParams:
    n_ctx = options.n_ctx or -(-n_ctx_needed(spec) // _CTX_STEP) * _CTX_STEP
    type_kv = options.type_kv
    return replace(
        params,
        key=_key(spec),
        fingerprint="",  # nothing of a benchmark is kept on disk
        speculate=False,  # random text repeats itself: guessing would be measured, not the model
        draft_path="",
        n_ctx=n_ctx,
        n_slots=n_slots_needed(spec),
        n_threads=options.n_threads or params.n_threads,
        n_gpu_layers=(
            params.n_gpu_layers if options.n_gpu_layers is None else options.n_gpu_layers
        ),
        type_k=type_kv or params.type_k,
        type_v=type_kv or params.type_v,
        flash_attn=params.flash_attn if options.flash_attn is None else options.flash_attn,
    )


def _load(engine: Engine, params: LoadParams, control: RunControl) -> ModelInfo:
    told = 0.0

    def on_progress(value: float) -> bool:
        nonlocal told
        if value - told >= _PROGRESS_STEP:
            told = value
            control.tell(Progress("load", fraction=min(value, 1.0)))
        return not control.is_cancelled

    # Not `control.wait`: the load itself ends when it is cancelled, and must not be left behind.
    info = engine.load(params, on_progress).result()
    control.check()
    return info


def setup_of(info: ModelInfo) -> Setup:
    """How it was loaded, for the record."""
    params = info.params or LoadParams(info.key, info.path)
    flash_attn = {None: "auto", True: "on", False: "off"}[params.flash_attn]
    return Setup(
        device=info.device,
        size_bytes=info.size_bytes,
        n_params=info.n_params,
        n_threads=info.n_threads or params.n_threads or 0,
        n_gpu_layers=info.n_gpu_layers,
        n_ctx=info.n_ctx,
        n_slots=info.n_slots,
        type_k=params.type_k,
        type_v=params.type_v,
        flash_attn=flash_attn,
    )
