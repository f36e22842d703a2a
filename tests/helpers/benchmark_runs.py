"""Benchmark runs with round numbers."""

from __future__ import annotations

from desk_llm.benchmark.types import (
    BenchmarkRun,
    Latency,
    LoadResult,
    LoadRow,
    LoadSpec,
    Machine,
    Setup,
    SpeedResult,
    SpeedRow,
    SpeedSpec,
)

MACHINE = Machine("Linux 6.1", "AMD Ryzen 9 7950X", 16, 32, 64 << 30, ("RTX 4090",))
SETUP = Setup("", "RTX 4090", 5 << 30, 8_200_000_000, 16, 37, 8192, 4, "f16", "f16", "auto")
MADE_AT = 1_760_000_000.0


def speed_run(factor: float = 1.0) -> BenchmarkRun:
    """1,000 and 50 tokens/s, half as much at a depth of 4,096; all times `factor`."""
    rows = []
    for depth, share in ((0, 1.0), (4096, 0.5)):
        for kind, size, tok_s in (("pp", 512, 1000.0), ("tg", 128, 50.0)):
            speed = tok_s * share * factor
            samples = (speed * 0.99, speed, speed * 1.01)
            name = f"{kind}{size} @ d{depth}" if depth else f"{kind}{size}"
            made = SpeedRow(
                name, "pp" if kind == "pp" else "tg", size, depth, samples, speed, speed / 100
            )
            rows.append(made)
    spec = SpeedSpec("demo", depths=(0, 4096))
    return _run(spec, SpeedResult(tuple(rows)))


def load_run(factor: float = 1.0) -> BenchmarkRun:
    """100 tokens/s with one stream, 300 with four, where one request fails."""

    def row(streams: int, errors: tuple[tuple[str, int], ...], tok_s: float, ms: float) -> LoadRow:
        n_failed = sum(count for _kind, count in errors)
        n_requests, s = 4 * streams, ms / 1000 / factor
        return LoadRow(
            concurrency=streams,
            n_requests=n_requests,
            n_ok=n_requests - n_failed,
            errors=errors,
            seconds=10.0 / factor,
            qps=tok_s * factor / 100,
            input_tokens=2560,
            output_tokens=1280,
            input_tok_s=tok_s * 2 * factor,
            output_tok_s=tok_s * factor,
            ttft=Latency(2 * s, s, 2 * s, 4 * s, 5 * s),
            tpot=Latency(s / 5, s / 5, s / 4, s / 3, s / 2),
            e2e=Latency(20 * s, 20 * s, 30 * s, 40 * s, 50 * s),
        )

    rows = (row(1, (), 100.0, 50.0), row(4, (("HTTP 500", 1),), 300.0, 100.0))
    return _run(LoadSpec("demo", concurrency=(1, 4)), LoadResult(rows))


def _run(spec: SpeedSpec | LoadSpec, result: SpeedResult | LoadResult) -> BenchmarkRun:
    return BenchmarkRun(
        made_at=MADE_AT,
        model="Demo · Q4_K_M",
        fingerprint="00ff",
        engine_build="0.3.36-abc",
        machine=MACHINE,
        setup=SETUP,
        spec=spec,
        result=result,
        seconds=12.5,
    )
