"""Move the models folder to another place: nothing is lost, wherever it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MoveProgress:
    """How far a move is; `file` is the one under way."""

    done_bytes: int
    total_bytes: int
    file: str


def move_folder(
    source: Path,
    target: Path,
    *,
    in_use: Iterable[Path] = (),
    on_progress: Callable[[MoveProgress], None] = lambda _progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Move everything in `source` to `target`; blocks, for a worker thread.

    `in_use`: files that are loaded or being downloaded; any below `source` refuses the move.
    Raises DeskError; Cancelled when it was cancelled. The caller changes the settings afterwards.
    """
    raise NotImplementedError
