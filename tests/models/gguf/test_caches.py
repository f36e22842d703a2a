"""What layers keep, by architecture: the rules of llama.cpp's own loader."""

from __future__ import annotations

import pytest

from desk_llm.models.gguf.caches import layer_caches, widest_block
from desk_llm.models.gguf.header import Value
from desk_llm.models.types import LayerCache

HEADS: dict[str, Value] = {
    "embedding_length": 64,
    "attention.head_count": 8,
    "attention.head_count_kv": 2,
}


def metadata(architecture: str, **more: Value) -> dict[str, Value]:
    """Keys with "__" for the dot."""
    own = {key.replace("__", "."): value for key, value in more.items()}
    return {"general.architecture": architecture} | {
        f"{architecture}.{key}": value for key, value in {**HEADS, **own}.items()
    }


def windows(architecture: str, n_layers: int, **more: Value) -> list[int]:
    return [one.window for one in layer_caches(metadata(architecture, **more), n_layers)]


def test_heads_that_share_keys_and_values() -> None:
    assert layer_caches(metadata("llama"), 2) == (LayerCache(16, 16),) * 2
    wide = layer_caches(metadata("qwen3", attention__key_length=128, attention__value_length=64), 1)
    assert wide == (LayerCache(256, 128),)
    none_said = {key: value for key, value in metadata("llama").items() if "kv" not in key}
    assert layer_caches(none_said, 1) == (LayerCache(64, 64),)


def test_heads_differ_from_layer_to_layer() -> None:
    found = layer_caches(metadata("deci", attention__head_count_kv=(2, 0, 8)), 3)
    assert [one.keys for one in found] == [16, 0, 64]


@pytest.mark.parametrize("architecture", ["bert", "modern-bert", "gemma-embedding", "llada"])
def test_models_that_see_a_whole_text_at_once_keep_nothing(architecture: str) -> None:
    assert layer_caches(metadata(architecture), 4) == ()


@pytest.mark.parametrize(
    ("architecture", "more", "expected"),
    [
        ("gemma2", {}, [4096, 0, 4096, 0]),
        ("gemma2", {"attention__sliding_window": 128}, [128, 0, 128, 0]),
        ("gemma3", {"attention__sliding_window": 64}, [64, 64, 64, 64, 64, 0, 64]),
        ("gemma3", {}, [0, 0]),
        ("gpt-oss", {"attention__sliding_window": 128}, [128, 0, 128]),
        ("cohere2", {"attention__sliding_window": 32}, [32, 32, 32, 0, 32]),
        ("cohere2moe", {"attention__sliding_window": 32}, [0, 32, 32, 32, 0]),
        ("llama4", {}, [8192, 8192, 8192, 0]),
        ("llama4", {"attention__sliding_window": 0}, [0, 0]),
        ("smallthinker", {}, [0, 0]),
        ("smallthinker", {"attention__sliding_window": 7}, [0, 4096, 4096, 4096, 0]),
        ("exaone4", {"attention__sliding_window": 64}, [0] * 30),
        ("phi3", {"attention__sliding_window": 64}, [0, 0]),
        ("llama", {"attention__sliding_window": 64}, [0, 0]),
        (
            "gemma3",
            {"attention__sliding_window": 64, "attention__sliding_window_pattern": 2},
            [64, 0, 64, 0],
        ),
        (
            "gpt-oss",
            {
                "attention__sliding_window": 64,
                "attention__sliding_window_pattern": (False, True, True),
            },
            [0, 64, 64],
        ),
        (
            "mimo2",
            {"attention__sliding_window": 64, "attention__sliding_window_pattern": (True, False)},
            [64, 0],
        ),
    ],
)
def test_windows(architecture: str, more: dict[str, Value], expected: list[int]) -> None:
    assert windows(architecture, len(expected), **more) == expected


def test_heads_of_layers_with_a_window_may_have_another_size() -> None:
    found = layer_caches(
        metadata(
            "gemma4",
            attention__sliding_window=64,
            attention__sliding_window_pattern=(True, False, True),
            attention__key_length=32,
            attention__value_length=32,
            attention__key_length_swa=16,
            attention__value_length_swa=16,
            attention__shared_kv_layers=1,
        ),
        3,
    )
    assert found == (LayerCache(32, 32, 64), LayerCache(64, 64), LayerCache())


def test_layers_that_only_guess_keep_nothing_here() -> None:
    found = layer_caches(metadata("glm4moe", nextn_predict_layers=1), 3)
    assert found == (LayerCache(16, 16), LayerCache(16, 16), LayerCache())


def test_latent_attention_keeps_one_vector() -> None:
    found = layer_caches(
        metadata(
            "deepseek2",
            attention__head_count_kv=1,
            attention__key_length=576,
            attention__value_length=512,
            attention__key_length_mla=192,
            attention__value_length_mla=128,
        ),
        1,
    )
    assert found == (LayerCache(576, 0),)


MAMBA: dict[str, Value] = {
    "ssm__conv_kernel": 4,
    "ssm__inner_size": 128,
    "ssm__state_size": 16,
    "ssm__group_count": 1,
}
STATE = 4 * (3 * (128 + 2 * 16) + 16 * 128)  # bytes of n_embd_r + n_embd_s


def test_recurrent_layers_keep_a_state() -> None:
    assert layer_caches(metadata("mamba2", **MAMBA), 2) == (LayerCache(state=STATE),) * 2
    both = layer_caches(metadata("falcon-h1", **MAMBA), 1)
    assert both == (LayerCache(16, 16, 0, STATE),)


def test_some_layers_attend_and_others_remember() -> None:
    by_heads = layer_caches(
        metadata("granitehybrid", attention__head_count_kv=(0, 2, 0), **MAMBA), 3
    )
    assert [one.state for one in by_heads] == [STATE, 0, STATE]
    assert [one.keys for one in by_heads] == [0, 16, 0]
    by_turns = layer_caches(metadata("qwen3next", **MAMBA), 8)
    assert [bool(one.state) for one in by_turns] == [True, True, True, False] * 2
    third = layer_caches(metadata("qwen35", full_attention_interval=3, **MAMBA), 3)
    assert [one.keys for one in third] == [0, 0, 16]
    nemotron = layer_caches(
        metadata(
            "nemotron_h",
            attention__head_count_kv=(0, 0, 2),
            feed_forward_length=(0, 512, 0),
            **MAMBA,
        ),
        3,
    )
    assert nemotron == (LayerCache(state=STATE), LayerCache(), LayerCache(16, 16))


def test_other_states() -> None:
    rwkv = layer_caches(metadata("rwkv7", wkv__head_size=32), 1)
    assert rwkv == (LayerCache(state=4 * (2 * 64 + 64 * 32)),)
    lfm2 = layer_caches(metadata("lfm2", attention__head_count_kv=(0, 2), shortconv__l_cache=3), 2)
    assert lfm2 == (LayerCache(state=4 * 64 * 2), LayerCache(16, 16))
    kimi = layer_caches(
        metadata(
            "kimi-linear", attention__head_count_kv=(0, 2), kda__head_dim=16, ssm__conv_kernel=4
        ),
        1,
    )
    assert kimi == (LayerCache(state=4 * (3 * 3 * 8 * 16 + 16 * 16 * 8)),)


def test_odd_values_count_as_not_said() -> None:
    odd = metadata(
        "gemma3",
        attention__sliding_window="wide",
        attention__head_count=(8,),
        attention__head_count_kv=-1.5,
    )
    assert layer_caches(odd, 2) == (LayerCache(),) * 2
    assert layer_caches({}, 1) == (LayerCache(),)


def test_the_widest_block() -> None:
    assert widest_block(metadata("llama", feed_forward_length=512), 1) == 512
    assert widest_block(metadata("llama", feed_forward_length=(512, 700)), 2) == 700
    experts = metadata(
        "qwen3moe", feed_forward_length=9000, expert_used_count=8, expert_feed_forward_length=100
    )
    assert widest_block(experts, 1) == 800
    lead = experts | {"qwen3moe.leading_dense_block_count": 1}
    assert widest_block(lead, 1) == 9000
    assert widest_block(metadata("mamba", **MAMBA), 1) == 128
