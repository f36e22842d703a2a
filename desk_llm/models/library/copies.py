"""Which models are on the disk more than once: by size, then by both ends, then by whole digest."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from desk_llm.errors import DiskProblem
from desk_llm.models.library.digests import Digests, ends_of
from desk_llm.models.library.scan import Found

log = logging.getLogger("desk.models")

T = TypeVar("T")


def copies(
    found: Sequence[Found], digests: Digests, is_cancelled: Callable[[], bool]
) -> list[list[Found]]:
    """Groups of equal content, each in the order of `found`; hard links are one file."""
    candidates = _once_each(one for one in found if one.problem is None)
    groups = list(_groups(candidates, lambda one: tuple(size for _, size, _ in one.stamp)))
    groups = [part for group in groups for part in _groups(group, _ends)]
    return [
        part
        for group in groups
        for part in _groups(group, lambda one: _digest(one, digests, is_cancelled))
    ]


def _once_each(found: Iterable[Found]) -> list[Found]:
    seen: dict[Hashable, Found] = {}
    for one in found:
        seen.setdefault(one.key if one.key[1] else one.path, one)
    return list(seen.values())


def _groups(found: Iterable[T], key: Callable[[T], Hashable | None]) -> Iterator[list[T]]:
    """Those of equal key that are more than one; a key of None belongs nowhere."""
    table: dict[Hashable, list[T]] = defaultdict(list)
    for one in found:
        value = key(one)
        if value is not None:
            table[value].append(one)
    return (group for group in table.values() if len(group) > 1)


def _ends(found: Found) -> Hashable | None:
    try:
        return tuple(ends_of(path) for path in found.parts)
    except DiskProblem as error:
        log.info("%s", error)
        return None


def _digest(found: Found, digests: Digests, is_cancelled: Callable[[], bool]) -> Hashable | None:
    if found.sha256:
        return (found.sha256,)
    try:
        return tuple(digests.of(stamp, is_cancelled) for stamp in found.stamp)
    except DiskProblem as error:
        log.info("%s", error)
        return None
