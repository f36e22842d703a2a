"""Opening a draft model beside its target; what keeps it away is a sentence, not a failed load."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace

from desk_llm.engine.draft.match import difference
from desk_llm.engine.draft.model import DraftModel
from desk_llm.engine.draft.params import draft_params
from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.devices import gpu_devices
from desk_llm.engine.llama.library import listening
from desk_llm.engine.llama.memory import MemoryLog
from desk_llm.engine.llama.model import Model
from desk_llm.engine.opening import open_context, open_model
from desk_llm.engine.types import DraftInfo, LoadParams
from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, DeskError, LoadFailed, Unsupported

log = logging.getLogger("desk.engine")


def open_draft(
    target: Model, n_ctx: int, params: LoadParams, on_progress: Callable[[float], bool] | None
) -> tuple[DraftModel | None, DraftInfo | None]:
    """The draft model of `params`, and what is known of it. Raises only Cancelled."""
    if not params.draft_path:
        return None, None
    name = os.path.basename(params.draft_path)
    memory = MemoryLog([gpu.name for gpu in gpu_devices()])
    own = replace(draft_params(params), n_ctx=n_ctx)
    try:
        with listening(memory.add):
            draft = _open(target, own, name, lambda _value: on_progress is None or on_progress(1.0))
    except Cancelled:
        raise
    except DeskError as error:
        log.warning("no draft model: %s (%s)", error, error.detail)
        return None, DraftInfo(params.draft_path, name, problem=error)
    return draft, DraftInfo(params.draft_path, name, memory.used())


def _open(
    target: Model, own: LoadParams, name: str, on_progress: Callable[[float], bool]
) -> DraftModel:
    if not target.can_drop_tail:
        raise Unsupported(QT_TRANSLATE_NOOP("errors", "This model cannot take guesses back."))
    model = open_model(own, on_progress)
    context: Context | None = None
    try:
        _check(target, model, name)
        context = open_context(model, own)
        draft = DraftModel(model, context, own.n_slots, target.vocab.n_tokens)
    except BaseException:
        if context is not None:
            context.free()
        model.free()
        raise
    if not draft.warm_up():
        draft.free()
        raise LoadFailed(
            QT_TRANSLATE_NOOP("errors", "The weights in {name} are damaged."),
            QT_TRANSLATE_NOOP("errors", "Download or convert the file again."),
            "the draft model's first logits are not finite",
            name=name,
        )
    return draft


def _check(target: Model, draft: Model, name: str) -> None:
    if not draft.can_drop_tail or not draft.has_decoder:
        raise Unsupported(
            QT_TRANSLATE_NOOP("errors", "{name} cannot guess for another model."),
            QT_TRANSLATE_NOOP("errors", "Choose a smaller model of the same family."),
            name=name,
        )
    what = difference(target.vocab, draft.vocab)
    if what:
        raise Unsupported(
            QT_TRANSLATE_NOOP("errors", "{name} cannot guess for this model: it has other words."),
            QT_TRANSLATE_NOOP("errors", "Choose a smaller model of the same family."),
            what,
            name=name,
        )
