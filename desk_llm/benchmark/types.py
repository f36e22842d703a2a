"""What a benchmark is asked and what it found: frozen dataclasses that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desk_llm.engine.types import KvType

Kind = Literal["speed", "load"]
Note = Literal["counted_chunks", "short_replies", "no_input_tokens", "depth_recomputed"]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """Load parameters for the run only; None: as the app loads this model."""

    n_threads: int | None = None
    n_gpu_layers: int | None = None
    n_ctx: int | None = None
    n_slots: int | None = None  # None: one per stream
    type_kv: KvType | None = None
    flash_attn: bool | None = None


@dataclass(frozen=True, slots=True)
class SpeedSpec:
    """Tokens/s of one stream: every prompt and every generation at every depth of context."""

    model: str  # id or path
    prompts: tuple[int, ...] = (512,)
    gens: tuple[int, ...] = (128,)
    depths: tuple[int, ...] = (0,)
    reps: int = 3
    load: LoadOptions = LoadOptions()


@dataclass(frozen=True, slots=True)
class LoadSpec:
    """Requests by several streams at once, one level of concurrency after the other."""

    model: str = ""  # id or path; with a URL the server's name for it, empty: its first
    url: str = ""  # of an OpenAI-compatible server; empty: the own engine
    concurrency: tuple[int, ...] = (1, 2, 4, 8)
    n_requests: int | None = None  # of each level; None: four per stream, at least eight
    rate: float | None = None  # arrivals per second (Poisson); None: the next when one ends
    input_tokens: int = 256
    output_tokens: int = 128
    timeout_s: float = 300.0
    load: LoadOptions = LoadOptions()

    def requests_at(self, concurrency: int) -> int:
        """How many requests a level makes."""
        return self.n_requests or max(8, 4 * concurrency)


Spec = SpeedSpec | LoadSpec


@dataclass(frozen=True, slots=True)
class SpeedRow:
    """One test of a speed run, named as llama-bench names it; `samples` are tokens/s."""

    test: str  # "pp512", "tg128 @ d4096"
    kind: Literal["pp", "tg"]
    n_tokens: int
    depth: int
    samples: tuple[float, ...]
    mean: float
    stdev: float  # of the sample (n - 1); 0 with one repetition


@dataclass(frozen=True, slots=True)
class SpeedResult:
    """The tests that have at least one repetition."""

    rows: tuple[SpeedRow, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds; percentiles by linear interpolation between the two nearest ranks."""

    mean: float = 0.0
    p50: float = 0.0
    p90: float = 0.0
    p99: float = 0.0
    max: float = 0.0


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One level of concurrency. Latencies and tokens are those of the requests that succeeded."""

    concurrency: int
    n_requests: int
    n_ok: int
    errors: tuple[tuple[str, int], ...]  # kind, how many; the most frequent first
    seconds: float
    qps: float  # successful requests per second
    input_tokens: int
    output_tokens: int
    input_tok_s: float
    output_tok_s: float
    ttft: Latency  # time to first token
    tpot: Latency  # time per output token after the first, of each request
    e2e: Latency  # the whole request

    @property
    def error_rate(self) -> float:
        """0…1."""
        return 1 - self.n_ok / self.n_requests if self.n_requests else 0.0


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The levels that have at least one request."""

    rows: tuple[LoadRow, ...] = ()
    notes: tuple[Note, ...] = ()


Result = SpeedResult | LoadResult


@dataclass(frozen=True, slots=True)
class Machine:
    """What it ran on; bytes."""

    system: str = ""
    cpu: str = ""
    n_cores: int = 0  # physical
    n_threads: int = 0  # logical
    ram: int = 0
    gpus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setup:
    """How the model was loaded, or the server that was asked."""

    server: str = ""  # "vllm", "llamacpp"…; empty: the own engine
    device: str = ""
    size_bytes: int = 0
    n_params: int = 0
    n_threads: int = 0
    n_gpu_layers: int = 0
    n_ctx: int = 0
    n_slots: int = 0
    type_k: str = ""
    type_v: str = ""
    flash_attn: str = ""  # "on", "off", "auto"


@dataclass(frozen=True, slots=True)
class BenchmarkRun:
    """One run as it is stored; `id` 0: it is not."""

    made_at: float  # Unix time
    model: str  # for people, with its quant
    fingerprint: str  # of the file; empty for a server's
    engine_build: str
    machine: Machine
    setup: Setup
    spec: Spec
    result: Result
    is_complete: bool = True  # False: stopped before its end
    seconds: float = 0.0
    id: int = 0

    @property
    def kind(self) -> Kind:
        return "speed" if isinstance(self.spec, SpeedSpec) else "load"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `stage` "load": the model is being loaded."""

    stage: Literal["load", "warm-up", "measure"] = "load"
    label: str = ""  # the test or the level, "pp512" or "8"
    done: int = 0
    total: int = 0
    fraction: float = 0.0
    remaining_s: float | None = None  # None: not known yet
