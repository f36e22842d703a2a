"""The words of tables, charts and reports; marked, so that the window can show them translated."""

from __future__ import annotations

from collections.abc import Callable

from desk_llm.benchmark.types import BenchmarkRun, Note
from desk_llm.errors import QT_TRANSLATE_NOOP

Say = Callable[[str], str]

NOTES: dict[Note, str] = {
    "counted_chunks": QT_TRANSLATE_NOOP(
        "benchmark",
        "The server reports no usage: output tokens are counted chunks, which may hold several.",
    ),
    "no_input_tokens": QT_TRANSLATE_NOOP(
        "benchmark", "The server does not report prompt tokens: input tokens/s are missing."
    ),
    "short_replies": QT_TRANSLATE_NOOP(
        "benchmark", "Some replies ended before the wanted number of tokens."
    ),
    "depth_recomputed": QT_TRANSLATE_NOOP(
        "benchmark",
        "This model cannot keep a context: prompts at a depth were computed from their beginning.",
    ),
}


def as_is(text: str) -> str:
    """English."""
    return text


def number(value: float) -> str:
    """Three figures that count.

    >>> number(0.1234), number(9.876), number(45.67), number(338.2), number(1234.5), number(0)
    ('0.12', '9.88', '45.7', '338', '1,234', '0')
    """
    if value == 0:
        return "0"
    if value < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def milliseconds(seconds: float) -> str:
    """Seconds as a number of milliseconds."""
    return number(seconds * 1000)


def percent(share: float) -> str:
    """A share as percent.

    >>> percent(0), percent(0.005), percent(1)
    ('0 %', '0.5 %', '100 %')
    """
    return f"{share * 100:.3g} %"


def gigabytes(size: int) -> str:
    """Bytes for people."""
    return f"{size / (1 << 30):.1f} GB"


def setup_lines(run: BenchmarkRun) -> tuple[str, ...]:
    """Model, engine and machine, a line each; names and numbers only, so no translation."""
    machine, setup = run.machine, run.setup
    gpus = f" · {', '.join(machine.gpus)}" if machine.gpus else ""
    lines = [
        f"{machine.cpu} · {machine.n_cores}C/{machine.n_threads}T · "
        f"{gigabytes(machine.ram)} RAM{gpus} · {machine.system}"
    ]
    if setup.server:
        url = getattr(run.spec, "url", "")
        return (f"{url} · {setup.server}", *lines)
    loaded = [
        f"llama-cpp-python {run.engine_build}",
        setup.device,
        f"{setup.n_threads} thread{'s' if setup.n_threads != 1 else ''}",
        f"{setup.n_gpu_layers} GPU layers" if setup.n_gpu_layers else "",
        f"ctx {setup.n_ctx}",
        f"{setup.n_slots} slots" if setup.n_slots > 1 else "",
        f"KV {setup.type_k}/{setup.type_v}",
        f"FA {setup.flash_attn}",
    ]
    return (" · ".join(part for part in loaded if part), *lines)
