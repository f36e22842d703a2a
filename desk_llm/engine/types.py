"""The engine's words: what is loaded, what is asked, what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Source = Literal["chat", "api", "cli"]
ALL_LAYERS = -1


@dataclass(frozen=True, slots=True)
class LoadParams:
    """How a model file is loaded; `key` names it from then on. None means "choose for me"."""

    key: str
    path: str
    n_ctx: int | None = None  # tokens shared by all slots; None: the smaller of training and 8192
    n_gpu_layers: int = ALL_LAYERS
    n_slots: int = 4
    n_batch: int = 512
    n_threads: int | None = None
    flash_attn: bool | None = None
    use_mmap: bool = True


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the engine knows of a loaded model."""

    key: str
    path: str
    name: str
    architecture: str
    n_params: int
    size_bytes: int
    n_ctx: int
    n_ctx_train: int
    n_layers: int
    n_gpu_layers: int
    n_slots: int
    n_vocab: int
    device: str  # "CPU", or the GPUs' names
    has_chat_template: bool
    load_s: float
    temperature: float | None = None  # what its makers recommend


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How the next token is chosen. Temperature 0 is greedy."""

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    repeat_last_n: int = 64
    max_tokens: int | None = None  # None: until the model or the context ends
    stop: tuple[str, ...] = ()
    seed: int | None = None
    ignore_eos: bool = False  # benchmarks and tests


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of the conversation as the template sees it."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One reply asked of one loaded model: chat messages, or a raw prompt."""

    request_id: str
    model: str  # LoadParams.key of a loaded model
    messages: tuple[ChatMessage, ...] = ()
    prompt: str | None = None
    sampling: SamplingParams = field(default_factory=SamplingParams)
    source: Source = "chat"


class FinishReason(Enum):
    """Why a reply ended; the values are the words of the OpenAI API where it has one."""

    STOP = "stop"
    LENGTH = "length"
    ABORT = "abort"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of one request, each measured on the engine thread."""

    queue_s: float = 0.0  # submit -> a slot
    prefill_s: float = 0.0  # slot -> first token's logits
    ttft_s: float = 0.0  # submit -> first token sampled
    decode_s: float = 0.0  # first token -> last token
    total_s: float = 0.0  # submit -> finished
    decode_tok_s: float = 0.0  # (completion_tokens - 1) / decode_s
    prefill_tok_s: float = 0.0  # (prompt_tokens - cached_tokens) / prefill_s


class Phase(Enum):
    """Where a request is."""

    QUEUED = "queued"
    PREFILL = "prefill"
    DECODE = "decode"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Delta:
    """All that happened since the last `take()`."""

    text: str = ""
    phase: Phase = Phase.DECODE
    usage: Usage = Usage()
    timings: Timings = Timings()
    progress: float = 0.0  # of the prefill, 0…1
    finish_reason: FinishReason | None = None


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """One GPU (or other accelerator) the engine's build can use; bytes."""

    name: str
    description: str
    backend: str
    memory_total: int
    memory_free: int


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """One slot at this moment."""

    slot: int
    request_id: str | None
    source: Source | None
    phase: Phase | None
    n_past: int  # tokens in the KV cache for this slot
    n_generated: int


@dataclass(frozen=True, slots=True)
class EngineStats:
    """A snapshot for the panel; replaced as a whole, so readers need no lock."""

    model: ModelInfo | None = None
    running: int = 0
    waiting: int = 0
    slots: tuple[SlotInfo, ...] = ()
    n_ctx: int = 0
    ctx_used: int = 0  # largest conversation in a slot
    decode_tok_s: float = 0.0  # all running sequences together, over the last second; 0 when idle
    prefill_tok_s: float = 0.0  # of the newest prefill
    ttft_s: float = 0.0  # of the newest reply
    last: Timings = Timings()  # of the newest finished reply
    last_usage: Usage = Usage()
    tokens_generated: int = 0  # since the engine started
    devices: tuple[DeviceInfo, ...] = ()
    started: bool = False  # llama.cpp is loaded and `devices` is true
