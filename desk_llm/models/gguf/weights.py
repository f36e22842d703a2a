"""What the tensors of a model add up to: bytes by layer, by type, of the experts and the ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from desk_llm.models.gguf.header import Tensor

_MOVABLE_EXPERTS = re.compile(r"\.ffn_(up|down|gate|gate_up)_(ch|)exps")
_EXPERT_TENSOR = re.compile(r"_exps\b|\.ffn_(gate|up|down)\.\d+\.")
_USUAL_DOTS = 3  # blk.0.ffn_up.weight; the experts of old files have a number more
# Of the encoders that Ollama packs into the model's own file, and llama.cpp keeps apart.
_ENCODERS = ("v.", "mm.", "a.", "vision_tower.", "multi_modal_projector.")


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
        layer_of = {str(n): n for n in range(n_layers)}
        by_type, layers, n_params, layer_bytes = sums.by_type, sums.layers, 0, 0
        for name, kind, elements, _, size in tensors:
            n_params += elements
            by_type[kind] = by_type.get(kind, 0) + size
            if name[:4] == "blk.":
                layer_bytes += size
                layer = layer_of.get(name[4 : name.find(".", 4)], -1)
                if layer >= 0:
                    layers[layer] += size
                if "exps" in name or name.count(".") > _USUAL_DOTS:
                    sums._add_experts(name, layer, size)
            else:
                sums._add_end(name, kind, size)
        sums.n_params, sums.layer_bytes, sums.bytes = n_params, layer_bytes, sum(by_type.values())
        return sums

    def _add_experts(self, name: str, layer: int, size: int) -> None:
        self.has_experts = self.has_experts or _EXPERT_TENSOR.search(name) is not None
        if "exps" in name and _MOVABLE_EXPERTS.search(name):
            self.has_movable_experts = True
            if layer >= 0:
                self.experts[layer] += size

    def _add_end(self, name: str, kind: int, size: int) -> None:
        if name.startswith("output"):
            self.output_bytes += size
        elif name == "token_embd.weight":
            self.embedding_bytes += size
            self.embedding_type = kind
        elif name.startswith(_ENCODERS):
            self.has_encoder = True
