"""The engine on a GPU: against llama-bench, the panel against nvidia-smi, out of memory, sampling.

On a computer with an NVIDIA GPU, its driver, the CUDA toolkit (nvcc), cmake and this checkout:

    python3 run.py test tests/benchmarks/gpu                    # sets up; the parts without a GPU
    .venv/bin/python -m tests.benchmarks.gpu.build /tmp/peer    # both sides, 10-30 min of compiling
    .venv/bin/python -m tests.benchmarks.gpu.compare MODEL.gguf \\
        --llama-bench /tmp/peer/build/bin/llama-bench

MODEL.gguf should fill a good part of the GPU (a 7B or 8B in Q4_K_M); the model that
`python -m tests.benchmarks.synthetic FILE` makes does for a first look, where Python weighs most.
The last command takes about 3 minutes and prints one table:

    tokens/s, 1 stream          greedy, all layers on the GPU, sampling included; llama-bench only
                                decodes. Pairs in turn; each loads the file for itself, so that a
                                GPU which holds it once is enough. Aim: 0.98 or more.
    prompt tokens/s             512 tokens. No aim.
    back-end sampling           tokens/s with the samplers in the graph against on the CPU, 1 and 8
                                streams. No aim: it tells where it pays.
    memory, power, temperature  the panel's source (NVML) against nvidia-smi while a reply is
                                written, for the whole GPU and for this process. Aim: within 2 %.
    a context too large         must end in a sentence, after which the engine loads and answers.

--no-gpu runs what works without one (the first two and the last line), to try the script itself.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from desk_llm.engine.engine import Engine
from desk_llm.engine.llama.context import MAX_N_CTX
from desk_llm.engine.sampling import backend
from desk_llm.engine.types import ALL_LAYERS, GenerationRequest, LoadParams, SamplingParams
from desk_llm.errors import DeskError
from desk_llm.telemetry.nvidia import Nvidia
from tests.benchmarks.gpu import reports
from tests.benchmarks.peers.scenarios import letters

KEY = "m"
N_GEN, N_PROMPT = 128, 512
SPEED_AIM, PANEL_AIM = 0.98, 0.02
PANEL_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Options:
    """The command line."""

    model: str
    llama_bench: str
    pairs: int
    has_gpu: bool


def parse(arguments: list[str] | None = None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", help="a GGUF file")
    parser.add_argument(
        "--llama-bench",
        default=os.environ.get("DESK_LLM_LLAMA_BENCH", ""),
        help="the program that tests.benchmarks.gpu.build made (DESK_LLM_LLAMA_BENCH)",
    )
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--no-gpu", action="store_true", help="try the script without a GPU")
    found = parser.parse_args(arguments)
    for path in (found.model, found.llama_bench):
        if not Path(path).is_file():
            parser.error(f"there is no file {path!r}")
    if found.pairs < 1:
        parser.error("--pairs must be 1 or more")
    return Options(found.model, found.llama_bench, found.pairs, not found.no_gpu)


def bench_command(options: Options) -> list[str]:
    """llama-bench with one test of the prompt and one of decoding."""
    sizes = ["-p", str(N_PROMPT), "-n", str(N_GEN), "-r", "1", "-o", "json"]
    layers = ["-ngl", "999" if options.has_gpu else "0"]
    return [options.llama_bench, "-m", options.model, *sizes, *layers]


def row(label: str, ours: float, theirs: float, unit: str, verdict: str) -> str:
    """One line of the table."""
    ratio = ours / theirs if theirs else float("nan")
    return f"{label:36s} {ours:10.2f} {theirs:10.2f} {unit:6s} {ratio:7.3f}  {verdict}"


def judged(is_reached: bool, aim: str) -> str:
    """The last column."""
    return f"{'reached' if is_reached else 'MISSED'} ({aim})"


def load(engine: Engine, options: Options, n_ctx: int = 4096) -> None:
    """Load with all layers on the GPU; says so when some are not."""
    n_layers = ALL_LAYERS if options.has_gpu else 0
    params = LoadParams(
        KEY, options.model, n_ctx=n_ctx, n_slots=8, n_gpu_layers=n_layers, speculate=False
    )
    info = engine.load(params).result(600)
    if options.has_gpu and (info.device == "CPU" or info.n_gpu_layers < info.n_layers):
        print(f"!! {info.n_gpu_layers} of {info.n_layers} layers on {info.device}")


def generate(engine: Engine, n_streams: int, prompt: str, n_tokens: int) -> tuple[float, float]:
    """(decode tokens/s of all streams, prompt tokens/s of the first)."""
    sampling = SamplingParams(temperature=0.0, max_tokens=n_tokens, ignore_eos=True)
    requests = [
        GenerationRequest(f"{n}", KEY, prompt=f"{n} {prompt}", sampling=sampling)
        for n in range(n_streams)
    ]
    timings = [one.result().timings for one in [engine.submit(request) for request in requests]]
    return sum(one.decode_tok_s for one in timings), timings[0].prefill_tok_s


def compare_speed(engine: Engine, options: Options) -> list[str]:
    """Ours and llama-bench in turn."""
    decode: list[tuple[float, float]] = []
    prefill: list[tuple[float, float]] = []
    peer = None
    for number in range(options.pairs):
        load(engine, options)
        generate(engine, 1, letters(N_PROMPT, "warm"), 16)
        _, prompt_tok_s = generate(engine, 1, letters(N_PROMPT, number), 2)
        tok_s, _ = generate(engine, 1, "Hello", N_GEN + 1)
        engine.unload(KEY).result(60)
        told = subprocess.run(bench_command(options), capture_output=True, text=True, check=True)
        rows = reports.llama_bench(told.stdout)
        peer = rows[0]
        decode.append((tok_s, next(one.tok_s for one in rows if one.n_gen)))
        prefill.append((prompt_tok_s, next(one.tok_s for one in rows if one.n_prompt)))
    assert peer is not None
    ratio = statistics.median(a / b for a, b in decode)
    verdict = judged(ratio >= SPEED_AIM, f"median of pairs {ratio:.3f}, aim {SPEED_AIM}")
    return [
        f"llama-bench {peer.commit}, {peer.backends}, {peer.gpu or 'no GPU'}; {len(decode)} pairs",
        row("tokens/s, 1 stream", *_medians(decode), "tok/s", verdict),
        row(f"prompt of {N_PROMPT}, tokens/s", *_medians(prefill), "tok/s", ""),
    ]


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    ours, theirs = zip(*pairs, strict=True)
    return statistics.median(ours), statistics.median(theirs)


@contextmanager
def sampling_on_the_cpu() -> Iterator[None]:
    """As if no chain could be given to the graph."""
    with mock.patch.object(backend, "attach", return_value=False):
        yield


def compare_sampling(engine: Engine, options: Options) -> list[str]:
    """Back-end sampling on and off, in turn."""
    load(engine, options)
    lines = []
    for n_streams in (1, 8):
        generate(engine, n_streams, "warm", 16)
        pairs = []
        for _ in range(options.pairs):
            with mock.patch.object(backend, "attach", wraps=backend.attach) as attached:
                on, _ = generate(engine, n_streams, "Hello", N_GEN)
            with sampling_on_the_cpu():
                off, _ = generate(engine, n_streams, "Hello", N_GEN)
            pairs.append((on, off))
        note = "" if attached.called else "(the engine attached no chain: both are the same)"
        lines.append(
            row(f"back-end sampling, {n_streams} streams", *_medians(pairs), "tok/s", note)
        )
    return lines


def compare_panel(engine: Engine) -> list[str]:
    """What the panel shows against nvidia-smi, while a reply is written."""
    sampling = SamplingParams(temperature=0.0, max_tokens=4000, ignore_eos=True)
    generation = engine.submit(GenerationRequest("p", KEY, prompt="Hello", sampling=sampling))
    pairs: dict[str, list[tuple[float, float]]] = {}
    with closing(Nvidia()) as panel:
        for _ in range(PANEL_LOOKS):
            time.sleep(0.5)  # power and clocks settle
            ours, theirs = panel.sample()[0], reports.nvidia_smi(_smi("gpu", reports.SMI_FIELDS))[0]
            processes = reports.nvidia_smi_processes(_smi("compute-apps", "pid,used_memory"))
            mib = 1 / reports.MIB
            looks = {
                "GPU memory, total (MiB)": (ours.memory_total * mib, theirs.memory_total * mib),
                "GPU memory, used (MiB)": (ours.memory_used * mib, theirs.memory_used * mib),
                "power (W)": (ours.power_w, theirs.power_w),
                "temperature (C)": (ours.temperature_c, theirs.temperature_c),
                "GPU memory, ours (MiB)": (
                    None if ours.memory_ours is None else ours.memory_ours * mib,
                    None if (own := processes.get(os.getpid())) is None else own * mib,
                ),
            }
            for label, (a, b) in looks.items():
                if a is not None and b is not None:
                    pairs.setdefault(label, []).append((a, b))
    generation.abort()
    generation.result()
    return [panel_row(label, looks) for label, looks in pairs.items()]


def panel_row(label: str, looks: list[tuple[float, float]]) -> str:
    """The panel and nvidia-smi, judged by the median of the relative differences."""
    error = statistics.median(abs(a - b) / b for a, b in looks)
    verdict = judged(error <= PANEL_AIM, f"off by {error:.1%}, aim {PANEL_AIM:.0%}")
    return row(label, *_medians(looks), "", verdict)


def _smi(what: str, fields: str) -> str:
    command = ["nvidia-smi", f"--query-{what}={fields}", f"--format={reports.SMI_FORMAT}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def overfill(engine: Engine, options: Options) -> list[str]:
    """Ask for more memory than there is; the engine must live on."""
    try:
        load(engine, options, n_ctx=MAX_N_CTX)
        said = f"MISSED: {MAX_N_CTX} tokens fit; use a larger model"
    except DeskError as error:
        said = f"“{error}”"
    load(engine, options)
    tok_s, _ = generate(engine, 1, "Hello", 16)
    return [f"a context of {MAX_N_CTX} tokens: {said}", f"afterwards: {tok_s:.1f} tok/s"]


def main() -> None:
    options = parse()
    print(f"{'':36s} {'ours':>10s} {'theirs':>10s} {'':6s} {'ratio':>7s}")
    with closing(Engine()) as engine:
        print("\n".join(compare_speed(engine, options)), flush=True)
        if options.has_gpu:
            print("\n".join(compare_sampling(engine, options)), flush=True)
            print("\n".join(compare_panel(engine)), flush=True)
        print("\n".join(overfill(engine, options)), flush=True)


if __name__ == "__main__":
    main()
