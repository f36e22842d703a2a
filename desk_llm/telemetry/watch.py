"""Watch: what the engine's steps add up to: the speed over context, history, and slowdowns.

It listens to the Sampler, on the telemetry thread, and tells an `Insight` when it has changed.
"""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desk_llm.engine.types import EngineStats, ModelInfo, Step, Timings
from desk_llm.events import Event
from desk_llm.telemetry import bandwidth
from desk_llm.telemetry.curve import Point, SpeedCurve
from desk_llm.telemetry.devices import by_device
from desk_llm.telemetry.expected import CPU, bound_tok_s, bytes_per_token
from desk_llm.telemetry.history import SpeedHistory, SpeedRecord, fingerprint_of, setup_of
from desk_llm.telemetry.machine import Machine
from desk_llm.telemetry.slowdown import Expectation, Slowdown, SlowdownDetector
from desk_llm.telemetry.steps import is_plain, newer
from desk_llm.telemetry.types import Sample

log = logging.getLogger("desk.telemetry")

LEAST_REPLY_STEPS = 16  # a shorter reply says little about the speed
MACHINE_SAMPLES = 5
IDLE_SAMPLES = 5  # seconds of quiet before the memory is measured
REPLY_STEPS = 4096

ReadShare = Callable[[ModelInfo], float | None]


class StepSource(Protocol):
    """The engine."""

    def steps(self) -> tuple[Step, ...]: ...


@dataclass(frozen=True, slots=True)
class Insight:
    """What the panel shows of one model; replaced as a whole."""

    model: str = ""
    session: tuple[Point, ...] = ()
    replies: tuple[Point, ...] = ()
    best: float | None = None
    middle: float | None = None
    slowdown: Slowdown | None = None


def all_weights(info: ModelInfo) -> float | None:
    """The share of the weights that one token reads; None: experts, of which nobody knows."""
    return None if "moe" in info.architecture.lower() else 1.0


class Watch:
    """`insight` may be read on any thread; `changed` comes from the telemetry thread."""

    def __init__(
        self,
        engine: StepSource,
        history: SpeedHistory,
        cache: Path | None = None,
        read_share: ReadShare = all_weights,
    ) -> None:
        self.changed: Event[Insight] = Event()
        self.insight = Insight()
        self._engine = engine
        self._history = history
        self._read_share = read_share
        self._samples: collections.deque[Sample] = collections.deque(maxlen=MACHINE_SAMPLES)
        self._bandwidth = _CpuBandwidth(cache)
        self._models: dict[str, _Watched] = {}  # of those that are loaded
        self._current = ""
        self._newest = 0.0  # the end of the newest step seen
        self._last = Timings()

    def look(self, sample: Sample) -> None:
        """A new second. Telemetry thread; connect it to `Sampler.sampled`."""
        self._samples.append(sample)
        stats = sample.engine
        steps = newer(self._engine.steps(), self._newest)
        if steps:
            self._newest = steps[-1].time
        self._bandwidth.look(stats)
        model = self._choose(stats)
        if model is None:
            self._tell(Insight())
            return
        plain = [step for step in steps if is_plain(step)]
        if plain and model.is_known and _is_alone(stats, model.info):
            model.add(plain)
            self._judge(model, sample)
        model.is_known = True  # the steps before may be another model's
        if stats.last != self._last:
            self._last = stats.last
            newest = self._models.get(stats.model.key if stats.model is not None else "")
            if newest is not None:
                newest.end_reply(stats)
        self._tell(model.insight())

    def _choose(self, stats: EngineStats) -> _Watched | None:
        """The model that computes; between two replies the one that did; else the newest."""
        loaded = {info.key: info for info in (*stats.models, stats.model) if info is not None}
        for key in [key for key, one in self._models.items() if loaded.get(key) != one.info]:
            del self._models[key]
        for key, info in loaded.items():
            if key not in self._models:
                self._models[key] = _Watched(info, self._history)
                self._last = stats.last if info is stats.model else self._last
        running = {item.model for item in stats.queue if item.slot is not None}
        wanted = running.pop() if len(running) == 1 else self._current
        if wanted not in self._models:
            wanted = stats.model.key if stats.model is not None else ""
        if wanted != self._current and wanted in self._models:
            self._current = wanted
            self._models[wanted].is_known = False
        return self._models.get(wanted)

    def _judge(self, model: _Watched, sample: Sample) -> None:
        n_past = model.detector.n_past()
        gpus = by_device(sample.engine.devices, sample.gpus).items()
        bandwidths = {name: gpu.bandwidth for name, gpu in gpus if gpu.bandwidth}
        if self._bandwidth.bytes_per_s:
            bandwidths[CPU] = self._bandwidth.bytes_per_s
        share = self._read_share(model.info)
        reads = {} if share is None else bytes_per_token(model.info, n_past, share)
        bound = None if model.curve.is_well_known() else bound_tok_s(reads, bandwidths)
        expected = Expectation(model.curve.best_near(n_past), bound)
        model.detector.judge(expected, model.info, Machine.of(tuple(self._samples)))

    def _tell(self, insight: Insight) -> None:
        if insight != self.insight:
            self.insight = insight
            self.changed.emit(insight)


class _Watched:
    """A loaded model. Telemetry thread."""

    def __init__(self, info: ModelInfo, history: SpeedHistory) -> None:
        self.info = info
        self.is_known = False  # since the sample before
        self.detector = SlowdownDetector()
        self._setup, self._fingerprint = setup_of(info), fingerprint_of(info)
        self._history = history
        self.curve = SpeedCurve(self._setup, history.of_model(self._fingerprint))
        self._steps: collections.deque[Step] = collections.deque(maxlen=REPLY_STEPS)

    def add(self, plain: list[Step]) -> None:
        """New plain steps."""
        self._steps.extend(plain)
        self.curve.add_steps(plain)
        self.detector.add(plain)

    def end_reply(self, stats: EngineStats) -> None:
        """Keep what the newest reply reached by itself."""
        steps, self._steps = self._steps, collections.deque(maxlen=REPLY_STEPS)
        seconds = sum(step.seconds for step in steps)
        if len(steps) < LEAST_REPLY_STEPS or seconds <= 0:
            return
        record = SpeedRecord(
            made_at=time.time(),
            model=self.info.name,
            fingerprint=self._fingerprint,
            setup=self._setup,
            n_past=steps[len(steps) // 2].n_past,
            decode_tok_s=len(steps) / seconds,
            prefill_tok_s=stats.last.prefill_tok_s,
            ttft_s=stats.last.ttft_s,
            n_tokens=stats.last_usage.completion_tokens,
        )
        self.curve.add_reply(record)
        self._history.add(record)

    def insight(self) -> Insight:
        """What is known now."""
        curve = self.curve
        return Insight(
            self.info.key,
            curve.session(),
            curve.replies(),
            curve.best(),
            curve.middle(),
            self.detector.found,
        )


def _is_alone(stats: EngineStats, info: ModelInfo) -> bool:
    """No other model computes at this moment: a step does not say whose it is."""
    return all(item.slot is None or item.model == info.key for item in stats.queue)


class _CpuBandwidth:
    """The figure of the file, else a measurement in the first quiet seconds."""

    def __init__(self, folder: Path | None) -> None:
        self.bytes_per_s: float | None = None
        self._folder = folder
        self._is_read = folder is None
        self._idle = 0

    def look(self, stats: EngineStats) -> None:
        """Every second."""
        if not self._is_read and self._folder is not None:
            self._is_read = True
            self.bytes_per_s = bandwidth.stored(self._folder)
        if self.bytes_per_s is not None or self._folder is None:
            return
        self._idle = 0 if stats.running or stats.waiting or stats.model is None else self._idle + 1
        if self._idle == IDLE_SAMPLES:
            threading.Thread(target=self._measure, name="bandwidth", daemon=True).start()

    def _measure(self) -> None:
        try:
            self.bytes_per_s = bandwidth.measure()
        except Exception:
            log.exception("the memory bandwidth was not measured")
            return
        if self.bytes_per_s is not None and self._folder is not None:
            log.info("memory bandwidth: %.1f GB/s", self.bytes_per_s / 1e9)
            bandwidth.store(self._folder, self.bytes_per_s)
