"""How fast a model will be: bandwidth over bytes per token, arithmetic over FLOP/s.

    decode    bytes/s / bytes per token: writing one token reads every weight that it uses once,
              and the cache of the text so far (Pope et al. 2022, "Efficiently Scaling
              Transformer Inference", 2.1; kipply 2022, "Transformer Inference Arithmetic")
    prefill   FLOP/s / (2 x N): a multiplication and an addition per weight and token
              (Kaplan et al. 2020, "Scaling Laws for Neural Language Models", 2.1)
    TTFT      2 x P x N / FLOP/s for P tokens of prompt, and the first token's decode

N counts the weights that a token uses: of a mixture of experts the chosen ones. What was really
measured with this file replaces all of it; what was measured with others says by how much this
machine stays behind its figures (pace.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Protocol

from desk_llm.engine.types import LoadParams
from desk_llm.models.fit.buffers import context_for
from desk_llm.models.fit.formula import MemoryNeed
from desk_llm.models.fit.pace import Pace
from desk_llm.models.fit.read_share import read_share
from desk_llm.models.fit.reads import bytes_per_token, weights_read
from desk_llm.models.fit.types import Forecast
from desk_llm.models.types import GgufInfo

PROMPT_TOKENS = 1024
NEWEST = 20  # replies that count
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class MachineSpeed:
    """By device, "CPU" is the RAM's: bytes/s that decoding reads, FLOP/s that prefill reaches."""

    bytes_s: Mapping[str, float] = field(default_factory=dict)
    flop_s: Mapping[str, float] = field(default_factory=dict)


class SpeedSample(Protocol):
    """A reply that was measured; telemetry/history.py keeps them."""

    @property
    def decode_tok_s(self) -> float:
        """Of its plain steps."""

    @property
    def prefill_tok_s(self) -> float:
        """Of its prompt; 0 when there was nothing to read."""

    @property
    def setup(self) -> str:
        """What was loaded how, in words: "CPU, 0/36 layers, 8 threads, f16/f16"."""


def forecast(
    info: GgufInfo,
    params: LoadParams,
    need: MemoryNeed,
    machine: MachineSpeed,
    prompt_tokens: int = PROMPT_TOKENS,
) -> Forecast:
    """For a prompt of so many tokens, by the machine's figures."""
    n_prompt = min(prompt_tokens, context_for(info, params.n_ctx))
    decode = decode_tok_s(bytes_per_token(info, params, need, n_prompt), machine.bytes_s)
    used = weights_read(info, params, need)
    whole = sum(used.values())
    shares = {name: size / whole for name, size in used.items()}
    prefill = prefill_tok_s(active_params(info), shares, machine.flop_s)
    return Forecast(decode, prefill, ttft_s(n_prompt, prefill, decode), n_prompt)


def as_measured(expected: Forecast, replies: Sequence[SpeedSample]) -> Forecast:
    """With the speeds of replies of this setup, oldest first, where there are any."""
    newest = [one for one in replies if one.decode_tok_s > 0][-NEWEST:]
    if not newest:
        return expected
    decode = median(one.decode_tok_s for one in newest)
    fast = [one.prefill_tok_s for one in newest if one.prefill_tok_s > 0]
    prefill = median(fast) if fast else expected.prefill_tok_s
    ttft = ttft_s(expected.prompt_tokens, prefill, decode)
    return Forecast(decode, prefill, ttft, expected.prompt_tokens, is_measured=True)


def at_pace(expected: Forecast, pace: Pace) -> Forecast:
    """As other models of this machine really ran."""
    decode, prefill = expected.decode_tok_s, expected.prefill_tok_s
    decode = decode * pace.decode if decode is not None else None
    prefill = prefill * pace.prefill if prefill is not None else None
    ttft = ttft_s(expected.prompt_tokens, prefill, decode)
    return replace(expected, decode_tok_s=decode, prefill_tok_s=prefill, ttft_s=ttft)


def active_params(info: GgufInfo) -> float:
    """Weights that one token uses: N in the formulas.

    Of 8 experts that hold 80 % of the weights, 2 are used: 20 % + 80 % x 2/8 = 40 %.
    """
    return info.n_params * read_share(info)


def decode_tok_s(reads: Mapping[str, float], bytes_s: Mapping[str, float]) -> float | None:
    """Tokens per second; None where a device's bandwidth is not known.

    4.5 GiB of weights in RAM of 40 GiB/s, and half of them on a GPU of 400 GiB/s:

    >>> round(decode_tok_s({"CPU": 4.5 * GIB}, {"CPU": 40 * GIB}), 2)
    8.89
    >>> halves = {"CPU": 2.25 * GIB, "CUDA0": 2.25 * GIB}
    >>> round(decode_tok_s(halves, {"CPU": 40 * GIB, "CUDA0": 400 * GIB}), 2)
    16.16
    """
    if not reads or not reads.keys() <= bytes_s.keys():
        return None
    seconds = sum(size / bytes_s[device] for device, size in reads.items())
    return 1.0 / seconds if seconds > 0 else None


def prefill_tok_s(
    n_params: float, shares: Mapping[str, float], flop_s: Mapping[str, float]
) -> float | None:
    """Prompt tokens per second; `shares` says which part of the weights is on which device.

    An 8B model needs 16 GFLOP per token; a CPU of 400 GFLOP/s reads 25 tokens a second:

    >>> prefill_tok_s(8e9, {"CPU": 1.0}, {"CPU": 400e9})
    25.0
    """
    if not n_params or not shares or not shares.keys() <= flop_s.keys():
        return None
    seconds = sum(2.0 * n_params * share / flop_s[name] for name, share in shares.items())
    return 1.0 / seconds if seconds > 0 else None


def ttft_s(prompt_tokens: int, prefill: float | None, decode: float | None) -> float | None:
    """Seconds to the first token: 2 x P x N / FLOP/s, and one step of decoding.

    >>> ttft_s(1000, 25.0, 8.0)
    40.125
    """
    if prefill is None:
        return None
    return prompt_tokens / prefill + (1.0 / decode if decode else 0.0)
