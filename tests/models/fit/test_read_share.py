"""How much of the weights a token reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.models.fit.read_share import read_share
from desk_llm.models.gguf.info import read_gguf
from tests.helpers.gguf_models import scripted_model


def test_a_share_of_the_experts_and_no_embedding(tmp_path: Path) -> None:
    dense = replace(
        read_gguf(scripted_model(tmp_path / "m.gguf")),
        tensor_bytes=1000,
        expert_sizes=(),
        output_bytes=1,
        embedding_bytes=100,
    )
    assert dense.expert_share == 1.0
    assert read_share(dense) == 1.0  # the output uses the embedding's matrix
    assert read_share(replace(dense, output_bytes=101)) == pytest.approx(0.9)
    experts = replace(dense, expert_sizes=(400, 400), expert_share=8 / 128)
    assert read_share(experts) == pytest.approx(0.25)
    assert read_share(replace(dense, tensor_bytes=0)) == 1.0
