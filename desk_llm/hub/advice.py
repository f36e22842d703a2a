"""Which of the curated models suits this machine: the list judged before any file is known.

A list says parameters and bytes, no shape. The shape of usual transformers follows from their
size (P = 12·L·d², with layers as many as d/128), so a rough header can be made of it; the figures
are within some ten percent for dense models and called "about" wherever they are shown. Once a
repository is open its real header takes their place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from desk_llm.engine.types import LoadParams
from desk_llm.errors import OutOfMemory
from desk_llm.hub.curated import Curated, CuratedModel
from desk_llm.models.fit.formula import MemoryNeed
from desk_llm.models.fit.service import FitService
from desk_llm.models.fit.types import Fit, Free, Verdict
from desk_llm.models.loading.plan import make_plan
from desk_llm.models.names import plain
from desk_llm.models.types import GgufInfo, ModelFile
from desk_llm.settings import EngineSettings

_WIDTH_PER_LAYER = 128
_KV_WIDTH = 1024  # 8 heads of 128: what nearly all models of these years have
_VOCABULARY = 150_000
_CONTEXT = 32_768
_RAM_SHARE = 0.7
_READING_TOK_S = 6.0  # tokens a second; people read about as fast
_MOST_ON_CPU = 5_000_000_000  # parameters per token: 2.5 GB of 4 bits, 10 tokens/s from usual RAM
_EXPERT_SHARE = 0.9  # of a mixture's weights, what lies in its experts


@dataclass(frozen=True, slots=True)
class Advised:
    """One entry of the list, and how it would run here."""

    model: CuratedModel
    fit: Fit
    is_best: bool = False


def advise(curated: Curated, service: FitService, settings: EngineSettings) -> tuple[Advised, ...]:
    """The whole list: what runs well here first, the best of it marked. Worker threads."""
    service.read_known().result()  # bandwidths among it
    free = service.free_now()
    good = curated.fitting(machine_memory(free))
    ordered = (*good, *(one for one in curated.models if one not in good))
    judged = [(one, judge_curated(service, settings, one, free)) for one in ordered]
    able = [pair for pair in judged if pair[0] in good and pair[1].verdict is not Verdict.NO]
    best = _best(able, has_gpu=bool(free.devices))
    judged.sort(key=lambda pair: (pair[0] is not best, pair[1].verdict is Verdict.NO))
    return tuple(Advised(model, fit, model is best) for model, fit in judged)


def machine_memory(free: Free) -> int:
    """What models may take of this machine: all GPUs together, or most of the RAM."""
    import psutil  # not at the start of the window

    on_gpus = sum(one.memory_total for one in free.devices)
    return max(on_gpus, round(_RAM_SHARE * psutil.virtual_memory().total))


def _best(able: list[tuple[CuratedModel, Fit]], *, has_gpu: bool) -> CuratedModel | None:
    """The most demanding one that runs at a pace to read along; else the quickest."""
    for one, fit in able:
        speed = fit.forecast.decode_tok_s
        if speed is None:  # nothing was measured yet
            is_quick = has_gpu or one.params_per_token <= _MOST_ON_CPU
        else:
            is_quick = speed >= _READING_TOK_S
        if is_quick:
            return one
    quickest = max(able, key=lambda pair: pair[1].forecast.decode_tok_s or 0.0, default=None)
    return quickest[0] if quickest is not None else None


def judge_curated(
    service: FitService, settings: EngineSettings, model: CuratedModel, free: Free
) -> Fit:
    """By formula, from parameters and bytes alone."""
    info = rough_info(model.n_params, model.approx_bytes, model.active_params)
    return judge_info(service, settings, replace(info, name=plain(model.name, 80)), free)


def judge_info(service: FitService, settings: EngineSettings, info: GgufInfo, free: Free) -> Fit:
    """A header of a file that is not here, as the loader would plan it now."""
    file = ModelFile("remote", Path("remote.gguf"), info.name, info.tensor_bytes, info=info)

    def needs(params: LoadParams) -> MemoryNeed:
        return service.quick(file, params, free).need

    try:
        params = make_plan(file, info, settings, free, needs).params
    except OutOfMemory:
        params = service.params(file)
    return service.quick(file, params, free)


def rough_info(n_params: int, size_bytes: int, active_params: int = 0) -> GgufInfo:
    """A header as a model of this size usually has.

    >>> info = rough_info(8_000_000_000, 5_000_000_000)
    >>> info.n_layers, info.n_embd, info.tensor_bytes
    (34, 4352, 5000000000)
    """
    dense = active_params or n_params
    width = round((dense * _WIDTH_PER_LAYER / 12) ** (1 / 3) / _WIDTH_PER_LAYER)
    n_layers = max(8, width)
    n_embd = n_layers * _WIDTH_PER_LAYER
    embedding = min(size_bytes // 3, round(size_bytes * _VOCABULARY * n_embd / max(1, n_params)))
    layer_bytes = size_bytes - embedding
    share = active_params / n_params if active_params and n_params else 1.0
    per_layer = layer_bytes // n_layers
    experts = round(per_layer * _EXPERT_SHARE) if share < 1 else 0
    return GgufInfo(
        version=3,
        architecture="",
        name="",
        file_type=None,
        quant="",
        n_params=n_params,
        n_layers=n_layers,
        n_ctx_train=_CONTEXT,
        n_embd=n_embd,
        n_head=n_layers,
        n_head_kv=8,
        n_head_kv_sum=8 * n_layers,
        head_dim_k=_KV_WIDTH // 8,
        head_dim_v=_KV_WIDTH // 8,
        n_vocab=_VOCABULARY,
        chat_template="",
        licence="",
        description="",
        tensor_bytes=size_bytes,
        layer_bytes=layer_bytes,
        layer_sizes=(per_layer,) * n_layers,
        expert_sizes=(experts,) * n_layers if experts else (),
        output_bytes=embedding // 2,
        embedding_bytes=embedding // 2,
        expert_share=_active_share(share) if experts else 1.0,
        n_experts=128 if experts else 0,
    )


def _active_share(share: float) -> float:
    """Of the experts alone: what is left of the active part without the shared weights."""
    return min(1.0, max(0.01, (share - (1 - _EXPERT_SHARE)) / _EXPERT_SHARE))
