"""`desk-llm bench`: measure speed or load, and look at the runs that were kept."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import asdict
from pathlib import Path

from desk_llm import log
from desk_llm.benchmark import compare, plot, report, tables
from desk_llm.benchmark.service import BenchmarkService
from desk_llm.benchmark.store import BenchmarkStore
from desk_llm.benchmark.types import (
    BenchmarkRun,
    LoadOptions,
    LoadSpec,
    Progress,
    Spec,
    SpeedSpec,
)
from desk_llm.cli.bench_arguments import flash_attn
from desk_llm.cli.progress import ProgressLine
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, DiskProblem, RequestError
from desk_llm.paths import Paths
from desk_llm.services import Core
from desk_llm.storage.database import Database

_LOOK_S = 0.2


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """The verb. Raises DeskError, and KeyboardInterrupt when it was stopped."""
    log.setup(None, getattr(arguments, "log_level", "warning"))
    if arguments.what in ("speed", "load"):
        return _measure(arguments, paths)
    verbs: dict[str, Callable[[argparse.Namespace, BenchmarkStore], None]] = {
        "list": _list,
        "show": _show,
        "compare": _compare,
        "delete": _delete,
    }
    with _opened_store(paths) as store:
        verbs[arguments.what](arguments, store)
    return 0


# ── measuring ────────────────────────────────────────────────────────────


def _measure(arguments: argparse.Namespace, paths: Paths) -> int:
    _check_outputs(arguments)
    with _opened_store(paths) as store:
        core = Core.open(paths)
        service = BenchmarkService(core.engine, core.loader, core.library, store)
        try:
            core.library.refresh()
            spec = _spec(arguments, core.settings.current.models.last, core)
            key = getattr(arguments, "api_key", "") or os.environ.get("DESK_LLM_API_KEY", "")
            ran = _follow(service, spec, key, is_kept=not arguments.no_store)
        finally:
            service.close()
            core.close()
    _write(arguments, ran)
    if not ran.is_complete:
        raise KeyboardInterrupt
    return 0


def _spec(arguments: argparse.Namespace, last: str, core: Core) -> Spec:
    load = LoadOptions(
        n_threads=arguments.threads,
        n_gpu_layers=arguments.gpu_layers,
        n_ctx=arguments.ctx,
        n_slots=arguments.slots,
        type_kv=arguments.kv_type,
        flash_attn=flash_attn(arguments),
    )
    if getattr(arguments, "url", ""):
        model = arguments.api_model
    elif arguments.model:
        model = arguments.model
    else:
        model = core.library.usable(last).id
    if arguments.what == "speed":
        return SpeedSpec(
            model, arguments.prompt, arguments.gen, arguments.depth, arguments.reps, load
        )
    return LoadSpec(
        model=model,
        url=arguments.url,
        concurrency=arguments.concurrency,
        n_requests=arguments.requests,
        rate=arguments.rate,
        input_tokens=arguments.input_tokens,
        output_tokens=arguments.output_tokens,
        timeout_s=arguments.timeout,
        load=load,
    )


def _follow(service: BenchmarkService, spec: Spec, key: str, *, is_kept: bool) -> BenchmarkRun:
    """Wait for the end with a line of progress; Ctrl-C ends it and keeps what was measured."""
    line = ProgressLine()
    future = service.start(spec, key, is_kept=is_kept)
    try:
        while True:
            try:
                return _wait(future, service, line)
            except KeyboardInterrupt:
                service.cancel()
    finally:
        line.clear()


def _wait(
    future: Future[BenchmarkRun], service: BenchmarkService, line: ProgressLine
) -> BenchmarkRun:
    while True:
        try:
            return future.result(_LOOK_S)
        except FutureTimeout:
            if future.done():
                raise
            progress = service.state.progress
            if progress is not None:
                line.show(_progress_text(progress, spec=service.state.spec))


def _progress_text(progress: Progress, spec: Spec | None) -> str:
    if progress.stage == "load":
        return f"Loading the model… {progress.fraction:.0%}"
    if progress.stage == "warm-up":
        return "Warming up…"
    label = progress.label
    if isinstance(spec, LoadSpec):
        label = f"{label} stream{'s' if label != '1' else ''}"
    left = "" if progress.remaining_s is None else f" · {_duration(progress.remaining_s)} left"
    return f"{progress.fraction:4.0%} · {label} · {progress.done}/{progress.total}{left}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


# ── writing ──────────────────────────────────────────────────────────────


def _check_outputs(arguments: argparse.Namespace) -> None:
    """A folder that is missing is said before the run, not after it."""
    if arguments.json and arguments.markdown == "-":
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "JSON and Markdown cannot both be printed."),
            QT_TRANSLATE_NOOP("errors", "Give --markdown a file."),
        )
    for path in _files(arguments):
        if not path.absolute().parent.is_dir():
            raise DiskProblem(
                QT_TRANSLATE_NOOP("errors", "There is no folder {folder}."),
                folder=path.absolute().parent,
            )


def _files(arguments: argparse.Namespace) -> Iterator[Path]:
    if arguments.csv is not None:
        yield arguments.csv
    if arguments.plot is not None:
        yield arguments.plot
    if arguments.markdown not in (None, "-"):
        yield Path(arguments.markdown)


def _write(arguments: argparse.Namespace, ran: BenchmarkRun) -> None:
    if arguments.csv is not None:
        _save(arguments.csv, report.to_csv(ran))
    if arguments.plot is not None:
        _save(arguments.plot, plot.svg(ran))
    if arguments.markdown not in (None, "-"):
        _save(Path(arguments.markdown), report.markdown(ran))
    if arguments.json:
        print(report.to_json_text(ran))
    elif arguments.markdown == "-":
        print(report.markdown(ran), end="")
    else:
        print(report.text(ran), end="")


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "{path} cannot be written."), "", str(error), path=path
        ) from error
    print(f"Written: {path}", file=sys.stderr)


# ── the runs that were kept ──────────────────────────────────────────────


@contextlib.contextmanager
def _opened_store(paths: Paths) -> Iterator[BenchmarkStore]:
    """The history's database; where it cannot be opened, one in memory and a sentence."""
    database = Database.open_or_temporary(paths.database)
    if database.problem is not None:
        print(f"desk-llm: {database.problem}", file=sys.stderr)
    try:
        yield BenchmarkStore(database)
    finally:
        database.close()


def _list(arguments: argparse.Namespace, store: BenchmarkStore) -> None:
    runs = store.list()
    if arguments.json:
        print(json.dumps([report.to_dict(one) for one in runs], ensure_ascii=False, indent=2))
    elif not runs:
        print("There are no benchmarks yet.", file=sys.stderr)
    else:
        rows = tuple(
            (str(one.id), report.when(one), one.kind, one.model, report.headline(one))
            for one in runs
        )
        titles = ("ID", "When", "Kind", "Model", "Result")
        print(report.plain_table(tables.Table(titles, rows)))


def _show(arguments: argparse.Namespace, store: BenchmarkStore) -> None:
    _check_outputs(arguments)
    _write(arguments, store.get(arguments.ids[0]))


def _compare(arguments: argparse.Namespace, store: BenchmarkStore) -> None:
    before, after = (store.get(one) for one in arguments.ids)
    if not arguments.json:
        print(report.comparison(before, after), end="")
        return
    found = compare.compare(before, after)
    changes = [{**asdict(one), "percent": one.percent} for one in found.changes]
    value = {
        "before": before.id,
        "after": after.id,
        "differences": list(found.differences),
        "changes": changes,
    }
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _delete(arguments: argparse.Namespace, store: BenchmarkStore) -> None:
    problems: list[DeskError] = []
    for one in arguments.ids:
        try:
            store.get(one)
        except DeskError as error:
            problems.append(error)
        else:
            store.delete(one).result()
            print(f"Deleted: {one}", file=sys.stderr)
    if problems:
        raise problems[0]
