"""Speed of one stream: prefill (pp) and decode (tg) tokens/s by length and depth of context.

Like llama-bench: "pp512" computes 512 prompt tokens, "tg128" generates 128 tokens one by one,
"@ d4096" does either behind 4,096 tokens that are in the KV cache already and are not timed.
The seconds are those of the engine thread. Prompts are random words, new ones every time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from desk_llm.benchmark import statistics
from desk_llm.benchmark.control import Notes, Plan, RunControl
from desk_llm.benchmark.prompts import PromptMaker
from desk_llm.benchmark.types import Progress, SpeedResult, SpeedRow, SpeedSpec
from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Result
from desk_llm.engine.types import FinishReason, GenerationRequest, ModelInfo, SamplingParams
from desk_llm.errors import QT_TRANSLATE_NOOP, EngineStopped

_WARM_UP_TOKENS = 64
_ALMOST = 0.9  # of the depth must come from the cache for a figure at that depth


class SpeedTest:
    """One run; `result` is what is known so far."""

    def __init__(
        self,
        engine: Engine,
        info: ModelInfo,
        spec: SpeedSpec,
        control: RunControl,
        rng: random.Random | None = None,
    ) -> None:
        self._engine = engine
        self._key = info.key
        self._spec = spec
        self._control = control
        self._prompts = PromptMaker(self._count, rng)
        self._n_special = 0  # BOS and its like, which the model adds to every prompt
        self._n_asked = 0
        self._samples: dict[tuple[str, int, int], list[float]] = {}
        self._notes = Notes()
        self._plan = Plan([(kind, size + depth / 8) for kind, size, depth in self._tests()])

    @property
    def result(self) -> SpeedResult:
        """The tests that have a sample, in the order of the specification."""
        rows = (_row(test, samples) for test, samples in self._samples.items())
        return SpeedResult(tuple(rows), self._notes.all())

    def run(self) -> SpeedResult:
        """Measure everything. Raises Cancelled and whatever the engine raises."""
        self._control.tell(Progress("warm-up", total=self._plan.total))
        self._warm_up()
        for kind, size, depth in self._tests():
            self._tell(_name(kind, size, depth))
            started = time.perf_counter()
            measure = self._decode if kind == "tg" else self._prefill
            self._samples.setdefault((kind, size, depth), []).append(measure(size, depth))
            self._plan.finish(time.perf_counter() - started)
            self._control.tell_result(self.result)
        return self.result

    def _tests(self) -> Iterator[tuple[str, int, int]]:
        """Rounds, not blocks: a machine that grows warm slows all tests alike."""
        for _rep in range(self._spec.reps):
            for depth in self._spec.depths:
                yield from (("pp", size, depth) for size in self._spec.prompts)
                yield from (("tg", size, depth) for size in self._spec.gens)

    def _tell(self, label: str) -> None:
        plan = self._plan
        self._control.tell(
            Progress("measure", label, plan.n_done, plan.total, plan.fraction(), plan.remaining_s())
        )

    # ── the measurements ─────────────────────────────────────────────────

    def _warm_up(self) -> None:
        text = self._prompts.text(_WARM_UP_TOKENS)
        usage = self._ask(text, 8).usage
        self._n_special = max(0, usage.prompt_tokens - self._count(text))

    def _prefill(self, size: int, depth: int) -> float:
        """Tokens/s of the prompt behind `depth` tokens."""
        if not depth:
            return self._ask(self._text(size), 1).timings.prefill_tok_s
        start = self._text(depth)
        self._ask(start, 1)
        result = self._ask(self._prompts.more(start, size), 1)
        if result.usage.cached_tokens < depth * _ALMOST:
            self._notes.add("depth_recomputed")
        return result.timings.prefill_tok_s

    def _decode(self, size: int, depth: int) -> float:
        """Tokens/s of the tokens after the first."""
        return self._ask(self._text(max(depth, 1)), size).timings.decode_tok_s

    def _text(self, n_tokens: int) -> str:
        return self._prompts.text(max(1, n_tokens - self._n_special))

    def _count(self, text: str) -> int:
        return len(self._control.wait(self._engine.tokenize(self._key, text)))

    def _ask(self, prompt: str, n_tokens: int) -> Result:
        self._control.check()
        self._n_asked += 1
        request = GenerationRequest(
            f"benchmark-{self._n_asked}",
            self._key,
            prompt=prompt,
            sampling=SamplingParams(temperature=0.0, max_tokens=n_tokens, ignore_eos=True),
            source="cli",
            client="Benchmark",
        )
        generation = self._engine.submit(request)
        with self._control.stopping(generation.abort):
            result = generation.result()
        self._control.check()
        if result.finish_reason is FinishReason.ABORT:
            raise unloaded()
        return result


def unloaded() -> EngineStopped:
    """Somebody else ended what was being measured."""
    return EngineStopped(
        QT_TRANSLATE_NOOP("errors", "The model was unloaded while it was measured."),
        QT_TRANSLATE_NOOP("errors", "Start the benchmark again."),
    )


def _name(kind: str, size: int, depth: int) -> str:
    return f"{kind}{size} @ d{depth}" if depth else f"{kind}{size}"


def _row(test: tuple[str, int, int], samples: list[float]) -> SpeedRow:
    kind, size, depth = test
    return SpeedRow(
        test=_name(kind, size, depth),
        kind="pp" if kind == "pp" else "tg",
        n_tokens=size,
        depth=depth,
        samples=tuple(samples),
        mean=statistics.mean(samples),
        stdev=statistics.stdev(samples),
    )
