"""The real Hub (`-m network`): what the fake server was modelled on, and the curated list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_llm.hub import curated
from desk_llm.hub.curated import CuratedModel
from desk_llm.hub.hub import Hub
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import SearchQuery, Sort
from desk_llm.settings import SettingsStore
from desk_llm.settings.network import HUGGING_FACE

pytestmark = pytest.mark.network


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Hub]:
    """As a new person has it."""
    settings = SettingsStore(tmp_path / "real.toml")
    yield Hub(settings, Tokens(tmp_path / "real"), tmp_path / "real-headers")
    settings.close()


def test_search(real: Hub) -> None:
    query = SearchQuery("qwen3", Sort.DOWNLOADS, least_params=10**9, most_params=10**10, limit=10)
    found = real.search(query)
    assert len(found) == 10
    assert all("qwen3" in one.name.lower() for one in found)
    assert sorted((one.downloads for one in found), reverse=True) == [
        one.downloads for one in found
    ]
    assert any(one.n_params for one in found)


def test_the_endpoint(real: Hub) -> None:
    report = real.test_endpoint(HUGGING_FACE)
    assert report.is_ok, report
    assert report.steps[-1].host != "huggingface.co"


@pytest.mark.parametrize("model", curated.load().models, ids=lambda one: one.name)
def test_what_we_recommend_is_there(real: Hub, model: CuratedModel) -> None:
    repo = real.repo(model.repo)
    quant = model.quant_of(repo)
    assert repo.is_readable
    assert quant is not None, [one.label for one in repo.quants]
    assert 0.8 < quant.size_bytes / model.approx_bytes < 1.25
    assert 0.7 < real.header(repo, quant).info.n_params / model.n_params < 1.4
