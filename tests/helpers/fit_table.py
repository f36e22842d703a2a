"""Predictions of memory beside llama.cpp's own log lines, for many models and four settings.

`python -m tests.helpers.fit_table` prints the table in Markdown.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from desk_llm.engine.engine import Engine
from desk_llm.engine.llama.library import listening
from desk_llm.engine.opening import open_context, open_model
from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.errors import Unsupported
from desk_llm.models.fit.formula import estimated
from desk_llm.models.fit.service import FitService
from desk_llm.models.fit.types import Evidence
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.types import ModelFile
from tests.helpers.gguf_shapes import SHAPES, shaped_model

MIB = 1 << 20
_LINE = re.compile(r"(model|KV|RS|compute|output) buffer size =\s+([\d.]+) MiB")

SETTINGS = {
    "2048 tokens, 4 slots": LoadParams("", "", n_ctx=2048),
    "8192 tokens, q8_0 cache": LoadParams("", "", n_ctx=8192, type_k="q8_0", type_v="q8_0"),
    "4096 tokens, 1 slot, no flash attention, not mapped": LoadParams(
        "", "", n_ctx=4096, n_slots=1, flash_attn=False, use_mmap=False, speculate=False
    ),
    "3000 tokens, 8 slots, f32 cache, batches of 256, not repacked": LoadParams(
        "",
        "",
        n_ctx=3000,
        n_slots=8,
        n_batch=256,
        type_k="f32",
        type_v="f32",
        use_extra_bufts=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Bytes:
    """One answer."""

    weights: float
    cache: float
    total: float


@dataclass(frozen=True, slots=True)
class Row:
    """One model with one setting."""

    model: str
    setting: str
    logged: Bytes
    simulated: Bytes
    formula: Bytes


def logged(params: LoadParams) -> Bytes:
    """A real load; the sums of the lines in which llama.cpp says what it allocated."""
    lines: list[str] = []
    with listening(lines.append):
        model = open_model(params, None)
        try:
            with contextlib.suppress(Unsupported):  # embeddings: no cache, but buffers
                open_context(model, params).free()
        finally:
            model.free()
    sizes = dict.fromkeys(("model", "KV", "RS", "compute", "output"), 0.0)
    for line in lines:
        if found := _LINE.search(line):
            sizes[found[1]] += float(found[2]) * MIB
    return Bytes(sizes["model"], sizes["KV"] + sizes["RS"], sum(sizes.values()))


def rows(folder: Path, service: FitService, is_wanted: Callable[[str], bool]) -> Iterator[Row]:
    """All settings of the models that are wanted."""
    for number, name in enumerate(SHAPES):
        if not is_wanted(name):
            continue
        path = shaped_model(folder / f"{number}.gguf", name)
        info = read_gguf(path, any_kind=True)
        file = ModelFile(name, path, name, path.stat().st_size, info=info)
        for setting, plain in SETTINGS.items():
            params = replace(plain, key=name, path=str(path))
            fit = service.exact(file, params).result()
            assert fit.evidence is Evidence.SIMULATED, (name, setting, fit)
            need = estimated(info, params, service.repacked)
            formula = Bytes(need.weights, need.kv_cache, need.total)
            yield Row(name, setting, logged(params), _sum(fit.need), formula)
        path.unlink()


def _sum(need: tuple[MemoryUse, ...]) -> Bytes:
    weights = sum(one.weights for one in need)
    cache = sum(one.kv_cache for one in need)
    return Bytes(weights, cache, weights + cache + sum(one.compute for one in need))


def markdown(found: list[Row]) -> str:
    """MiB by the log; what simulation and formula say more or less, in percent."""
    text = [
        "| model | setting | weights | cache | total | simulation (w / c / t) | formula |",
        "|---|---|---:|---:|---:|---|---|",
    ]
    for row in found:
        real = row.logged
        sizes = " | ".join(f"{size / MIB:.2f}" for size in (real.weights, real.cache, real.total))
        text.append(
            f"| {row.model} | {row.setting} | {sizes} "
            f"| {_errors(row.simulated, real)} | {_errors(row.formula, real)} |"
        )
    return "\n".join(text)


def _errors(said: Bytes, real: Bytes) -> str:
    pairs = ((said.weights, real.weights), (said.cache, real.cache), (said.total, real.total))
    return " / ".join(f"{100 * (a - b) / b:+.2f} %" if b else "–" for a, b in pairs)


def main() -> None:
    """Print the table."""
    engine = Engine()
    service = FitService(engine, None)
    with tempfile.TemporaryDirectory() as folder:
        found = list(rows(Path(folder), service, lambda _name: True))
    service.close()
    engine.close()
    sys.stdout.write(markdown(found) + "\n")


if __name__ == "__main__":
    main()
