"""What the tensors of a model add up to: bytes by layer, by type, of the experts and the ends."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from desk_llm.models.gguf.header import MOST_KNOWN_NAMES, Tensor

_MOVABLE_EXPERTS = re.compile(r"\.ffn_(up|down|gate|gate_up)_(ch|)exps")
_EXPERT_TENSOR = re.compile(r"_exps\b|\.ffn_(gate|up|down)\.\d+\.")
_USUAL_DOTS = 3  # blk.0.ffn_up.weight; the experts of old files have a number more
# Of the encoders that Ollama packs into the model's own file, and llama.cpp keeps apart.
_ENCODERS = ("v.", "mm.", "a.", "vision_tower.", "multi_modal_projector.")


_NO_LAYER = -1
_LAYER = re.compile(r"(0|[1-9]\d{0,3})\.")


@lru_cache(MOST_KNOWN_NAMES)
def _role(name: str) -> tuple[int, bool]:
    """The layer of a tensor (a number no model has where it tells none), and may it be experts'."""
    if not name.startswith("blk."):
        return _NO_LAYER, False
    found = _LAYER.match(name, 4)
    layer = int(found[1]) if found else sys.maxsize
    return layer, "exps" in name or name.count(".") > _USUAL_DOTS


@dataclass(slots=True)
class Weights:
    """Sums over a tensor table, made in one pass."""

    n_layers: int
    n_params: int = 0
    bytes: int = 0
    layer_bytes: int = 0
    output_bytes: int = 0
    embedding_bytes: int = 0
    embedding_type: int = -1
    has_experts: bool = False
    has_movable_experts: bool = False
    has_encoder: bool = False
    by_type: dict[int, int] = field(default_factory=dict)
    layers: list[int] = field(default_factory=list)
    experts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, tensors: Iterable[Tensor], n_layers: int) -> Weights:
        """Add up a table."""
        sums = cls(n_layers, layers=[0] * n_layers, experts=[0] * n_layers)
        by_type, layers, n_params, layer_bytes = sums.by_type, sums.layers, 0, 0
        for name, kind, elements, _, size in tensors:
            n_params += elements
            by_type[kind] = by_type.get(kind, 0) + size
            layer, may_be_expert = _role(name)
            if layer == _NO_LAYER:
                sums._add_end(name, kind, size)
                continue
            layer_bytes += size
            if layer < n_layers:
                layers[layer] += size
            if may_be_expert:
                sums._add_experts(name, layer, size)
        sums.n_params, sums.layer_bytes, sums.bytes = n_params, layer_bytes, sum(by_type.values())
        return sums

    def _add_experts(self, name: str, layer: int, size: int) -> None:
        self.has_experts = self.has_experts or _EXPERT_TENSOR.search(name) is not None
        if "exps" in name and _MOVABLE_EXPERTS.search(name):
            self.has_movable_experts = True
            if layer < self.n_layers:
                self.experts[layer] += size

    def _add_end(self, name: str, kind: int, size: int) -> None:
        if name.startswith("output"):
            self.output_bytes += size
        elif name == "token_embd.weight":
            self.embedding_bytes += size
            self.embedding_type = kind
        elif name.startswith(_ENCODERS):
            self.has_encoder = True
