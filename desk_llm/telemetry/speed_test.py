"""SpeedTest: five seconds that tell how fast this machine will run a model it does not have yet.

Per device two figures: bytes/s at which writing a token reads weights, and FLOP/s at which a
prompt is read (2 per weight and token). A model of zeros is loaded in a child and computed with
the engine's own kernels. On a machine that is busy the figures say nothing and are not kept;
the plain bandwidth of the memory (bandwidth.py) then stands in for the CPU.
"""

from __future__ import annotations

import json
import logging
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Protocol

from desk_llm.engine.probe.probe import MEASURING, Probe
from desk_llm.engine.probe.results import Speed
from desk_llm.engine.types import ALL_LAYERS, DeviceInfo, LoadParams
from desk_llm.events import Event
from desk_llm.telemetry import bandwidth
from desk_llm.telemetry.gauge import Gauge
from desk_llm.telemetry.types import Sample

log = logging.getLogger("desk.telemetry")

CPU = "CPU"
SECONDS = 3.0  # of computing; starting and loading take the rest
CPU_GAUGE = Gauge(n_embd=2048, n_ff=5632, n_layers=11, n_head=32, n_head_kv=4)
GPU_GAUGE = Gauge(n_embd=8192, n_ff=28_672, n_layers=4, n_head=64, n_head_kv=8)
CREDIBLE = 0.25  # of the plain bandwidth: slower is a machine that does something else
TYPICAL = 0.6  # of the plain bandwidth is what decoding reaches on CPUs
RUNS = 3  # one at a start of the app: a busy moment does not decide for ever
QUIET_PERCENT, QUIET_S = 20.0, 10
_ROOM = 3  # times the model: its weights, a copy, and air
_FILE = "speeds.json"


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """By device, "CPU" among them; empty where nothing is known."""

    bytes_s: Mapping[str, float] = field(default_factory=dict)
    flop_s: Mapping[str, float] = field(default_factory=dict)
    n_runs: int = 0  # measurements that these are the best of

    def better_of(self, other: MachineFigures) -> MachineFigures:
        """The higher figure of each device: whatever else ran made it slower."""
        if not (self.n_runs and other.n_runs):
            return self if self.n_runs else other
        return MachineFigures(
            _higher(self.bytes_s, other.bytes_s),
            _higher(self.flop_s, other.flop_s),
            self.n_runs + other.n_runs,
        )


def _higher(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: max(one.get(name, 0.0), other.get(name, 0.0)) for name in {*one, *other}}


class ProbePort(Protocol):
    """engine/probe with the module MEASURING."""

    def measure(
        self, params: LoadParams, seconds: float, is_cancelled: Callable[[], bool]
    ) -> Speed | None: ...

    def close(self) -> None: ...


def _probe() -> ProbePort:
    return Probe(MEASURING)


class SpeedTest:
    """Any thread. `folder` None: nothing is kept."""

    def __init__(
        self,
        folder: Path | None,
        devices: Callable[[], tuple[DeviceInfo, ...]] = tuple,
        make_probe: Callable[[], ProbePort] = _probe,
    ) -> None:
        self.changed: Event[MachineFigures] = Event()
        self._folder = folder
        self._devices = devices
        self._make_probe = make_probe
        self._figures: MachineFigures | None = None
        self._lock = threading.Lock()
        self._quiet_s = 0
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def figures(self) -> MachineFigures:
        """What is known; a small file is read the first time."""
        if self._figures is None:
            self._figures = self._stored()
        return self._figures

    def ensure(self) -> None:
        """Measure in the background, if it was not done often enough. Returns at once."""
        is_known = self.figures.n_runs >= RUNS
        if self._thread is None and not is_known and not self._is_closed.is_set():
            self._thread = threading.Thread(target=self._run_quietly, name="speeds", daemon=True)
            self._thread.start()

    def look(self, sample: Sample) -> None:
        """Every second: after some quiet ones the machine is measured, at a few first starts."""
        engine = sample.engine
        is_quiet = not engine.running and not engine.waiting and sample.cpu_percent < QUIET_PERCENT
        self._quiet_s = self._quiet_s + 1 if is_quiet else 0
        if self._quiet_s == QUIET_S:
            self.ensure()

    def run(self) -> MachineFigures:
        """Measure now: some five seconds for the CPU, two more for each GPU."""
        with self._lock:
            figures = self.figures.better_of(self._measured())
            self._figures = figures
            self._store(figures)
        self.changed.emit(figures)
        return figures

    def close(self) -> None:
        """Give up what is measured. Idempotent."""
        self._is_closed.set()
        if self._thread is not None:
            self._thread.join()

    # ── measuring ────────────────────────────────────────────────────────

    def _run_quietly(self) -> None:
        try:
            self.run()
        except Exception:
            log.exception("the machine was not measured")

    def _measured(self) -> MachineFigures:
        plain = bandwidth.measure()
        bytes_s: dict[str, float] = {}
        flop_s: dict[str, float] = {}
        if plain is not None:
            bytes_s[CPU] = plain * TYPICAL
        for name, gauge, params in self._runs():
            speed = self._speed(gauge, params)
            if speed is None:
                continue
            read = speed.decode_tok_s * gauge.n_bytes
            if name == CPU and plain is not None and read < CREDIBLE * plain:
                log.info("busy: %.1f GB/s of %.1f", read / 1e9, plain / 1e9)
                continue
            bytes_s[name] = read
            flop_s[name] = speed.prefill_tok_s * 2 * gauge.n_params
        return MachineFigures(bytes_s, flop_s, n_runs=1 if flop_s else 0)

    def _runs(self) -> list[tuple[str, Gauge, LoadParams]]:
        import psutil  # not at the start of the window

        found = []
        if psutil.virtual_memory().available > _ROOM * CPU_GAUGE.n_bytes:
            found.append((CPU, CPU_GAUGE, _params(0)))
        devices = self._devices()
        for number, device in enumerate(devices):
            if device.memory_free > _ROOM * GPU_GAUGE.n_bytes:
                shares = tuple(float(n == number) for n in range(len(devices)))
                found.append((device.name, GPU_GAUGE, _params(ALL_LAYERS, shares)))
        return found

    def _speed(self, gauge: Gauge, params: LoadParams) -> Speed | None:
        probe = self._make_probe()
        try:
            with tempfile.TemporaryDirectory(prefix="desk-llm-") as folder:
                path = Path(folder, "gauge.gguf")
                gauge.write(path)
                return probe.measure(
                    replace(params, path=str(path)), SECONDS, self._is_closed.is_set
                )
        except OSError as error:
            log.info("the machine was not measured: %s", error)
            return None
        finally:
            probe.close()

    # ── the file ─────────────────────────────────────────────────────────

    def _stored(self) -> MachineFigures:
        if self._folder is None:
            return MachineFigures()
        try:
            found = json.loads((self._folder / _FILE).read_text(encoding="utf-8"))
            if found["machine"] != bandwidth.machine_id():
                return MachineFigures()
            bytes_s, flop_s = (
                {str(name): float(value) for name, value in found[kind].items() if value > 0}
                for kind in ("bytes_s", "flop_s")
            )
            return MachineFigures(bytes_s, flop_s, int(found["n_runs"]))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return MachineFigures()

    def _store(self, figures: MachineFigures) -> None:
        if self._folder is None or not figures.flop_s:
            return
        content = json.dumps({"machine": bandwidth.machine_id(), **asdict(figures)})
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self._folder / _FILE).write_text(content, encoding="utf-8")
        except OSError as error:
            log.info("the speed of the machine is not kept: %s", error)


def _params(n_gpu_layers: int, shares: tuple[float, ...] = ()) -> LoadParams:
    return LoadParams(
        "gauge",
        "",
        n_ctx=512,
        n_gpu_layers=n_gpu_layers,
        n_slots=1,
        use_mmap=False,  # a hole of the disk is read once, and then it is memory like any other
        tensor_split=shares,
        speculate=False,
    )
