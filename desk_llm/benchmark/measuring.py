"""Measurement: one run from its specification to its record; worker threads only."""

from __future__ import annotations

import time
from dataclasses import replace

from desk_llm.benchmark import machine, session
from desk_llm.benchmark.control import RunControl
from desk_llm.benchmark.engine_target import EngineTarget
from desk_llm.benchmark.load_test import LoadTest
from desk_llm.benchmark.speed import SpeedTest
from desk_llm.benchmark.types import (
    BenchmarkRun,
    LoadResult,
    LoadSpec,
    Machine,
    Setup,
    Spec,
    SpeedResult,
    SpeedSpec,
)
from desk_llm.benchmark.url_target import UrlTarget, public_url
from desk_llm.engine.engine import Engine
from desk_llm.engine.fingerprint import engine_build, fingerprint
from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem
from desk_llm.models.library.library import Library
from desk_llm.models.loading.loader import Loader
from desk_llm.models.types import ModelFile


class Measurement:
    """`run` is what is known so far; its results are told through the control."""

    def __init__(
        self, engine: Engine, loader: Loader, library: Library, spec: Spec, control: RunControl
    ) -> None:
        self._engine = engine
        self._loader = loader
        self._library = library
        self._control = control
        self.run = BenchmarkRun(
            made_at=time.time(),
            model=spec.model,
            fingerprint="",
            engine_build="",
            machine=Machine(),
            setup=Setup(),
            spec=spec,
            result=SpeedResult() if isinstance(spec, SpeedSpec) else LoadResult(),
        )

    def measure(self, api_key: str = "") -> None:
        """Do it. Raises Cancelled and DeskErrors."""
        spec = self.run.spec
        if isinstance(spec, LoadSpec) and spec.url:
            self._measure_server(spec, api_key)
        else:
            self._measure_model(spec)

    def _measure_model(self, spec: Spec) -> None:
        file = self._library.find(spec.model) if spec.model else self._library.usable()
        spec = replace(spec, model=file.id)
        self.run = replace(
            self.run,
            model=_name(file),
            fingerprint=_fingerprint(file),
            engine_build=engine_build(),
            spec=spec,
        )
        control = self._control
        with session.loaded(self._engine, self._loader, spec, control) as info:
            self.run = replace(self.run, machine=self._machine(), setup=session.setup_of(info))
            if isinstance(spec, SpeedSpec):
                control.tell_result(SpeedTest(self._engine, info, spec, control).run())
                return
            target = EngineTarget(self._engine, info, max(spec.concurrency), control)
            control.tell_result(LoadTest(target, spec, control).run())

    def _measure_server(self, spec: LoadSpec, api_key: str) -> None:
        target = UrlTarget(spec, api_key)
        self.run = replace(self.run, machine=self._machine())
        try:
            self._control.tell_result(LoadTest(target, spec, self._control).run())
        finally:
            self.run = replace(
                self.run,
                model=target.model,
                spec=replace(spec, url=public_url(spec.url), model=target.model),
                setup=Setup(server=target.server or "unknown"),
            )

    def _machine(self) -> Machine:
        return machine.describe(self._engine.stats().devices)


def _name(file: ModelFile) -> str:
    quant = file.info.quant if file.info else ""
    return f"{file.name} · {quant}" if quant else file.name


def _fingerprint(file: ModelFile) -> str:
    try:
        return fingerprint(file.path)
    except OSError as error:
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "The file {path} cannot be read."),
            "",
            str(error),
            path=file.path,
        ) from error
