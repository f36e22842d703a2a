"""Every number that shapes the starter model: sizes, seeds and the training plan."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORPUS = HERE / "corpus"
HELDOUT = HERE / "heldout.txt"
MODEL_FILE = ROOT / "assets" / "models" / "desk-llm-starter-F16.gguf"

SEED = 20261121
TEXT_TOKENS = 2045  # learnt byte-level BPE tokens; the three control tokens bring it to 2048
ENDOFTEXT, IM_START, IM_END = TEXT_TOKENS, TEXT_TOKENS + 1, TEXT_TOKENS + 2
CONTROL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


@dataclass(frozen=True, slots=True)
class Shape:
    """A qwen3 decoder. Widths are multiples of 256, so that every K-quant fits without fallback."""

    vocab: int = TEXT_TOKENS + len(CONTROL_TOKENS)
    width: int = 256
    layers: int = 6
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 64
    hidden: int = 768
    context: int = 1024
    rope_base: float = 10000.0
    norm_eps: float = 1e-6


@dataclass(frozen=True, slots=True)
class Plan:
    """How the weights are trained; `minutes` is a limit, the schedule follows the clock."""

    minutes: float = 52.0
    batch_tokens: int = 2048
    threads: int = 2
    short_row: int = 256
    long_share: float = 0.25  # this last part of the time uses rows of the full context
    matrix_rate: float = 0.02
    vector_rate: float = 0.003
    warmup_steps: int = 60
    resumed_rate: float = 0.6  # a resumed training reaches this share of the full rates
