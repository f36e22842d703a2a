"""A run to a file, in the format that its name asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desk_llm.benchmark import plot, report
from desk_llm.benchmark.types import BenchmarkRun
from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem
from desk_llm.ui.benchmark.words import say

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

FORMATS = ("csv", "md", "json", "svg", "png")


def file_name(run: BenchmarkRun) -> str:
    """A name that says what it is, without an ending."""
    model = "".join(one if one.isalnum() or one in "._-" else "-" for one in run.model)
    when = report.when(run).replace(":", "").replace(" ", "-")
    return f"benchmark-{run.kind}-{model.strip('-')[:60]}-{when}"


def text_of(run: BenchmarkRun, ending: str) -> str:
    """The content of a text format."""
    if ending == "csv":
        return report.to_csv(run)
    if ending == "json":
        return report.to_json_text(run)
    return plot.svg(run, say) if ending == "svg" else report.markdown(run, say)


def save(run: BenchmarkRun, path: Path, picture: QImage) -> None:
    """Write the file, on a worker; `picture` is what a PNG shows. Raises DiskProblem."""
    ending = path.suffix.lower().removeprefix(".")
    if ending == "png":
        if not picture.save(str(path)):
            raise _refused(path, "the picture was refused")
        return
    try:
        path.write_text(text_of(run, ending), encoding="utf-8")
    except OSError as error:
        raise _refused(path, str(error)) from error


def _refused(path: Path, reason: str) -> DiskProblem:
    return DiskProblem(
        QT_TRANSLATE_NOOP("errors", "{path} cannot be written."), "", reason, path=path
    )
