"""Trial loads with adapters and draft models: the child opens them as the app does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
import pytest

from desk_llm.engine.probe.probe import Probe
from desk_llm.engine.probe.results import Outcome
from desk_llm.engine.types import LoadParams
from tests.helpers.gguf_lora import lora
from tests.helpers.gguf_models import scripted_model, tiny_model


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    made = Probe()
    yield made
    made.close()


def params(path: Path, adapter: Path | None = None, draft: Path | None = None) -> LoadParams:
    adapters = ((str(adapter), 1.0),) if adapter is not None else ()
    return LoadParams("m", str(path), 512, adapters=adapters, draft_path=str(draft or ""))


def test_an_adapter_is_tried_with_its_model(probe: Probe, tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "m.gguf")
    assert probe.trial(params(path, lora(tmp_path / "a.gguf"))).outcome is Outcome.OK
    result = probe.trial(params(path, lora(tmp_path / "b.gguf", architecture="qwen2")))
    assert result.outcome is Outcome.REFUSED
    assert "mismatch" in result.detail


def test_an_adapter_that_computes_nonsense(probe: Probe, tmp_path: Path) -> None:
    path, adapter = tiny_model(tmp_path / "m.gguf"), lora(tmp_path / "a.gguf")
    reader = gguf.GGUFReader(adapter, "r+")
    for tensor in reader.tensors:
        tensor.data[:] = np.nan
    reader.data.flush()
    assert probe.trial(params(path, adapter)).outcome is Outcome.NONSENSE


def test_a_header_that_ends_the_process_ends_only_the_child(probe: Probe, tmp_path: Path) -> None:
    """The models' own check does not let it through; should it, this is the last line."""
    path, adapter = tiny_model(tmp_path / "m.gguf"), tmp_path / "a.gguf"
    writer = gguf.GGUFWriter(adapter, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float64("adapter.lora.alpha", 8.0)
    writer.add_tensor("blk.0.attn_q.weight.lora_a", np.ones((4, 64), np.float32))
    writer.add_tensor("blk.0.attn_q.weight.lora_b", np.ones((64, 4), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert probe.trial(params(path, adapter)).outcome is Outcome.CRASH
    assert probe.trial(params(path)).outcome is Outcome.OK


def test_a_draft_model_is_tried_too_and_another_family_does_no_harm(
    probe: Probe, tmp_path: Path
) -> None:
    path = tiny_model(tmp_path / "m.gguf")
    small = tiny_model(tmp_path / "small.gguf", n_layers=1)
    assert probe.trial(params(path, draft=small)).outcome is Outcome.OK
    other = scripted_model(tmp_path / "other.gguf")
    assert probe.trial(params(path, draft=other)).outcome is Outcome.OK


def test_a_simulation_reads_adapters_from_nowhere(probe: Probe, tmp_path: Path) -> None:
    """They are counted by their headers; without memory there is nothing to put them into."""
    path = tiny_model(tmp_path / "m.gguf")
    assert probe.simulate(params(path, tmp_path / "gone.gguf")) == probe.simulate(params(path))
