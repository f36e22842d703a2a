"""Model files as the library and the loader see them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from desk_llm.engine.types import LoadParams, MemoryUse, ModelInfo
from desk_llm.errors import DeskError


@dataclass(frozen=True, slots=True)
class LayerCache:
    """What one layer keeps of a text: numbers per token of K and V, bytes per sequence of state."""

    keys: int = 0
    values: int = 0
    window: int = 0  # tokens that it looks back; 0: all
    state: int = 0  # of recurrent layers


@dataclass(frozen=True, slots=True)
class GgufInfo:
    """What the header of a GGUF file says, read without the engine."""

    version: int
    architecture: str
    name: str
    file_type: int | None
    quant: str  # "Q4_K_M", "F16"…
    n_params: int
    n_layers: int
    n_ctx_train: int
    n_embd: int
    n_head: int
    n_head_kv: int  # of the layer that has most
    n_head_kv_sum: int  # over all layers: they may differ, and some keep no KV cache
    head_dim_k: int
    head_dim_v: int
    n_vocab: int
    chat_template: str
    licence: str
    description: str
    tensor_bytes: int
    layer_bytes: int  # of `tensor_bytes`, those of the repeating layers
    layer_sizes: tuple[int, ...] = ()  # bytes of each repeating layer
    expert_sizes: tuple[int, ...] = ()  # of them, the experts'; empty: no mixture of experts
    output_bytes: int = 0  # of the output layer; its matrix may be the embedding's
    embedding_bytes: int = 0
    expert_share: float = 1.0  # of the experts, how many one token uses
    n_experts: int = 0
    abilities: frozenset[str] = frozenset()  # of ABILITIES in gguf/abilities.py
    is_draft_head: bool = False  # only the layers that guess ahead: nothing without its model
    is_for_ollama: bool = False  # encoder inside, or no epsilon: llama.cpp cannot load it
    caches: tuple[LayerCache, ...] | None = None  # by layer; empty: it keeps none; None: not told
    n_ff: int = 0  # numbers per token in the middle of the widest block
    type_bytes: tuple[tuple[int, int], ...] = ()  # of `tensor_bytes`, by ggml's number of the type
    embedding_type: int = -1


class Origin(Enum):
    """Whose file it is; only those of APP, FOLDER and FILE may be removed by us."""

    STARTER = "starter"
    APP = "app"
    FOLDER = "folder"
    FILE = "file"
    HF_CACHE = "hf_cache"
    LLAMA_CPP = "llama_cpp"
    LM_STUDIO = "lm_studio"
    OLLAMA = "ollama"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One entry of the library. `problem` says why a listed file cannot be used."""

    id: str  # stable and unique: the path below its folder without ".gguf"
    path: Path
    name: str  # for people
    size_bytes: int
    is_starter: bool = False
    info: GgufInfo | None = None
    problem: DeskError | None = None
    origin: Origin = Origin.FOLDER
    parts: tuple[Path, ...] = ()  # all files of a split model, `path` first; empty: only `path`
    projector: Path | None = None  # the mmproj beside it: with it the model sees or hears
    drafts: tuple[Path, ...] = ()  # MTP heads and draft models that belong to it
    alias: str = ""  # a name the person gave it; `name` is it then
    repo: str = ""  # "owner/repo" where the place tells it
    sha256: str = ""  # known from the download or another app's store; else empty
    modified_at: float = 0.0  # unix seconds


class LoadPhase(Enum):
    """What the loader is doing."""

    IDLE = "idle"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LoadState:
    """News of the loader; `progress` is 0…1. `warnings`: it works, but slowly or smaller."""

    phase: LoadPhase = LoadPhase.IDLE
    model: ModelFile | None = None
    progress: float = 0.0
    info: ModelInfo | None = None
    error: DeskError | None = None
    warnings: tuple[DeskError, ...] = ()
    waits_for: str = ""  # names of models that must finish their replies to make room


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that the engine holds, with what was asked of the engine."""

    file: ModelFile
    info: ModelInfo
    wanted: LoadParams  # by the settings; `info.params` is what became of it
    need: tuple[MemoryUse, ...]
    warnings: tuple[DeskError, ...] = ()

    @property
    def memory(self) -> tuple[MemoryUse, ...]:
        """Bytes per device, as measured, or as planned where nothing was measured."""
        return self.info.memory or self.need

    @property
    def size(self) -> int:
        """Bytes on all devices."""
        return sum(one.weights + one.kv_cache + one.compute for one in self.memory)

    @property
    def state(self) -> LoadState:
        """The news of it."""
        return LoadState(LoadPhase.READY, self.file, 1.0, self.info, warnings=self.warnings)
