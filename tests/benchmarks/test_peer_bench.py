r"""Our engine against llama-server and xllamacpp: streams, first token, prefixes, long prompts.

python3 run.py test -m bench tests/benchmarks/test_peer_bench.py -s -p no:randomly \
    -o faulthandler_timeout=0

DESK_LLM_BENCH_MODEL       a GGUF file; `python -m tests.benchmarks.synthetic FILE` makes one
DESK_LLM_LLAMA_SERVER      llama-server of the same source and flags as the installed engine:
    pip download --no-deps --no-binary :all: llama-cpp-python==0.3.36 && tar xf llama_cpp_python-*
    cd llama_cpp_python-*/vendor/llama.cpp
    cmake -B b -DCMAKE_BUILD_TYPE=Release -DLLAMA_BUILD_TESTS=OFF \
        -DCMAKE_C_FLAGS="-fno-tree-dse -fno-dse" -DCMAKE_CXX_FLAGS="-fno-tree-dse -fno-dse"
    cmake --build b -j --target llama-server llama-bench      (b/bin/llama-server; flags: GCC < 14)
DESK_LLM_XLLAMACPP_PYTHON  the Python of an environment with `pip install xllamacpp`. The wheel for
    Linux is compiled for AVX2 and its revision of llama.cpp is its own. For a comparison with equal
    instruction sets build libllama with -DGGML_NATIVE=OFF and name its folder in
    LLAMA_CPP_LIB_PATH, which makes the binding load it.
DESK_LLM_BENCH_ROUNDS      pairs of each measurement (5)
DESK_LLM_BENCH_PATIENCE    seconds to wait for a quiet computer (8); 0: measure at once and once
DESK_LLM_BENCH_THREADS     compute threads of each side (all cores)

Ours runs in this process and is asked through `Engine.submit`; the peers run in their own process
and are asked over HTTP on this machine: the comparison includes what HTTP costs them, and nothing
that a server of ours would cost. All have the same file, context, slots, threads, batch size, flash
attention and samplers, an empty cache before each measurement, and nothing else to do meanwhile.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from desk_llm.engine.pace import StepPace
from tests.benchmarks.peers import scenarios
from tests.benchmarks.peers.ours import Ours
from tests.benchmarks.peers.quiet import measure
from tests.benchmarks.peers.reply import Load, Side
from tests.benchmarks.peers.rounds import ROUNDS, Pairs, header, interleave
from tests.benchmarks.peers.server import HttpPeer, llama_server, xllamacpp

pytestmark = pytest.mark.bench

STREAMS = (1, 4, 8, 16)
PROMPTS = (64, 1024)
CHAT_ROUNDS = max(1, ROUNDS // 2)
N_THREADS = int(os.environ.get("DESK_LLM_BENCH_THREADS") or os.cpu_count() or 1)
N_CTX = 8192


def _needed(variable: str, what: str) -> str:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} names no {what}; see the docstring of this file")
    return value


@pytest.fixture(scope="module")
def model() -> str:
    return _needed("DESK_LLM_BENCH_MODEL", "GGUF file")


@pytest.fixture(scope="module")
def sixteen(model: str) -> Load:
    return Load(model, N_CTX, 16, N_THREADS)


@pytest.fixture(scope="module")
def four(model: str) -> Load:
    return Load(model, N_CTX, 4, N_THREADS)


@pytest.fixture(scope="module")
def many(sixteen: Load) -> Iterator[Ours]:
    with closing(Ours(sixteen)) as ours:
        scenarios.warm_up(ours)
        yield ours


@pytest.fixture
def few(four: Load) -> Iterator[Ours]:
    with closing(Ours(four)) as ours:
        scenarios.warm_up(ours)
        yield ours


@pytest.fixture
def server(sixteen: Load, tmp_path: Path) -> Iterator[HttpPeer]:
    """16 slots, no copies of idle slots in RAM: nothing here has a use for them."""
    program = _needed("DESK_LLM_LLAMA_SERVER", "llama-server")
    with closing(llama_server(program, sixteen, tmp_path, ("--cache-ram", "0"))) as peer:
        scenarios.warm_up(peer)
        yield peer


@pytest.fixture
def chat_server(four: Load, tmp_path: Path) -> Iterator[HttpPeer]:
    """4 slots and the prompt cache that llama-server has by default."""
    program = _needed("DESK_LLM_LLAMA_SERVER", "llama-server")
    with closing(llama_server(program, four, tmp_path)) as peer:
        scenarios.warm_up(peer)
        yield peer


@pytest.fixture
def xl(sixteen: Load, tmp_path: Path) -> Iterator[HttpPeer]:
    python = _needed("DESK_LLM_XLLAMACPP_PYTHON", "Python that has xllamacpp")
    with closing(xllamacpp(python, sixteen, tmp_path)) as peer:
        scenarios.warm_up(peer)
        said = (tmp_path / "xllamacpp.log").read_text(errors="replace").splitlines()
        print("\nxllamacpp:", next((line for line in said if "AVX" in line or "NEON" in line), "?"))
        yield peer


def _compare(ours: Ours, peer: HttpPeer) -> None:
    """Streams and first tokens, one table."""
    print(header(f"ours / {peer.name}, {ROUNDS} pairs, {N_THREADS} threads", "ours", peer.name))
    for n in STREAMS:
        pairs = [
            Pairs(f"{n} streams, all decoding", "tok/s"),
            Pairs(f"{n} streams, with their prompts", "tok/s"),
        ]
        _run(pairs, ours, peer, partial(_streams, n))
    for n in PROMPTS:
        pairs = [Pairs(f"first token, prompt of {n} tokens (less is better)", "ms")]
        _run(pairs, ours, peer, partial(_first_token, n))


def _streams(n: int, side: Side, number: int) -> tuple[float, ...]:
    return scenarios.streams(side, n, number)


def _first_token(n_prompt: int, side: Side, number: int) -> tuple[float, ...]:
    return scenarios.first_token(side, n_prompt, number)


def _run(
    pairs: list[Pairs],
    ours: Side,
    peer: Side,
    work: Callable[[Side, int], tuple[float, ...]],
    rounds: int = ROUNDS,
) -> None:
    interleave(pairs, partial(work, ours), partial(work, peer), peer.pids, rounds)
    for pair in pairs:
        print(pair.row(), flush=True)


def test_against_llama_server(many: Ours, server: HttpPeer) -> None:
    _compare(many, server)


def test_against_xllamacpp(many: Ours, xl: HttpPeer) -> None:
    _compare(many, xl)


def test_prefixes_against_llama_server(few: Ours, chat_server: HttpPeer) -> None:
    names = ("cold", "same beginning, first chat still answered", "next turn")
    pairs = [Pairs(f"{name} (less is better)", "ms") for name in names]
    pairs += [Pairs(f"{name}, share of cold", "x") for name in names[1:]]
    cached: dict[str, list[tuple[int, int]]] = {}

    def work(side: Side, number: int) -> tuple[float, ...]:
        chat = scenarios.chat(side, number)
        cached.setdefault(side.name, []).append((chat.n_other_cached, chat.n_next_cached))
        other, following = chat.other_chat, chat.next_turn
        return chat.cold, other, following, other / chat.cold, following / chat.cold

    print(header(f"chat of {scenarios.CHAT_TOKENS} tokens", "ours", chat_server.name))
    _run(pairs, few, chat_server, work, CHAT_ROUNDS)
    for name, counts in cached.items():
        print(f"{name}: cached tokens (other chat, next turn) {counts}")


def test_long_prompt_among_streams(
    few: Ours, chat_server: HttpPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(
        f"\n3 streams decode, a prompt of {scenarios.LONG_TOKENS} tokens comes in "
        f"(medians of {CHAT_ROUNDS} rounds; gaps as multiples of the usual gap)\n"
        f"{'':28s} usual ms  median  worst   TTFT s  / unloaded  cores of others"
    )
    runs: dict[str, list[tuple[scenarios.Intrusion, float, float]]] = {}
    for number in range(CHAT_ROUNDS):
        for label, side in (("ours", few), (chat_server.name, chat_server)):
            runs.setdefault(label, []).append(_intrude(side, chat_server, number))
        with monkeypatch.context() as patch:
            # As if prompts were not cut to size: as many rows as a batch holds.
            patch.setattr(StepPace, "chunk_rows", lambda *_args, **_options: 1 << 20)
            label = "ours, whole batches"
            runs.setdefault(label, []).append(_intrude(few, chat_server, number))
    for label, results in runs.items():
        print(_intrusion_row(label, results))
    whole = [one[0].ttft for one in runs["ours, whole batches"]]
    ratios = [one[0].ttft / b for one, b in zip(runs["ours"], whole, strict=True)]
    print(f"long prompt's TTFT, ours / whole batches: {statistics.median(ratios):.3f}")


def _intrude(side: Side, peer: Side, number: int) -> tuple[scenarios.Intrusion, float, float]:
    (unloaded_ms,), _ = measure(
        lambda: scenarios.first_token(side, scenarios.LONG_TOKENS, number), peer.pids
    )
    found, others = measure(lambda: scenarios.intrusion(side, number), peer.pids)
    return found, unloaded_ms / 1e3, others


def _intrusion_row(label: str, results: list[tuple[scenarios.Intrusion, float, float]]) -> str:
    def middle(of: Callable[[scenarios.Intrusion], float]) -> float:
        return statistics.median(of(one) for one, _unloaded, _others in results)

    loaded = statistics.median(one.ttft / unloaded for one, unloaded, _others in results)
    return (
        f"{label:28s} {middle(lambda o: o.usual) * 1e3:8.1f} "
        f"{middle(lambda o: o.median / o.usual):7.1f} {middle(lambda o: o.worst / o.usual):6.1f} "
        f"{middle(lambda o: o.ttft):8.2f} {loaded:10.2f} "
        f"{max(others for *_rest, others in results):13.2f}"
    )
