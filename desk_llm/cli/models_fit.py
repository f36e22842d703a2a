"""`desk-llm models fit`: whether a model fits into this computer, how, and how fast it would be."""

from __future__ import annotations

import argparse
from dataclasses import replace

from desk_llm.cli import columns, models_json
from desk_llm.cli.columns import say
from desk_llm.engine.types import ALL_LAYERS, LoadParams
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, ModelNotFound, RequestError
from desk_llm.hub import names, quants
from desk_llm.hub.advice import judge_info
from desk_llm.hub.remote_header import RemoteHeader
from desk_llm.hub.types import Repo
from desk_llm.models.fit.scaled import scaled
from desk_llm.models.fit.types import Evidence, Fit, Verdict
from desk_llm.models.types import ModelFile
from desk_llm.services import Core

VERDICTS = {
    Verdict.GPU: "all on the GPU",
    Verdict.SPLIT: "GPU and RAM",
    Verdict.CPU: "in RAM",
    Verdict.NO: "does not fit",
}
_EVIDENCE = {
    Evidence.FORMULA: "computed from the file's header",
    Evidence.SIMULATED: "simulated by llama.cpp",
    Evidence.MEASURED: "measured at an earlier load",
}


def fit(arguments: argparse.Namespace, core: Core) -> int:
    """The verb."""
    core.library.refresh()
    file, header = _target(arguments.model, core)
    params = _asked(arguments, core.fit.params(file))
    _know_the_machine(core)
    if params is None:
        found = (core.fit.best(file) if header is None else core.fit.remote(header)).result()
    elif header is None:
        found = core.fit.exact(file, params).result()
    else:
        found = core.fit.remote(header, params).result()
    if arguments.json:
        models_json.show(
            {
                "model": file.id if header is None else arguments.model,
                "name": file.name,
                "size_bytes": file.size_bytes,
                "is_local": header is None,
                **models_json.fit(found),
            }
        )
    else:
        print(_report(file, found))
    return 0


def quant_fits(core: Core, repo: Repo) -> dict[str, Fit]:
    """By the path of each quant: by formula, from the header of the smallest one."""
    if not repo.quants or not repo.is_readable:
        return {}
    base = repo.quants[0]
    try:
        known = core.hub.header(repo, base).info
    except DeskError as error:
        say(f"desk-llm: {error}")
        return {}
    _know_the_machine(core)
    free, found = core.fit.free_now(), {}
    for one in repo.quants:
        info = scaled(known, one.size_bytes / max(1, base.size_bytes), one.label)
        info = replace(info, name=one.label)
        found[one.path] = judge_info(core.fit, core.settings.current.engine, info, free)
    return found


def _know_the_machine(core: Core) -> None:
    """Its GPUs and, once in its life, its speed."""
    core.engine.start()
    core.engine.unload("").result()  # after it, the engine has looked for GPUs
    if not core.speeds.figures.bytes_s:
        say("Measuring how fast this computer is: once, for some seconds…")
        core.speeds.run()
    core.fit.read_known().result()


def _target(name: str, core: Core) -> tuple[ModelFile, RemoteHeader | None]:
    """A model that is here, else one on the Hub, of which only the header is read."""
    try:
        file = core.library.find(name)
    except ModelNotFound as error:
        network = core.settings.current.network
        try:
            found = names.parse(name, (network.endpoint, *network.endpoints))
        except RequestError:
            raise error from None
        if not isinstance(found, names.HubName):
            raise
        return _remote(found, core)
    if file.problem is not None:
        raise file.problem
    return file, None


def _remote(found: names.HubName, core: Core) -> tuple[ModelFile, RemoteHeader]:
    repo, wanted = core.hub.repo(found.repo), found.quant or found.file
    quant = quants.find_quant(repo.quants, wanted) if wanted else quants.default_quant(repo.quants)
    if quant is None:
        raise ModelNotFound(
            QT_TRANSLATE_NOOP("errors", "“{name}” has no “{quant}”."),
            QT_TRANSLATE_NOOP("errors", "It has: {quants}."),
            name=found.repo,
            quant=wanted or "GGUF",
            quants=", ".join(one.label for one in repo.quants) or "–",
        )
    header = core.hub.header(repo, quant)
    return header.file, header


def _asked(arguments: argparse.Namespace, params: LoadParams) -> LoadParams | None:
    """None: nothing is asked for, so the best that fits is looked for."""
    asked: dict[str, object] = {
        "n_ctx": arguments.ctx,
        "n_slots": arguments.slots,
        "type_k": arguments.kv_type,
        "type_v": arguments.kv_type,
        "n_gpu_layers": arguments.gpu_layers,
        "n_cpu_moe": arguments.cpu_moe,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return replace(params, **given) if given else None  # type: ignore[arg-type]


def _report(file: ModelFile, found: Fit) -> str:
    params, forecast = found.params, found.forecast
    ttft = forecast.ttft_s
    first = (
        f"{columns.duration(ttft)} for {forecast.prompt_tokens} tokens" if ttft is not None else ""
    )
    facts = [
        ("Model", file.name),
        ("Verdict", VERDICTS[found.verdict]),
        ("Context", f"{params.n_ctx} tokens{_shared(params.n_slots)}"),
        ("KV cache", params.type_k.upper()),
        ("On the GPU", _layers(params) if found.free.devices else ""),
        ("Speed", columns.speed(forecast.decode_tok_s)),
        ("First token", first),
        ("Known by", _EVIDENCE[found.evidence]),
    ]
    lines = [columns.facts(facts), "", _memory(found)]
    if found.problem is not None:
        lines += ["", str(found.problem)]
    return "\n".join(lines)


def _shared(n_slots: int) -> str:
    return f", shared by {n_slots} replies" if n_slots > 1 else ""


def _layers(params: LoadParams) -> str:
    layers = "all layers" if params.n_gpu_layers == ALL_LAYERS else f"{params.n_gpu_layers} layers"
    return f"{layers}, the experts of {params.n_cpu_moe} not" if params.n_cpu_moe else layers


def _memory(found: Fit) -> str:
    free = {one.name: one.memory_free for one in found.free.devices} | {"CPU": found.free.ram}
    rows = []
    for kind, uses in (("model", found.need), ("with it", found.extra), ("was", found.measured)):
        for use in uses:
            parts = (use.weights, use.kv_cache, use.compute)
            sizes = [columns.memory(one) if one else "–" for one in (*parts, sum(parts))]
            room = columns.memory(free[use.device]) if use.device in free else ""
            rows.append(("RAM" if use.device == "CPU" else use.device, kind, *sizes, room))
    titles = ("Device", "", "Weights", "KV cache", "Compute", "Together", "Free now")
    return columns.table(titles, rows, right=(2, 3, 4, 5, 6))
