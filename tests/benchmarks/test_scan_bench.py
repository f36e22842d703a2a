"""Scanning 2,000 headers on a warm disk: first start, second start, an idle look, and the gaps.

python3 run.py test -m bench tests/benchmarks/test_scan_bench.py -s
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from desk_llm.models.library.library import Library
from tests.helpers.gguf_bytes import F32, STRING, U32, Gguf

pytestmark = pytest.mark.bench

N_FILES, N_LAYERS, N_WORDS = 2_000, 28, 32_000
LONGEST_S = 3.0
LONGEST_GAP_S = 0.05
PARTS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
NORMS = ("attn_norm", "ffn_norm")


def header() -> bytes:
    """One of usual size: 254 tensors, a vocabulary of 32,000 words."""
    model = Gguf(data=0)
    model.metadata = [one for one in model.metadata if not one[0].startswith("tokenizer.")]
    model.set("llama.block_count", U32, N_LAYERS)
    model.set("tokenizer.ggml.model", STRING, "llama")
    model.set("tokenizer.ggml.tokens", STRING, [f"word{n}" for n in range(N_WORDS)])
    model.set("tokenizer.ggml.scores", F32, [0.0] * N_WORDS)
    model.set("tokenizer.ggml.bos_token_id", U32, 1)
    model.set("tokenizer.chat_template", STRING, "{% for m in messages %}{{ m }}{% endfor %}" * 50)
    names = ["token_embd.weight", "output_norm.weight"]
    names += [f"blk.{n}.{part}.weight" for n in range(N_LAYERS) for part in (*PARTS, *NORMS)]
    model.tensors = [(name, (64, 4), 0, 0) for name in names]
    model.data = 64 * 4 * 4
    return model.encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that differ in their names only; hard links would be one file."""
    made = tmp_path_factory.mktemp("models")
    content = header()
    for n in range(N_FILES):
        place = made / f"owner{n % 40}" / f"repo{n // 4}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"model-{n}.gguf").write_bytes(content)
    os.sync()
    return made


class Gui:
    """A thread that wants to run every millisecond, as the window's does."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Gui:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    def _work(self) -> None:
        last = time.perf_counter()
        while not self._end.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            self.gaps.append(now - last)
            last = now


def timed(work: Callable[[], object]) -> tuple[float, float, list[float]]:
    with Gui() as gui:
        started, cpu = time.perf_counter(), time.process_time()
        work()
        took, used = time.perf_counter() - started, time.process_time() - cpu
    return took, used, sorted(gui.gaps)


def test_two_thousand_headers(folder: Path, tmp_path: Path) -> None:
    rows = []
    for name in ("the first time", "a second start"):
        library = Library(lambda: [folder], tmp_path / "none", cache=tmp_path / "cache")
        took, used, gaps = timed(library.refresh)
        assert len(library.files) == N_FILES
        assert all(file.problem is None for file in library.files)
        rows.append((name, took, used, gaps))
    took, used, gaps = timed(library.refresh_if_changed)
    rows.append(("nothing changed", took, used, gaps))
    took, used, gaps = timed(library._look)
    rows.append(("the watcher's look", took, used, gaps))
    for name, took, used, gaps in rows:
        print(
            f"\n{name:20} {took:6.3f} s, {used:6.3f} s of one core; gaps of another thread: "
            f"p99 {gaps[len(gaps) * 99 // 100] * 1e3:.1f} ms, longest {gaps[-1] * 1e3:.1f} ms",
            end="",
        )
    print()
    assert rows[0][1] < LONGEST_S
    assert rows[1][1] < LONGEST_S
    assert max(row[3][-1] for row in rows) < LONGEST_GAP_S
