"""From what was found and what the headers say to the list that people see."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desk_llm.errors import DeskError
from desk_llm.models.gguf.info import not_for_chat
from desk_llm.models.gguf.projector import ProjectorInfo
from desk_llm.models.library.apps import PREFIXES
from desk_llm.models.library.companions import Entry, Eye, paired
from desk_llm.models.library.header_cache import Facts
from desk_llm.models.library.ollama import only_for_ollama
from desk_llm.models.library.scan import Found
from desk_llm.models.names import plain
from desk_llm.models.types import GgufInfo, ModelFile, Origin

_TELLING_NAME = re.compile(r"^[^/\\]*[^\W\d_]{2}[^/\\]*$")  # two letters, and no path


def listed(
    found: Sequence[tuple[Found, Facts]], aliases: Mapping[str, str]
) -> tuple[ModelFile, ...]:
    """The models, the starter first and then by name; projectors are paired and not listed.

    `found` is in the order of origins: of two entries for one file, the first one counts.
    """
    entries, eyes = [], []
    for one, facts in _each_once(found):
        if _is_projector(one, facts):
            eyes.append(Eye(one, facts if isinstance(facts, ProjectorInfo) else None))
        elif not isinstance(facts, ProjectorInfo):
            entries.append(Entry(one, model_file(one, facts)))
    files = [entry.file for entry in paired(entries, eyes)]
    files = _with_aliases(_with_own_names(_with_own_ids(files)), aliases)
    files.sort(key=lambda file: (not file.is_starter, file.name.casefold()))
    return tuple(files)


def model_file(found: Found, facts: GgufInfo | DeskError) -> ModelFile:
    """One entry, before it knows of the others."""
    info = None if isinstance(facts, DeskError) else facts
    return ModelFile(
        found.id,
        found.path,
        name_of(found.title or _stem(found), info),
        found.size_bytes,
        found.origin is Origin.STARTER,
        info,
        _problem(found, facts),
        found.origin,
        found.parts if len(found.stamp) > 1 else (),
        repo=found.repo,
        sha256=found.sha256,
        modified_at=max((time for _, _, time in found.stamp), default=0) / 1e9,
    )


def totals_of(found: Iterable[Found]) -> dict[Origin, int]:
    """Bytes by origin; a file with several names counts for the first."""
    totals: dict[Origin, int] = {}
    seen: set[tuple[int, int] | Path] = set()
    for one in found:
        key = one.key if one.key[1] else one.path
        if key not in seen:
            seen.add(key)
            totals[one.origin] = totals.get(one.origin, 0) + one.size_bytes
    return totals


def name_of(stem: str, info: GgufInfo | None = None) -> str:
    """What people call it: the name in the file if it is one, else the file's."""
    if info is not None and len(info.name) <= 80 and _TELLING_NAME.match(info.name):
        return info.name
    return plain(stem)


def _stem(found: Found) -> str:
    return found.id.removeprefix(PREFIXES.get(found.origin, "")).rpartition("/")[2]


def _problem(found: Found, facts: GgufInfo | DeskError) -> DeskError | None:
    if isinstance(facts, DeskError):
        return facts
    if found.origin is Origin.OLLAMA and facts.is_for_ollama:
        return only_for_ollama(found.title)
    return not_for_chat(found.path, facts)


def _is_projector(found: Found, facts: Facts) -> bool:
    is_called_so = "mmproj" in found.path.name.lower()
    return found.is_companion or is_called_so or isinstance(facts, ProjectorInfo)


def _each_once(found: Iterable[tuple[Found, Facts]]) -> Iterable[tuple[Found, Facts]]:
    """One file may be found by several names and through links; within one folder all count."""
    paths: set[Path] = set()
    roots: dict[tuple[int, int], Path] = {}
    for one, facts in found:
        path = one.path.absolute()
        if path in paths or (one.key[1] and roots.setdefault(one.key, one.root) != one.root):
            continue
        paths.add(path)
        yield one, facts


def _with_own_ids(files: Iterable[ModelFile]) -> list[ModelFile]:
    """Each under an id of its own."""
    ids: set[str] = set()
    kept = []
    for file in files:
        new_id, number = file.id, 2
        while new_id in ids:
            new_id, number = f"{file.id} ({number})", number + 1
        ids.add(new_id)
        kept.append(file if new_id == file.id else replace(file, id=new_id))
    return kept


def _with_own_names(files: list[ModelFile]) -> list[ModelFile]:
    """Two files of one name and quant are told apart by their ids."""
    labels = collections.Counter(map(_label, files))
    return [replace(one, name=one.id) if labels[_label(one)] > 1 else one for one in files]


def _with_aliases(files: list[ModelFile], aliases: Mapping[str, str]) -> list[ModelFile]:
    return [
        replace(one, alias=alias, name=alias) if (alias := aliases.get(one.id)) else one
        for one in files
    ]


def _label(file: ModelFile) -> tuple[str, str]:
    return file.name.casefold(), file.info.quant if file.info else ""
