"""What a header tells of a model's abilities, and which models cannot chat."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_llm.errors import Unsupported
from desk_llm.models.gguf.abilities import ABILITIES
from desk_llm.models.gguf.info import read_gguf
from tests.helpers.gguf_bytes import BOOL, STRING, U32, Gguf

TEMPLATE = "tokenizer.chat_template"
QWEN = "{% if tools %}<tools>{{ tools }}</tools>{% endif %}{% if enable_thinking %}{% endif %}"
CASES: dict[str, tuple[Gguf, set[str]]] = {
    "nothing": (Gguf(), set()),
    "tools and thinking": (Gguf().set(TEMPLATE, STRING, QWEN), {"tools", "thinking"}),
    "tool calls": (Gguf().set(TEMPLATE, STRING, "{{ m.tool_calls }}"), {"tools"}),
    "a second template": (Gguf().set(f"{TEMPLATE}.tool_use", STRING, "{{ x }}"), {"tools"}),
    "old thinking": (Gguf().set(TEMPLATE, STRING, "<think>\n"), {"thinking"}),
    "harmony": (Gguf().set(TEMPLATE, STRING, "<|channel|>analysis"), {"thinking"}),
    "stools are no tools": (Gguf().set(TEMPLATE, STRING, "{{ stools }} I thinker"), set()),
    "infill": (Gguf().set("tokenizer.ggml.fim_pre_token_id", U32, 1), {"infill"}),
    "old infill": (Gguf().set("tokenizer.ggml.prefix_token_id", U32, 1), {"infill"}),
    "bert": (Gguf().set("tokenizer.ggml.model", STRING, "bert"), {"embedding"}),
    "encoder": (Gguf().set("llama.attention.causal", BOOL, False), {"embedding"}),
    "decoder": (Gguf().set("llama.attention.causal", BOOL, True), set()),
    "pooled": (Gguf().set("llama.pooling_type", U32, 3), {"embedding"}),
    "not pooled": (Gguf().set("llama.pooling_type", U32, 0), set()),
    "ranks": (Gguf().set("llama.pooling_type", U32, 4), {"rerank"}),
}


@pytest.mark.parametrize(("header", "expected"), CASES.values(), ids=CASES)
def test_abilities(tmp_path: Path, header: Gguf, expected: set[str]) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    info = read_gguf(path, any_kind=True)
    assert info.abilities == expected <= set(ABILITIES)
    if expected & {"embedding", "rerank"}:
        with pytest.raises(Unsupported, match="makes embeddings: it cannot chat"):
            read_gguf(path)
    else:
        assert read_gguf(path) == info


def test_experts_are_counted(tmp_path: Path) -> None:
    header = Gguf().set("llama.expert_count", U32, 8).set("llama.expert_used_count", U32, 2)
    header.tensors.append(("blk.0.ffn_up_exps.weight", (64, 4), 0, 0))
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    info = read_gguf(path)
    assert (info.n_experts, info.expert_share) == (8, 0.25)


def test_draft_heads_and_files_for_ollama_are_told_from_whole_models(tmp_path: Path) -> None:
    def read(header: Gguf) -> tuple[bool, bool]:
        path = tmp_path / "model.gguf"
        path.write_bytes(header.encode())
        info = read_gguf(path)
        return info.is_draft_head, info.is_for_ollama

    assert read(Gguf()) == (False, False)
    head = Gguf().set("llama.block_count", U32, 2).set("llama.nextn_predict_layers", U32, 1)
    head.tensors = [("blk.1.attn_q.weight", (64, 4), 0, 0)]
    assert read(head) == (True, False)
    head.tensors.append(("blk.0.attn_q.weight", (64, 4), 0, 0))
    assert read(head) == (False, False)
    eyes = Gguf()
    eyes.tensors.append(("mm.0.weight", (64, 4), 0, 0))
    assert read(eyes) == (False, True)
