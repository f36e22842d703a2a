"""Files that somebody is just writing: they are no models yet, and not damaged either."""

from __future__ import annotations

import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from desk_llm.errors import FileDamaged
from desk_llm.models.gguf.parts import part_path, split_part
from desk_llm.models.library.header_cache import Facts
from desk_llm.models.library.scan import Found, Stamp, stamp_of

MAX_DOUBTFUL = 200
_FRESH_S = 5.0  # a file that is written was written to a moment ago
_LOOK_AGAIN_S = 0.1


def still_written(
    known: Sequence[tuple[Found, Facts]], downloading: AbstractSet[Path]
) -> set[Path]:
    """Of the files that are not whole, those that are being downloaded, are marked, or grow."""
    broken = [found for found, facts in known if isinstance(facts, FileDamaged)]
    written = {
        found.path
        for found in broken
        if found.is_unfinished or not downloading.isdisjoint(_all_parts(found.path))
    }
    fresh = [found for found in broken if found.path not in written and _is_fresh(found)]
    if fresh:
        time.sleep(_LOOK_AGAIN_S)
        written |= {found.path for found in fresh if _has_changed(found)}
    return written


def _all_parts(path: Path) -> list[Path]:
    """Those that are missing, too."""
    part = split_part(path.name)
    if part is None:
        return [path]
    stem, _, count = part
    return [part_path(path, stem, number, count) for number in range(1, count + 1)]


def not_whole(known: Sequence[tuple[Found, Facts]]) -> tuple[Stamp, ...]:
    """Files to look at again soon: a copy under way changes them, and not their folder."""
    broken = [found for found, facts in known if isinstance(facts, FileDamaged)]
    return tuple(stamp for found in broken[:MAX_DOUBTFUL] for stamp in found.stamp)


def _is_fresh(found: Found) -> bool:
    newest = max((time_ns for _, _, time_ns in found.stamp), default=0) / 1e9
    return abs(time.time() - newest) < _FRESH_S


def _has_changed(found: Found) -> bool:
    return any(stamp_of(Path(stamp[0])) != stamp for stamp in found.stamp)
