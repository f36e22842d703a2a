"""How a loaded model is sampled: the person's settings, else what its makers recommend."""

from __future__ import annotations

from desk_llm.engine.types import ModelInfo, SamplingParams
from desk_llm.settings import SamplingSettings

DEFAULT_TEMPERATURE = SamplingParams().temperature


def sampling_params(settings: SamplingSettings, info: ModelInfo) -> SamplingParams:
    """The parameters of a reply by the model `info`."""
    recommended = DEFAULT_TEMPERATURE if info.temperature is None else info.temperature
    return SamplingParams(
        temperature=recommended if settings.temperature is None else settings.temperature,
        top_k=settings.top_k,
        top_p=settings.top_p,
        min_p=settings.min_p,
        repeat_penalty=settings.repeat_penalty,
        max_tokens=settings.max_tokens,
    )
