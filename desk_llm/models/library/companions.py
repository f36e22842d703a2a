"""Which projector and which draft models belong to which model: by repository, folder and name.

A wrong pair makes a load fail, so beside many strangers in one folder the names must agree, and
the numbers in both headers wherever they tell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desk_llm.models.gguf.projector import ProjectorInfo
from desk_llm.models.library.scan import Found
from desk_llm.models.types import ModelFile

_WORDS = re.compile(r"[^\W_]+(?:\.[0-9]+[^\W_]*)*")
_SIZE = re.compile(r"a?\d+(?:\.\d+)?[bm]")
_NOISE = re.compile(
    r"mmproj|model|gguf|i?q\d.*|[a-z]?f(?:16|32)|fp(?:16|32)|[01sml]|xs|xxs|k|ud|vision|mtp|draft|"
    r"eagle\d?|dflash|00001|of|\d{5}"
)
_DRAFT = re.compile(r"mtp|draft|eagle\d?|dflash")
_HEAD = re.compile(r"mtp|eagle\d?|dflash")
_PRECISION = ("f16", "fp16", "bf16", "q8", "f32", "fp32")  # the best compromise first
_LEAST_RATIO = 2.0  # a draft model has at most half of its model's parameters


@dataclass(frozen=True, slots=True)
class Entry:
    """A listed model, and how it was found."""

    found: Found
    file: ModelFile

    @property
    def words(self) -> frozenset[str]:
        """Of its file's name, or of what its app calls it."""
        return _words(self.found.title or self.found.path.name)


@dataclass(frozen=True, slots=True)
class Eye:
    """A projector; `info` is None when its header cannot be read."""

    found: Found
    info: ProjectorInfo | None


Place = tuple[str, Path | str]


def paired(entries: Sequence[Entry], eyes: Sequence[Eye]) -> list[Entry]:
    """The entries with their projectors and drafts; draft heads that found a model are left out."""
    if not eyes and not any(map(_may_be_draft, entries)):
        return list(entries)
    around = _Surroundings(entries, eyes)
    made = []
    hidden: set[Path] = set()
    for entry in entries:
        eye = around.eye_of(entry)
        drafts = around.drafts_of(entry)
        hidden.update(one.file.path for one in drafts if _is_head(one))
        file = replace(entry.file, drafts=tuple(one.file.path for one in drafts))
        made.append(replace(entry, file=_with_eye(file, eye)))
    return [entry for entry in made if entry.file.path not in hidden]


class _Surroundings:
    """Who is near whom: in one repository, one folder, or the folder above."""

    def __init__(self, entries: Sequence[Entry], eyes: Sequence[Eye]) -> None:
        self._eyes: dict[Place, list[Eye]] = defaultdict(list)
        self._by_path = {eye.found.path: eye for eye in eyes}
        self._drafts: dict[Place, list[Entry]] = defaultdict(list)
        self._families: dict[Path, set[str]] = defaultdict(set)
        for eye in eyes:
            for place in _places(eye.found):
                self._eyes[place].append(eye)
        for entry in entries:
            if eyes:
                self._families[entry.found.path.parent].add(_family(entry.words))
            if _may_be_draft(entry):
                for place in _places(entry.found):
                    self._drafts[place].append(entry)

    def eye_of(self, entry: Entry) -> Eye | None:
        """The projector of a model."""
        given = entry.found.projectors
        if given is not None:
            return next((self._by_path[path] for path in given if path in self._by_path), None)
        for place in (*_places(entry.found), *_above(entry.found)):
            fitting = [eye for eye in self._eyes.get(place, ()) if self._fits(eye, entry, place)]
            if fitting:
                return min(fitting, key=lambda eye: _preference(eye, entry))
        return None

    def drafts_of(self, entry: Entry) -> list[Entry]:
        """The models that can guess ahead for it."""
        if not self._drafts:
            return []
        near = {one.file.path: one for place in _places(entry.found) for one in self._drafts[place]}
        return [one for one in near.values() if _guesses_for(one, entry)]

    def _fits(self, eye: Eye, entry: Entry, place: Place) -> bool:
        info = entry.file.info
        if info is not None and eye.info is not None and eye.info.n_embd not in {0, info.n_embd}:
            return False
        words = _words(eye.found.path.name)
        if _sizes(words) and _sizes(entry.words) and _sizes(words) != _sizes(entry.words):
            return False
        if place[0] == "repo":
            return True
        telling = words - _sizes(words)
        if not telling:
            return len(self._families[entry.found.path.parent]) == 1
        return len(telling & entry.words) >= 0.6 * len(telling)


def _places(found: Found) -> tuple[Place, ...]:
    if found.repo:
        return (("repo", f"{found.root}\0{found.repo}"), ("folder", found.path.parent))
    return (("folder", found.path.parent),)


def _above(found: Found) -> tuple[Place, ...]:
    """Repositories keep each quant in a folder of its own, and the projector above them."""
    parent = found.path.parent
    return () if parent == found.root else (("folder", parent.parent),)


def _with_eye(file: ModelFile, eye: Eye | None) -> ModelFile:
    if eye is None:
        return file
    info = file.info
    if info is not None and eye.info is not None:
        info = replace(info, abilities=info.abilities | eye.info.abilities)
    return replace(file, projector=eye.found.path, info=info)


def _preference(eye: Eye, entry: Entry) -> tuple[int, int, str]:
    words = _words(eye.found.path.name, with_noise=True)
    rank = next((n for n, one in enumerate(_PRECISION) if one in words), len(_PRECISION))
    return -len(words & entry.words), rank, eye.found.path.name


def _may_be_draft(entry: Entry) -> bool:
    info = entry.file.info
    if info is None:
        return False
    return info.is_draft_head or bool(_named(entry, _DRAFT))


def _is_head(entry: Entry) -> bool:
    """Of no use alone; a draft model is a small model that can also be talked to."""
    info = entry.file.info
    return info is not None and (info.is_draft_head or bool(_named(entry, _HEAD)))


def _guesses_for(draft: Entry, entry: Entry) -> bool:
    ours, theirs = draft.file.info, entry.file.info
    if ours is None or theirs is None or theirs.is_draft_head or draft is entry:
        return False
    if theirs.n_params < _LEAST_RATIO * ours.n_params:
        return False
    if ours.n_vocab and ours.n_vocab != theirs.n_vocab:
        return False
    telling = draft.words - _sizes(draft.words)
    in_one_repo = bool(draft.found.repo) and draft.found.repo == entry.found.repo
    return in_one_repo or not telling or bool(telling & entry.words)


def _named(entry: Entry, pattern: re.Pattern[str]) -> list[str]:
    words = _words(entry.found.path.name, with_noise=True)
    return [word for word in words if pattern.fullmatch(word)]


def _words(name: str, *, with_noise: bool = False) -> frozenset[str]:
    """The words of a file name that tell the model, in small letters."""
    words = _WORDS.findall(name.lower().removesuffix(".gguf").replace("_", " "))
    return frozenset(one for one in words if with_noise or not _NOISE.fullmatch(one))


def _sizes(words: frozenset[str]) -> frozenset[str]:
    return frozenset(one for one in words if _SIZE.fullmatch(one))


def _family(words: frozenset[str]) -> str:
    return " ".join(sorted(words - _sizes(words)))
