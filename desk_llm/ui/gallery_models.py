"""The gallery's cards of the Models window: a table of models, and downloads in every state."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desk_llm.downloads.types import Download, DownloadState
from desk_llm.engine.types import LoadParams
from desk_llm.errors import DiskProblem, FileDamaged, NetworkError
from desk_llm.hub.types import DownloadSpec, Source
from desk_llm.models.fit.types import Evidence, Fit, Free, Verdict
from desk_llm.models.types import ModelFile, Origin
from desk_llm.ui.models.activity.rows import DownloadRows
from desk_llm.ui.models.library.model import LibraryModel
from desk_llm.ui.models.library.rows import make_rows
from desk_llm.ui.models.library.table import LibraryTable

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_GB = 1_000_000_000
_FILES = (
    ("Qwen3-8B", 5.0, Origin.APP, Verdict.GPU),
    ("gpt-oss-20b", 12.1, Origin.OLLAMA, Verdict.SPLIT),
    ("gemma-3-4b", 4.5, Origin.LM_STUDIO, Verdict.CPU),
    ("Llama-3.3-70B", 42.5, Origin.FOLDER, Verdict.NO),
)
_STATES = (
    ("Mistral-Small-24B · Q4_K_M", DownloadState.RUNNING, 0.43),
    ("Qwen3-14B · Q5_K_M", DownloadState.WAITING, 0.1),
    ("gpt-oss-20b · MXFP4", DownloadState.VERIFYING, 1.0),
    ("gemma-3-4b · Q8_0", DownloadState.PAUSED, 0.6),
    ("Llama-4-Scout · Q3_K_M", DownloadState.FAILED, 0.0),
    ("Qwen3-0.6B · Q8_0", DownloadState.DONE, 1.0),
)


def model_cards() -> Iterator[tuple[str, QWidget]]:
    """Title and content of each card."""
    yield "My models", _table()
    yield "Downloads", _downloads()


def _table() -> QWidget:
    files = [
        ModelFile(name, Path(f"/m/{name}.gguf"), name, round(size * _GB), origin=origin)
        for name, size, origin, _verdict in _FILES
    ]
    broken = FileDamaged("half.gguf is cut.", "Download it again.")
    files.append(ModelFile("half", Path("/m/half.gguf"), "half", 7_000, problem=broken))
    model = LibraryModel()
    table = LibraryTable(model)
    model.setParent(table)
    model.set_rows(make_rows(files))
    model.set_fits({name: _fit(name, verdict) for name, _size, _origin, verdict in _FILES})
    model.set_loaded(frozenset({"Qwen3-8B"}))
    table.selectRow(1)
    table.setFixedHeight(280)
    return table


def _fit(name: str, verdict: Verdict) -> Fit:
    return Fit(LoadParams(name, name), (), (), Free(0), verdict, Evidence.FORMULA)


def _downloads() -> QWidget:
    rows = DownloadRows()
    rows.show_downloads([_download(n, *one) for n, one in enumerate(_STATES)])
    rows.setFixedHeight(640)
    return rows


def _download(number: int, title: str, state: DownloadState, share: float) -> Download:
    size = 10 * _GB
    spec = DownloadSpec(title, Source.HUB, ())
    made = Download(str(number), spec, state, round(size * share), size)
    if state is DownloadState.RUNNING:
        return replace(made, bytes_per_s=42e6, eta_s=136.0)
    if state is DownloadState.WAITING:
        return replace(made, error=NetworkError("The server is silent."), retry_in_s=12.0)
    if state is DownloadState.FAILED:
        return replace(made, error=DiskProblem("10 GB are needed, 3 GB are free.", "Make room."))
    return replace(made, finished_at=time.time())
