"""Snapshots of downloads, one in each state, for widgets that only show them."""

from __future__ import annotations

from dataclasses import replace

from desk_llm.downloads.types import Download, DownloadState
from desk_llm.errors import DiskProblem, NetworkError
from desk_llm.hub.types import DownloadFile, DownloadSpec, Source

_TITLES = {
    DownloadState.RUNNING: ("mistralai/Mistral-Small-24B · Q4_K_M", 14_300_000_000, 0.43),
    DownloadState.WAITING: ("Qwen/Qwen3-14B-GGUF · Q5_K_M", 10_500_000_000, 0.1),
    DownloadState.VERIFYING: ("ggml-org/gpt-oss-20b-GGUF · MXFP4", 12_100_000_000, 1.0),
    DownloadState.QUEUED: ("ggml-org/gemma-3-4b-it-GGUF · Q8_0", 4_500_000_000, 0.0),
    DownloadState.PAUSED: ("unsloth/Llama-3.3-70B-GGUF · Q4_K_M", 42_500_000_000, 0.47),
    DownloadState.FAILED: ("unsloth/Llama-4-Scout-GGUF · Q3_K_M", 52_000_000_000, 0.0),
    DownloadState.DONE: ("Qwen/Qwen3-0.6B-GGUF · Q8_0", 639_000_000, 1.0),
}


def snapshot(state: DownloadState, number: int = 1, **changes: object) -> Download:
    """One of them; `changes` are fields of Download."""
    title, size, share = _TITLES[state]
    file = DownloadFile("http://127.0.0.1/x", f"o/r/{number}.gguf", size)
    made = Download(
        str(number),
        DownloadSpec(title, Source.HUB, (file,)),
        state,
        done_bytes=round(size * share),
        total_bytes=size,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def every_state() -> tuple[Download, ...]:
    """Running, waiting for a server, checked, queued, paused, failed, done."""
    away = NetworkError("{host} does not answer.", "It is tried again.", host="huggingface.co")
    full = DiskProblem(
        "{need} are needed, {free} are free.", "Free some space.", need="52 GB", free="12.3 GB"
    )
    states = DownloadState
    return (
        snapshot(states.RUNNING, 1, bytes_per_s=42.3e6, eta_s=192.0),
        snapshot(states.WAITING, 2, error=away, retry_in_s=12.0),
        snapshot(states.VERIFYING, 3),
        snapshot(states.QUEUED, 4),
        snapshot(states.PAUSED, 5),
        snapshot(states.FAILED, 6, error=full),
        snapshot(states.DONE, 7, finished_at=1.0),
    )
