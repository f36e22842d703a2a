"""The curated list that ships is sound, and is read as data."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from desk_llm.errors import FileDamaged
from desk_llm.hub import curated
from desk_llm.hub.hub import Hub
from desk_llm.hub.types import QuantFiles, Repo, RepoFile, RepoSummary
from desk_llm.models.gguf.abilities import ABILITIES
from tests.helpers.fakehub.server import FakeHub

GB = 10**9


def test_the_list_that_ships(hub: Hub, server: FakeHub) -> None:
    found = hub.curated()
    assert server.log == []
    assert datetime.date(2026, 1, 1) < found.date <= datetime.date(2030, 1, 1)
    assert len(found.models) >= 10
    assert len({one.repo for one in found.models}) == len(found.models)
    for one in found.models:
        assert one.quants
        assert one.abilities <= set(ABILITIES)
        assert one.approx_bytes < one.least_memory_bytes <= one.approx_bytes * 3
        # 3.5 to 6.5 bits for each parameter: a slip of a zero would show
        assert 3.5 <= one.approx_bytes * 8 / one.n_params <= 6.5
        assert 0 <= one.active_params < one.n_params
        assert one.note.endswith(".")
        assert one.note_zh.endswith("。")
        assert one.licence


@pytest.mark.parametrize(
    ("memory", "first"),
    [
        (0, None),
        (2 * GB, "Qwen3.5 0.8B"),
        (12 * GB, "Gemma 4 12B"),
        (16 * GB, "gpt-oss 20B"),
        (24 * GB, "Qwen3.6 35B-A3B"),
        (32 * GB, "Gemma 4 31B"),
    ],
)
def test_what_fits_this_machine(memory: int, first: str | None) -> None:
    fitting = curated.load().fitting(memory)
    assert (fitting[0].name if fitting else None) == first
    assert all(one.least_memory_bytes <= memory for one in fitting)


def test_the_quant_to_offer() -> None:
    model = curated.load().models[0]
    quants = tuple(
        QuantFiles(label, (RepoFile(f"x-{label}.gguf", 5),)) for label in ("Q8_0", "UD-Q4_K_XL")
    )
    found = model.quant_of(Repo(RepoSummary(model.repo), "", quants))
    assert found is not None
    assert found.label == "UD-Q4_K_XL"
    assert model.quant_of(Repo(RepoSummary(model.repo), "", ())) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("date"),
        lambda data: data.update(date="soon"),
        lambda data: data.update(models=5),
        lambda data: data["models"][0].pop("repo"),
        lambda data: data["models"][0].update(n_params="many"),
        lambda data: data["models"][0].update(repo="../x"),
    ],
)
def test_a_damaged_list_is_a_sentence(tmp_path: Path, change: object) -> None:
    data = json.loads(curated.LIST.read_text(encoding="utf-8"))
    assert callable(change)
    change(data)
    path = tmp_path / "list.json"
    path.write_text(json.dumps(data))
    with pytest.raises(FileDamaged, match="recommended models"):
        curated.load(path)
    with pytest.raises(FileDamaged):
        curated.load(tmp_path / "gone.json")
