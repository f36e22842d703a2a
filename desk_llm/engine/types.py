"""The engine's words: what is loaded, what is asked, what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from desk_llm.errors import DeskError

Source = Literal["chat", "api", "cli"]
KvType = Literal["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0"]
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
    use_mlock: bool = False
    type_k: KvType = "f16"  # of the KV cache's keys
    type_v: KvType = "f16"  # anything below f16 needs flash attention
    n_cpu_moe: int = 0  # the experts of so many layers stay in RAM
    tensor_split: tuple[float, ...] = ()  # share of each GPU; empty: by their free memory
    use_extra_bufts: bool = True  # repacked weights: faster, but one CPU's bug crashed on them
    speculate: bool = True  # n-gram lookup; it switches itself off where it does not pay
    fingerprint: str = ""  # of the file's content: what the caches on disk are valid for
    adapters: tuple[tuple[str, float], ...] = ()  # LoRA files and how much of each is added
    draft_path: str = ""  # a smaller model of the same vocabulary, which guesses; empty: none


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes of a loaded model on one device ("CPU" is the RAM), as llama.cpp logged them."""

    device: str
    weights: int = 0
    kv_cache: int = 0
    compute: int = 0


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """The draft model of a loaded model; with a problem, the model runs without it."""

    path: str
    name: str
    memory: tuple[MemoryUse, ...] = ()  # its part of ModelInfo.memory
    problem: DeskError | None = None


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
    params: LoadParams | None = None  # what it was loaded with
    memory: tuple[MemoryUse, ...] = ()  # all of it: adapters and the draft model as well
    n_threads: int = 0
    draft: DraftInfo | None = None  # of the draft model that `params` name


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How the next token is chosen. Temperature 0 is greedy; defaults switch a sampler off."""

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    repeat_last_n: int = 64  # -1: the whole context
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    typical_p: float = 1.0
    top_n_sigma: float = -1.0
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    dynatemp_range: float = 0.0
    dynatemp_exponent: float = 1.0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_penalty_last_n: int = -1
    dry_sequence_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    adaptive_target: float = -1.0  # adaptive-p: the probability to aim for; below 0: off
    adaptive_decay: float = 0.9
    mirostat: Literal[0, 1, 2] = 0
    mirostat_tau: float = 5.0
    mirostat_eta: float = 0.1
    logit_bias: tuple[tuple[int, float], ...] = ()
    grammar: str = ""  # GBNF
    json_schema: str = ""  # JSON text of a schema; "{}" is any JSON
    n_probs: int | None = None  # logprobs wanted, with so many alternatives (0: the token's own)
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
    client: str = ""  # for whom, in the queue: a chat's title, an API client's name
    conversation: str = ""  # whose KV state may be kept on disk; empty: nobody's
    priority: int = 0  # higher goes first


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


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A token's log probability before sampling, with the likeliest alternatives."""

    token: int
    text: bytes
    logprob: float
    top: tuple[tuple[int, bytes, float], ...] = ()  # (token, text, logprob), likeliest first


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
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One request that waits or runs, in the order in which it is served."""

    request_id: str
    model: str
    source: Source
    client: str
    phase: Phase
    priority: int
    slot: int | None  # None: it waits
    n_prompt: int
    n_computed: int  # tokens in the KV cache
    n_cached: int  # of the prompt, found there or on disk
    n_generated: int
    waited_s: float  # submit -> slot, or until now


@dataclass(frozen=True, slots=True)
class Step:
    """One batch that was computed; the newest are in `Engine.steps`."""

    time: float  # time.perf_counter at its end
    seconds: float
    n_prefill: int  # rows of prompts
    n_decode: int  # sequences that got a token
    n_tokens: int  # tokens sampled and kept: more than n_decode when speculation paid
    n_reused: int  # prompt tokens that were not computed, of sequences admitted in this step
    n_draft: int  # tokens guessed
    n_past: int  # tokens that the decoding sequences have in the KV cache, together


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
    model: str = ""


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
    models: tuple[ModelInfo, ...] = ()  # all loaded; `model` is the newest
    queue: tuple[QueueItem, ...] = ()  # running first, then waiting
    n_draft: int = 0  # tokens guessed since the engine started
    n_accepted: int = 0  # of them, right
