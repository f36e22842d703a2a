"""Reads what llama-bench and nvidia-smi print."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

MIB = 1 << 20
SMI_FIELDS = "name,memory.total,memory.used,utilization.gpu,power.draw,temperature.gpu"
SMI_FORMAT = "csv,noheader,nounits"


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One test of `llama-bench -o json`."""

    n_prompt: int
    n_gen: int
    tok_s: float
    backends: str
    gpu: str
    commit: str


@dataclass(frozen=True, slots=True)
class SmiRow:
    """One GPU of `nvidia-smi --query-gpu`; None: this card does not tell."""

    name: str
    memory_total: int
    memory_used: int
    utilisation: float | None
    power_w: float | None
    temperature_c: float | None


def llama_bench(text: str) -> list[BenchRow]:
    """The rows of a run; what stands before the JSON (a driver's greeting) is skipped."""
    rows = json.loads(text[text.index("[\n") :])
    return [
        BenchRow(
            n_prompt=row["n_prompt"],
            n_gen=row["n_gen"],
            tok_s=row["avg_ts"],
            backends=row["backends"],
            gpu=row["gpu_info"],
            commit=row["build_commit"],
        )
        for row in rows
    ]


def nvidia_smi(text: str) -> list[SmiRow]:
    """The GPUs of `nvidia-smi --query-gpu=SMI_FIELDS --format=SMI_FORMAT`."""
    rows = []
    for name, total, used, *rest in _cells(text):
        utilisation, power_w, temperature_c = map(_number, rest)
        rows.append(
            SmiRow(name, int(total) * MIB, int(used) * MIB, utilisation, power_w, temperature_c)
        )
    return rows


def nvidia_smi_processes(text: str) -> dict[int, int | None]:
    """Process → bytes, of `--query-compute-apps=pid,used_memory`."""
    found: dict[int, int | None] = {}
    for pid, memory in _cells(text):
        mib = _number(memory)
        found[int(pid)] = None if mib is None else int(mib) * MIB
    return found


def _cells(text: str) -> list[list[str]]:
    lines = csv.reader(io.StringIO(text), skipinitialspace=True)
    return [[cell.strip() for cell in line] for line in lines if line]


def _number(text: str) -> float | None:
    """None for [N/A], [Not Supported], [Insufficient Permissions]."""
    return None if text.startswith("[") else float(text)
