"""Sampler: the thread that makes one Sample per second and keeps the last ten minutes."""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable, Iterable

from desk_llm.engine.engine import Engine
from desk_llm.events import Event
from desk_llm.telemetry.devices import EngineDevices
from desk_llm.telemetry.types import GpuProvider, GpuSample, Sample

log = logging.getLogger("desk.telemetry")

HISTORY = 600
MAX_FAILURES = 2

MakeProvider = Callable[[], GpuProvider]


def _nvidia() -> GpuProvider:
    from desk_llm.telemetry.nvidia import Nvidia

    return Nvidia()


class Sampler:
    """`sampled` is emitted on the thread "telemetry"; `history` is safe to copy anywhere.

    The first GPU provider that can be made is used; behind them all stand the engine's devices.
    """

    def __init__(
        self,
        engine: Engine,
        interval: float = 1.0,
        providers: Iterable[MakeProvider] = (_nvidia,),
    ) -> None:
        self.sampled: Event[Sample] = Event()
        self.history: collections.deque[Sample] = collections.deque(maxlen=HISTORY)
        self._engine = engine
        self._interval = interval
        self._makers: collections.deque[MakeProvider] = collections.deque(providers)
        self._makers.append(lambda: EngineDevices(engine.stats))
        self._provider: GpuProvider | None = None
        self._failures = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)

    def start(self) -> None:
        """Start sampling. Once."""
        self._thread.start()

    def close(self, timeout: float = 2.0) -> None:
        """End the thread. Idempotent."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                log.warning("the telemetry thread is late")

    # ── the telemetry thread ─────────────────────────────────────────────

    def _run(self) -> None:
        try:
            self._sample_until_stopped()
        except Exception:
            log.exception("telemetry ended")
        finally:
            self._drop_provider()

    def _sample_until_stopped(self) -> None:
        from desk_llm.telemetry.system import System  # psutil: not at the start of the window

        system = System()
        next_at = time.monotonic() + self._interval
        while not self._stop.wait(max(0.0, next_at - time.monotonic())):
            now = time.monotonic()
            next_at += self._interval
            if next_at < now:  # the laptop slept: do not catch up on the seconds it missed
                next_at = now + self._interval
            machine = system.sample()
            self._engine.make_way(machine.cores_of_others)
            sample = Sample(
                time=now,
                cpu_percent=machine.cpu_percent,
                process_cpu_percent=machine.process_cpu_percent,
                memory_total=machine.memory_total,
                memory_used=machine.memory_used,
                memory_ours=machine.memory_ours,
                gpus=self._gpus(),
                engine=self._engine.stats(),
                memory_ours_file=machine.memory_ours_file,
                swap_bytes_s=machine.swap_bytes_s,
                page_reads_s=machine.page_reads_s,
            )
            self.history.append(sample)
            self.sampled.emit(sample)

    def _gpus(self) -> tuple[GpuSample, ...]:
        while self._provider is None and self._makers:
            try:
                self._provider = self._makers.popleft()()
                self._failures = 0
            except (OSError, RuntimeError) as error:
                log.info("no GPU numbers from one source: %s", error)
        if self._provider is None:
            return ()
        try:
            gpus = self._provider.sample()
        except (OSError, RuntimeError) as error:
            self._failures += 1
            if self._failures == MAX_FAILURES:
                log.warning("%s is switched off: %s", self._provider.name, error)
                self._drop_provider()
            return ()
        self._failures = 0
        return gpus

    def _drop_provider(self) -> None:
        provider, self._provider = self._provider, None
        if provider is not None:
            provider.close()
