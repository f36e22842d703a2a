"""Companions: LoRA adapters and a draft model that are loaded with a model, checked before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desk_llm.engine.draft.params import VOCAB_DIFFERENCE
from desk_llm.engine.fingerprint import fingerprint
from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, Unsupported
from desk_llm.models.fit.formula import CPU, MemoryNeed, on_device
from desk_llm.models.gguf.adapter import check_adapter
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.names import file_name
from desk_llm.models.types import GgufInfo

MAX_ADAPTERS = 16  # as engine/llama/adapter.py takes them


@dataclass(frozen=True, slots=True)
class Companions:
    """What stands in the headers of a model's companions; a draft's problem leaves it out."""

    adapter_bytes: int = 0
    draft: GgufInfo | None = None
    draft_bytes: int = 0
    problem: DeskError | None = None


def read_companions(info: GgufInfo, params: LoadParams) -> Companions:
    """Raises a DeskError for an adapter: without it, this would be another model."""
    n_bytes = sum(
        check_adapter(Path(path), info.architecture, info.n_layers).size_bytes
        for path, _scale in params.adapters
    )
    if not params.draft_path:
        return Companions(n_bytes)
    path = Path(params.draft_path)
    try:
        draft = read_gguf(path, check_words=True)
    except DeskError as error:
        return Companions(n_bytes, problem=error)
    problem = mismatch(info, draft, file_name(path))
    return Companions(n_bytes, None if problem else draft, draft.tensor_bytes, problem)


def mismatch(info: GgufInfo, draft: GgufInfo, name: str) -> DeskError | None:
    """Why two models do not go together, by their headers; the engine compares the words too."""
    if abs(draft.n_vocab - info.n_vocab) <= VOCAB_DIFFERENCE:
        return None
    return Unsupported(
        QT_TRANSLATE_NOOP(
            "errors",
            "“{file}” cannot guess for this model: it knows {draft} words instead of {count}.",
        ),
        QT_TRANSLATE_NOOP("errors", "Choose a smaller model of the same family."),
        file=name,
        draft=draft.n_vocab,
        count=info.n_vocab,
    )


def content_of_adapters(params: LoadParams) -> str:
    """Changes with what is in the files; empty without adapters. Raises OSError."""
    return "".join(fingerprint(Path(path)) for path, _scale in params.adapters)


def with_adapters(need: MemoryNeed, n_bytes: int) -> MemoryNeed:
    """Each matrix lies where the weights lie that it changes."""
    weights = sum(one.weights for one in need)
    if not n_bytes or not weights:
        return need
    return tuple(
        MemoryUse(
            one.device, one.weights + n_bytes * one.weights // weights, one.kv_cache, one.compute
        )
        for one in need
    )


def together(*needs: MemoryNeed) -> MemoryNeed:
    """The sums by device, the RAM last."""
    names = {use.device for need in needs for use in need}
    return tuple(
        _sum([on_device(need, name) for need in needs])
        for name in sorted(names, key=lambda name: (name == CPU, name))
    )


def _sum(uses: Sequence[MemoryUse]) -> MemoryUse:
    return MemoryUse(
        uses[0].device,
        sum(one.weights for one in uses),
        sum(one.kv_cache for one in uses),
        sum(one.compute for one in uses),
    )
