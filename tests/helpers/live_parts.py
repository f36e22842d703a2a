"""Parts of a Sample for tests of the panel and of telemetry."""

from __future__ import annotations

from desk_llm.engine.types import EngineStats, LoadParams, ModelInfo, Phase, QueueItem, Step
from desk_llm.telemetry.types import Sample

GIB = 1 << 30


def step(end: float, seconds: float = 0.03, **counts: int) -> Step:
    """A plain decode step; `counts` are any other fields."""
    given = {"n_prefill": 0, "n_decode": 1, "n_tokens": 1, "n_reused": 0, "n_draft": 0}
    return Step(end, seconds, **({"n_past": 100} | given | counts))


def info(key: str = "m", **rest: object) -> ModelInfo:
    """An 8B model on the CPU."""
    fields: dict[str, object] = {
        "key": key,
        "path": f"{key}.gguf",
        "name": "Qwen3-8B",
        "architecture": "qwen3",
        "n_params": 8_200_000_000,
        "size_bytes": 5_000_000_000,
        "n_ctx": 32_768,
        "n_ctx_train": 32_768,
        "n_layers": 36,
        "n_gpu_layers": 0,
        "n_slots": 4,
        "n_vocab": 151_936,
        "device": "CPU",
        "has_chat_template": True,
        "load_s": 2.0,
        "params": LoadParams(key, f"{key}.gguf"),
        "n_threads": 8,
    }
    return ModelInfo(**(fields | rest))  # type: ignore[arg-type]


def item(request_id: str, slot: int | None = None, **rest: object) -> QueueItem:
    """One that decodes in `slot`, or waits."""
    fields: dict[str, object] = {
        "request_id": request_id,
        "model": "m",
        "source": "chat",
        "client": f"Chat {request_id}",
        "phase": Phase.QUEUED if slot is None else Phase.DECODE,
        "priority": 0,
        "slot": slot,
        "n_prompt": 1000,
        "n_computed": 0 if slot is None else 1000,
        "n_cached": 0,
        "n_generated": 0 if slot is None else 42,
        "waited_s": 1.5,
    }
    return QueueItem(**(fields | rest))  # type: ignore[arg-type]


def sample(stats: EngineStats | None = None, **rest: object) -> Sample:
    """A second of a machine with 64 GB and no GPU."""
    fields: dict[str, object] = {
        "time": 1.0,
        "cpu_percent": 12.4,
        "process_cpu_percent": 6.0,
        "memory_total": 64 * GIB,
        "memory_used": 18 * GIB,
        "memory_ours": 2 * GIB,
        "gpus": (),
        "engine": stats or EngineStats(),
    }
    return Sample(**(fields | rest))  # type: ignore[arg-type]
