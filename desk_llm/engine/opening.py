"""Opening a model and its context from LoadParams: the app and the trial load do it alike."""

from __future__ import annotations

from collections.abc import Callable

from desk_llm.engine.llama.adapter import Adapters
from desk_llm.engine.llama.context import Context, ContextParams
from desk_llm.engine.llama.model import Model
from desk_llm.engine.speculation import MAX_DRAFT
from desk_llm.engine.threads import ThreadPolicy, physical_cores
from desk_llm.engine.types import LoadParams
from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, LoadFailed

DEFAULT_N_CTX = 8192
MIN_N_CTX = 256


def open_model(
    params: LoadParams, on_progress: Callable[[float], bool] | None, *, no_alloc: bool = False
) -> Model:
    """Load a file; Cancelled when `on_progress` said so, else LoadFailed or OutOfMemory."""
    is_cancelled = False

    def progress(value: float) -> bool:
        nonlocal is_cancelled
        goes_on = on_progress is None or on_progress(value)
        is_cancelled = not goes_on
        return goes_on

    try:
        return Model(params, progress, no_alloc=no_alloc)
    except LoadFailed:
        if is_cancelled:
            raise Cancelled(QT_TRANSLATE_NOOP("errors", "Loading was cancelled.")) from None
        raise


def open_context(model: Model, params: LoadParams) -> Context:
    """The KV cache and buffers that `params` ask for. Raises OutOfMemory or Unsupported."""
    n_ctx = params.n_ctx or min(model.n_ctx_train or DEFAULT_N_CTX, DEFAULT_N_CTX)
    return Context(
        model,
        ContextParams(
            n_ctx=max(n_ctx, MIN_N_CTX),
            n_seq_max=params.n_slots,
            n_batch=params.n_batch,
            n_threads=params.n_threads
            or ThreadPolicy(physical_cores(), model.size_bytes).n_threads,
            flash_attn=params.flash_attn,
            type_k=params.type_k,
            type_v=params.type_v,
            n_outputs=params.n_slots + MAX_DRAFT if _guesses(params) else 0,
        ),
    )


def open_adapted(model: Model, params: LoadParams) -> tuple[Adapters, Context]:
    """The adapters of `params` and a context that computes with them; free them in reverse."""
    adapters = Adapters(model, params.adapters)
    try:
        context = open_context(model, params)
    except BaseException:
        adapters.free()
        raise
    try:
        adapters.give_to(context)
    except BaseException:
        context.free()
        adapters.free()
        raise
    return adapters, context


def n_draft_rows(model: Model, params: LoadParams) -> int:
    """Rows of a batch that may be guesses; each reserves logits of the whole vocabulary."""
    return MAX_DRAFT if _guesses(params) and model.can_drop_tail else 0


def _guesses(params: LoadParams) -> bool:
    return params.speculate or bool(params.draft_path)
