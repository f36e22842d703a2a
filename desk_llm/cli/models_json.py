"""What `desk-llm models … --json` prints: stable keys, bytes and seconds."""

from __future__ import annotations

import json
from dataclasses import asdict

from desk_llm.downloads.types import Download
from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.hub.types import QuantFiles, RepoFile, RepoSummary
from desk_llm.models.fit.types import Fit, Forecast
from desk_llm.models.presets.codec import to_fields
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import ModelFile

Fields = dict[str, object]


def show(value: object) -> None:
    """Print it, alone on stdout. Bytes of a path that are no text are escaped, as JSON may."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    print(text.encode("utf-8", "backslashreplace").decode())


def model(file: ModelFile) -> Fields:
    """One entry of the library."""
    info = file.info
    known: Fields = {
        "architecture": info.architecture if info else "",
        "quant": info.quant if info else "",
        "n_params": info.n_params if info else 0,
        "n_layers": info.n_layers if info else 0,
        "n_ctx_train": info.n_ctx_train if info else 0,
        "n_experts": info.n_experts if info else 0,
        "abilities": sorted(info.abilities) if info else [],
        "licence": info.licence if info else "",
        "has_chat_template": bool(info and info.chat_template),
    }
    return {
        "id": file.id,
        "name": file.name,
        "alias": file.alias,
        "path": str(file.path),
        "parts": [str(one) for one in file.parts or (file.path,)],
        "projector": str(file.projector) if file.projector else None,
        "drafts": [str(one) for one in file.drafts],
        "size_bytes": file.size_bytes,
        "origin": file.origin.value,
        "is_starter": file.is_starter,
        "repo": file.repo,
        "sha256": file.sha256,
        "modified_at": file.modified_at,
        **known,
        "problem": str(file.problem) if file.problem else None,
    }


def preset(kept: Preset) -> Fields:
    """All fields, the empty ones as well."""
    return {**asdict(Preset()), **to_fields(kept)}


def summary(repo: RepoSummary) -> Fields:
    """One row of search results."""
    return {**asdict(repo), "tags": list(repo.tags)}


def quant(files: QuantFiles) -> Fields:
    """The files that are one model."""
    return {
        "quant": files.label,
        "size_bytes": files.size_bytes,
        "files": [repo_file(one) for one in files.files],
    }


def repo_file(file: RepoFile) -> Fields:
    """One file of a repository."""
    return asdict(file)


def download(one: Download) -> Fields:
    """A download as it is now."""
    return {
        "id": one.id,
        "title": one.spec.title,
        "source": one.spec.source.value,
        "repo": one.spec.repo,
        "commit": one.spec.commit,
        "state": one.state.value,
        "done_bytes": one.done_bytes,
        "total_bytes": one.total_bytes,
        "path": one.path or None,
        "error": str(one.error) if one.error else None,
    }


def fit(found: Fit) -> Fields:
    """Where a model would run, what it takes, and what that rests on."""
    return {
        "verdict": found.verdict.value,
        "evidence": found.evidence.value,
        "total_bytes": found.total_bytes,
        "params": _params(found.params),
        "need": [_use(one) for one in found.need],
        "extra": [_use(one) for one in found.extra],
        "measured": [_use(one) for one in found.measured],
        "free": {
            "ram_bytes": found.free.ram,
            "devices": [
                {
                    "name": one.name,
                    "description": one.description,
                    "total_bytes": one.memory_total,
                    "free_bytes": one.memory_free,
                }
                for one in found.free.devices
            ],
        },
        "forecast": forecast(found.forecast),
        "problem": str(found.problem) if found.problem else None,
    }


def forecast(expected: Forecast) -> Fields:
    """The expected speed."""
    return asdict(expected)


def _params(params: LoadParams) -> Fields:
    return {
        "n_ctx": params.n_ctx,
        "n_slots": params.n_slots,
        "n_gpu_layers": params.n_gpu_layers,
        "n_cpu_moe": params.n_cpu_moe,
        "kv_type": params.type_k,
        "flash_attn": params.flash_attn,
        "adapters": [{"path": path, "scale": scale} for path, scale in params.adapters],
        "draft": params.draft_path or None,
    }


def _use(use: MemoryUse) -> Fields:
    return {
        "device": use.device,
        "weights_bytes": use.weights,
        "kv_cache_bytes": use.kv_cache,
        "compute_bytes": use.compute,
    }
