"""What a person is told of a load: what was changed to make it work, and why it does not."""

from __future__ import annotations

from collections.abc import Iterator

from desk_llm.engine.probe.results import Outcome, TrialResult
from desk_llm.engine.types import ALL_LAYERS, LoadParams
from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    DeskError,
    LoadFailed,
    OutOfMemory,
    ResourceError,
    Unsupported,
)

_GB = 1 << 30
_CLOSE_PROGRAMS = QT_TRANSLATE_NOOP("errors", "Close other programs, or choose a smaller model.")


def changes(name: str, wanted: LoadParams, taken: LoadParams) -> Iterator[DeskError]:
    """One sentence for everything that is not as wanted."""
    if wanted.use_extra_bufts and not taken.use_extra_bufts:
        yield ResourceError(
            QT_TRANSLATE_NOOP(
                "errors", "{model} runs without repacked weights: it failed its trial with them."
            ),
            QT_TRANSLATE_NOOP("errors", "It answers correctly, but more slowly."),
            model=name,
        )
    if wanted.draft_path and not taken.draft_path:
        yield ResourceError(
            QT_TRANSLATE_NOOP("errors", "{model} runs without its draft model."),
            QT_TRANSLATE_NOOP(
                "errors", "There is too little memory for both, or they failed their trial."
            ),
            model=name,
        )
    if (taken.n_ctx or 0) < (wanted.n_ctx or 0):
        yield shorter_context(taken.n_ctx or 0, wanted.n_ctx or 0)
    if taken.type_k != wanted.type_k:
        yield ResourceError(
            QT_TRANSLATE_NOOP("errors", "The context of {model} is kept in 8 bits to save memory."),
            QT_TRANSLATE_NOOP("errors", "Prompts are read more slowly."),
            model=name,
        )
    if taken.n_cpu_moe > wanted.n_cpu_moe:
        yield ResourceError(
            QT_TRANSLATE_NOOP("errors", "The experts of {model} stay in RAM."),
            QT_TRANSLATE_NOOP("errors", "It is slower, but it fits."),
            model=name,
        )
    if taken.n_gpu_layers == 0 and wanted.n_gpu_layers != 0:
        yield ResourceError(
            QT_TRANSLATE_NOOP(
                "errors", "{model} runs on the CPU alone: its trial failed on the GPU."
            ),
            QT_TRANSLATE_NOOP("errors", "Close programs that use the GPU, or update its driver."),
            model=name,
        )
    elif taken.n_gpu_layers not in {wanted.n_gpu_layers, ALL_LAYERS}:
        yield ResourceError(
            QT_TRANSLATE_NOOP("errors", "Only {count} layers of {model} are on the GPU."),
            QT_TRANSLATE_NOOP(
                "errors", "Close programs that use the GPU, or choose a smaller quant."
            ),
            model=name,
            count=taken.n_gpu_layers,
        )


def shorter_context(n_ctx: int, wanted: int) -> ResourceError:
    """The warning that the context is smaller than asked for."""
    return ResourceError(
        QT_TRANSLATE_NOOP("errors", "The context is {n_ctx} tokens: {wanted} do not fit."),
        _CLOSE_PROGRAMS,
        n_ctx=n_ctx,
        wanted=wanted,
    )


def slow(name: str, need: int, free: int) -> ResourceError:
    """More weights than RAM."""
    return ResourceError(
        QT_TRANSLATE_NOOP("errors", "{model} needs {need} GB of memory, {free} GB are free."),
        QT_TRANSLATE_NOOP(
            "errors", "It runs, but slowly: it is read from the disk again and again."
        ),
        model=name,
        need=_gb(need),
        free=_gb(free),
    )


def no_room(name: str, need: int, free: int) -> OutOfMemory:
    """No context is short enough."""
    return OutOfMemory(
        QT_TRANSLATE_NOOP("errors", "{model} needs {need} GB of memory, {free} GB are free."),
        _CLOSE_PROGRAMS,
        model=name,
        need=_gb(need),
        free=_gb(free),
    )


def no_template(name: str) -> Unsupported:
    """A base model, most likely."""
    return Unsupported(
        QT_TRANSLATE_NOOP(
            "errors", "{name} has no chat template, so the conversation is sent as plain text."
        ),
        QT_TRANSLATE_NOOP(
            "errors", "It may be a base model that rambles; an “Instruct” file answers better."
        ),
        name=name,
    )


def refused(name: str, result: TrialResult) -> DeskError:
    """No rung of the ladder worked."""
    if result.outcome is Outcome.NO_MEMORY:
        return OutOfMemory(
            QT_TRANSLATE_NOOP("errors", "There is not enough memory to load {name}."),
            QT_TRANSLATE_NOOP(
                "errors", "Choose a smaller quant, fewer GPU layers or a shorter context."
            ),
            result.detail,
            name=name,
        )
    message, hint = {
        Outcome.CRASH: (
            QT_TRANSLATE_NOOP(
                "errors", "{name} is not loaded: it crashed the engine in its trial."
            ),
            QT_TRANSLATE_NOOP(
                "errors", "Choose another file of this model, or try again with a newer version."
            ),
        ),
        Outcome.HANG: (
            QT_TRANSLATE_NOOP("errors", "{name} is not loaded: its trial did not come to an end."),
            QT_TRANSLATE_NOOP("errors", "Close other programs and try again."),
        ),
        Outcome.NONSENSE: (
            QT_TRANSLATE_NOOP("errors", "The weights in {name} are damaged."),
            QT_TRANSLATE_NOOP("errors", "Download or convert the file again."),
        ),
    }.get(
        result.outcome,
        (
            QT_TRANSLATE_NOOP("errors", "The engine cannot load {name}."),
            QT_TRANSLATE_NOOP(
                "errors", "The file may be damaged or of a kind this engine does not know yet."
            ),
        ),
    )
    return LoadFailed(message, hint, result.detail, name=name)


def _gb(size: int) -> str:
    return f"{size / _GB:.1f}"
