"""`desk-llm models download`: fetch a model, with its progress on stderr; again goes on."""

from __future__ import annotations

import argparse
import shlex
import threading
from dataclasses import replace

from desk_llm.cli import columns, models_json
from desk_llm.cli.columns import say
from desk_llm.cli.progress import ProgressLine
from desk_llm.downloads.types import Download, DownloadState
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, EngineError, ModelNotFound, RequestError
from desk_llm.hub import names
from desk_llm.hub.types import DownloadSpec, QuantFiles
from desk_llm.models.types import ModelFile
from desk_llm.services import Core

_LOOK_S = 0.2
_PROJECTORS = ("F16", "BF16", "Q8_0")  # the first that is there


def download(arguments: argparse.Namespace, core: Core) -> int:
    """The verb. Raises KeyboardInterrupt when it was paused with Ctrl-C."""
    core.library.refresh()  # what is here already need not be fetched
    spec = _spec(arguments, core)
    say(f"{spec.title} · {columns.size(spec.size_bytes) if spec.size_bytes else 'size unknown'}")
    download_id = core.downloads.add(spec)
    try:
        done = _follow(core, download_id)
    except KeyboardInterrupt:
        _pause(arguments, core, download_id)
        raise
    core.library.refresh()
    file = _listed(core, done.path)
    if arguments.json:
        listed = models_json.model(file) if file is not None else None
        models_json.show({**models_json.download(done), "model": listed})
    else:
        print(done.path)
        if file is not None:
            say(f"Chat with it: desk-llm chat --model {shlex.quote(file.id)}")
    return 0


# ── what to fetch ────────────────────────────────────────────────────────


def _spec(arguments: argparse.Namespace, core: Core) -> DownloadSpec:
    network = core.settings.current.network
    found = names.parse(arguments.name, (network.endpoint, *network.endpoints))
    spec = core.hub.resolve(_with_quant(arguments.name, found, arguments.quant))
    if not arguments.with_projector:
        return spec
    if not isinstance(found, names.HubName):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "Only repositories of a Hub have projectors to choose.")
        )
    repo = core.hub.repo(found.repo)
    extra = core.hub.spec(repo, _projector(repo.projectors, found.repo))
    known = {one.target for one in spec.files}
    return replace(spec, files=(*spec.files, *(x for x in extra.files if x.target not in known)))


def _with_quant(name: str, found: names.Name, quant: str) -> str:
    if not quant:
        return name
    if isinstance(found, names.HubName) and not (found.quant or found.file):
        return f"{found.repo}:{quant}"
    if isinstance(found, names.OllamaName) and found.tag == "latest":
        return f"ollama:{found.namespace}/{found.model}:{quant}"
    raise RequestError(
        QT_TRANSLATE_NOOP("errors", "“{name}” says already which file it means."),
        QT_TRANSLATE_NOOP("errors", "Leave --quant away."),
        name=name[:120],
    )


def _projector(projectors: tuple[QuantFiles, ...], repo: str) -> QuantFiles:
    for label in _PROJECTORS:
        for one in projectors:
            if one.label.upper() == label:
                return one
    if projectors:
        return projectors[0]
    raise ModelNotFound(QT_TRANSLATE_NOOP("errors", "“{name}” has no projector."), name=repo)


# ── until it is there ────────────────────────────────────────────────────


def _follow(core: Core, download_id: str) -> Download:
    line, is_news = ProgressLine(), threading.Event()
    disconnect = core.downloads.changed.connect(lambda _none: is_news.set())
    try:
        while True:
            is_news.wait(_LOOK_S)
            is_news.clear()
            now = core.downloads.get(download_id)
            if now is None:
                raise _failed(None)
            if now.state is DownloadState.DONE:
                return now
            if now.state in (DownloadState.FAILED, DownloadState.PAUSED):
                raise _failed(now.error)
            line.show(_text(now))
    finally:
        disconnect()
        line.clear()


def _failed(error: DeskError | None) -> DeskError:
    return error or EngineError(QT_TRANSLATE_NOOP("errors", "The download ended too early."))


def _text(now: Download) -> str:
    if now.state is DownloadState.QUEUED:
        return "Starting…"
    if now.state is DownloadState.VERIFYING:
        return "Checking what came…"
    amount = columns.size(now.done_bytes)
    if now.total_bytes:
        share = now.done_bytes / now.total_bytes
        amount = f"{share:4.0%} · {amount} of {columns.size(now.total_bytes)}"
    if now.state is DownloadState.WAITING:
        when = f" in {columns.duration(now.retry_in_s)}" if now.retry_in_s is not None else ""
        return f"{amount} · {now.error or 'waiting'} Trying again{when}."
    rate = f" · {columns.size(now.bytes_per_s)}/s" if now.bytes_per_s else ""
    left = f" · {columns.duration(max(1.0, now.eta_s))} left" if now.eta_s is not None else ""
    return f"{amount}{rate}{left}"


def _pause(arguments: argparse.Namespace, core: Core, download_id: str) -> None:
    """Ctrl-C: what came stays, and the same command goes on at that byte."""
    core.downloads.pause(download_id)
    now = core.downloads.get(download_id)
    words = ["desk-llm", "models", "download", arguments.name]
    if arguments.quant:
        words += ["--quant", arguments.quant]
    if arguments.with_projector:
        words.append("--with-projector")
    done = columns.size(now.done_bytes) if now is not None else "0"
    say(f"Paused; {done} are kept. Go on with: {shlex.join(words)}")
    if arguments.json and now is not None:
        models_json.show({**models_json.download(now), "model": None})


def _listed(core: Core, path: str) -> ModelFile | None:
    return next((one for one in core.library.files if str(one.path) == path), None)
