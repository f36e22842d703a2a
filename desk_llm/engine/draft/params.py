"""How a draft model is loaded beside its target."""

from __future__ import annotations

from dataclasses import replace

from desk_llm.engine.types import ALL_LAYERS, LoadParams

VOCAB_DIFFERENCE = 128  # words more or less: families pad their vocabularies differently


def draft_params(params: LoadParams) -> LoadParams:
    """Of the draft model that `params` name: the same sequences, and a plain KV cache.

    It runs where the target runs: on the GPUs as a whole, or not at all. Set `fingerprint` where
    the caches need to know the file.
    """
    return replace(
        params,
        key=f"{params.key}#draft",
        path=params.draft_path,
        n_gpu_layers=ALL_LAYERS if params.n_gpu_layers else 0,
        flash_attn=None,
        type_k="f16",
        type_v="f16",
        n_cpu_moe=0,
        tensor_split=(),
        speculate=False,
        fingerprint="",
        adapters=(),
        draft_path="",
    )
