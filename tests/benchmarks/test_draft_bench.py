"""What a draft model gains, and what it costs where it gains nothing.

python3 run.py test -m bench tests/benchmarks/test_draft_bench.py -s

The target is the scripted model with many layers of zeros, which takes its time and says the
same; the draft has one layer. Good drafts know every word, bad ones are wrong at every third.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import ChatMessage, GenerationRequest, LoadParams, SamplingParams
from tests.helpers.gguf_models import scripted_model
from tests.helpers.waiting import wait_until

N_LAYERS, N_TOKENS, ROUNDS = 96, 192, 3

pytestmark = pytest.mark.bench


def wrong(path: Path, step: int) -> Path:
    """The scripted model, with other words behind every `step`-th token."""
    scripted_model(path)
    reader = gguf.GGUFReader(path, "r+")
    rows = next(one for one in reader.tensors if one.name == "output.weight").data
    rows[300::step] = np.roll(rows[300::step], 1, axis=0)
    reader.data.flush()
    return path


def rate(target: Path, draft: Path | None) -> tuple[float, float]:
    """Tokens/s of the median reply, and the share of right guesses."""
    engine = Engine()
    params = LoadParams("m", str(target), 2048, n_slots=1, n_threads=1, speculate=False)
    engine.load(replace(params, draft_path=str(draft or ""))).result(60)
    sampling = SamplingParams(temperature=0.0, max_tokens=N_TOKENS)
    rates = []
    for n in range(ROUNDS):
        messages = (ChatMessage("user", f"{n} script:long"),)
        request = GenerationRequest(str(n), "m", messages, sampling=sampling)
        rates.append(engine.submit(request).result().timings.decode_tok_s)
    wait_until(lambda: draft is None or engine.stats().n_draft > 0)
    stats = engine.stats()
    engine.close()
    return statistics.median(rates), stats.n_accepted / max(1, stats.n_draft)


def test_good_guesses_pay_and_bad_ones_cost_little(tmp_path: Path) -> None:
    target = scripted_model(tmp_path / "target.gguf", n_layers=N_LAYERS)
    plain, _ = rate(target, None)
    good, n_good = rate(target, scripted_model(tmp_path / "good.gguf"))
    half, n_half = rate(target, wrong(tmp_path / "half.gguf", 3))
    bad, n_bad = rate(target, wrong(tmp_path / "bad.gguf", 1))
    print(f"\nplain {plain:.0f} tok/s")
    for name, speed, right in (("good", good, n_good), ("half", half, n_half), ("bad", bad, n_bad)):
        print(f"{name:5} {speed:.0f} tok/s ({speed / plain:.2f}), {right:.0%} of its guesses right")
    assert good > 1.5 * plain
    assert half > 0.95 * plain
    assert bad > 0.85 * plain
