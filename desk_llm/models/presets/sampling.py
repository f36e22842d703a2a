"""How a loaded model is sampled: the person's settings, else what its makers recommend."""

from __future__ import annotations

from typing import Literal

from desk_llm.engine.types import ModelInfo, SamplingParams
from desk_llm.models.presets.types import Preset, PresetMessage
from desk_llm.settings import SamplingSettings

DEFAULT_TEMPERATURE = SamplingParams().temperature
_MIROSTAT: dict[str, Literal[0, 1, 2]] = {"0": 0, "1": 1, "2": 2}


def sampling_params(
    settings: SamplingSettings, info: ModelInfo, stop: tuple[str, ...] = ()
) -> SamplingParams:
    """The parameters of a reply by the model `info`."""
    recommended = DEFAULT_TEMPERATURE if info.temperature is None else info.temperature
    return SamplingParams(
        temperature=recommended if settings.temperature is None else settings.temperature,
        top_k=settings.top_k,
        top_p=settings.top_p,
        min_p=settings.min_p,
        repeat_penalty=settings.repeat_penalty,
        repeat_last_n=settings.repeat_last_n,
        frequency_penalty=settings.frequency_penalty,
        presence_penalty=settings.presence_penalty,
        dry_multiplier=settings.dry_multiplier,
        dry_base=settings.dry_base,
        dry_allowed_length=settings.dry_allowed_length,
        dry_penalty_last_n=settings.dry_penalty_last_n,
        xtc_probability=settings.xtc_probability,
        xtc_threshold=settings.xtc_threshold,
        typical_p=settings.typical_p,
        top_n_sigma=settings.top_n_sigma or -1.0,
        dynatemp_range=settings.dynatemp_range,
        dynatemp_exponent=settings.dynatemp_exponent,
        adaptive_target=settings.adaptive_target or -1.0,
        adaptive_decay=settings.adaptive_decay,
        mirostat=_MIROSTAT[settings.mirostat],
        mirostat_tau=settings.mirostat_tau,
        mirostat_eta=settings.mirostat_eta,
        seed=settings.seed,
        max_tokens=settings.max_tokens,
        stop=stop,
    )


def system_text(settings: SamplingSettings, preset: Preset) -> str:
    """The system prompt, and what the preset's opening says as the system.

    One text at the beginning: many templates refuse a system message anywhere else.
    """
    said = (one.text for one in preset.messages if one.role == "system")
    return "\n\n".join(text for text in (settings.system_prompt, *said) if text.strip())


def opening(preset: Preset) -> tuple[PresetMessage, ...]:
    """The turns that every new chat with the model begins with."""
    return tuple(one for one in preset.messages if one.role != "system" and one.text.strip())
