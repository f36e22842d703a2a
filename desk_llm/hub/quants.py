"""The files of a repository, grouped: quants with all their parts, projectors, drafts, the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from desk_llm.hub.targets import is_honest
from desk_llm.hub.types import QuantFiles, RepoFile
from desk_llm.models.gguf.parts import split_part
from desk_llm.models.names import plain

_LABEL = re.compile(
    r"(?<![A-Za-z0-9])(?:(UD)[-_])?("
    r"(?:IQ[1-4]_(?:XXS|XS|S|M|NL|KT|KS|KSS|K)|T?Q[1-8]_(?:K(?:_(?:XXL|XL|L|M|S|XS))?|[01](?:_\d+)*)"
    r"|BF16|F16|FP16|F32|FP32|F64|MXFP4(?:_MOE)?|NVFP4)"
    r"(?:_(?:XL|L))?"
    r")(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_LABEL_ZONE = 120  # labels stand at the end of a name; strangers may make it long
_DRAFT = re.compile(r"(?:^|[-_.])(?:mtp|nextn|draft(?:er)?|eagle3?|dflash|dspark)(?=[-_.]|$)", re.I)
_FIRST_CHOICES = (  # 4 bits and a little more: small, and near the original
    "Q4_K_M",
    "Q4_K_XL",
    "MXFP4_MOE",
    "MXFP4",
    "Q4_K_S",
    "IQ4_XS",
    "IQ4_NL",
    "Q4_0",
    "Q4_1",
    "Q5_K_M",
    "Q5_K_S",
    "Q6_K",
    "Q8_0",
)


@dataclass(frozen=True, slots=True)
class Grouped:
    """What `Repo` has of its files."""

    quants: tuple[QuantFiles, ...]
    projectors: tuple[QuantFiles, ...]
    drafts: tuple[QuantFiles, ...]
    others: tuple[RepoFile, ...]


def quant_label(path: str) -> str:
    """The label in the name of a file or of its folder; empty where it tells none.

    >>> quant_label("Qwen3-8B-UD-Q4_K_XL.gguf"), quant_label("BF16/x-00001-of-00002.gguf")
    ('UD-Q4_K_XL', 'BF16')
    >>> quant_label("model.i1-IQ2_XXS.gguf"), quant_label("Q4-lover.gguf")
    ('IQ2_XXS', '')
    """
    pure = PurePosixPath(path)
    for text in (pure.stem, *(part for part in reversed(pure.parts[:-1]))):
        found = list(_LABEL.finditer(text[-_LABEL_ZONE:]))
        if found:
            prefix, label = found[-1].groups()
            return f"UD-{label.upper()}" if prefix else label.upper()
    return ""


def group(files: Iterable[RepoFile]) -> Grouped:
    """Sort the files into quants (by size), projectors, drafts and the rest.

    A split model of which parts are missing, and names that are not readable, go to the rest.
    """
    sets: dict[tuple[str, str, int], list[RepoFile]] = {}
    others = []
    for one in files:
        if is_model_file(one.path):
            sets.setdefault(_set_key(one.path), []).append(one)
        else:
            others.append(one)
    models, projectors = [], []
    for (folder, stem, _count), parts in sets.items():
        parts.sort(key=lambda one: one.path)
        if not _is_whole(parts):
            others.extend(parts)
        elif "mmproj" in stem.casefold():
            projectors.append(_quant(stem, parts))
        elif _is_imatrix(folder, stem):
            others.extend(parts)
        else:
            models.append(_quant(stem, parts))
    quants, drafts = _split_drafts(models)
    return Grouped(
        _sorted(_distinct(quants)),
        _sorted(_distinct(projectors)),
        _sorted(_distinct(drafts)),
        tuple(sorted(others, key=lambda one: one.path)),
    )


def is_model_file(path: str) -> bool:
    """Whether it may be a GGUF that we would list and save."""
    return is_honest(path) and path.casefold().endswith(".gguf")


def default_quant(quants: Sequence[QuantFiles]) -> QuantFiles | None:
    """The one to take when nobody says which: about 4 bits, as llama.cpp does with -hf."""
    for label in _FIRST_CHOICES:
        for one in quants:
            if one.label.removeprefix("UD-") == label:
                return one
    labelled = [one for one in quants if quant_label(one.path)]
    return min(labelled or quants, key=lambda one: one.size_bytes, default=None)


def find_quant(groups: Iterable[QuantFiles], wanted: str) -> QuantFiles | None:
    """By label, else by the path or name of one of its files; capitals do not matter."""
    listed, key = list(groups), wanted.casefold()
    for one in listed:
        if any(wanted == file.path for file in one.files):
            return one
    for one in listed:
        if one.label.casefold() == key:
            return one
    for one in listed:
        names = {PurePosixPath(file.path).name.casefold() for file in one.files}
        paths = {file.path.casefold() for file in one.files}
        if key in names | paths or f"{key}.gguf" in names:
            return one
    loose = [one for one in listed if one.label.casefold().removeprefix("ud-") == key]
    return loose[0] if len(loose) == 1 else None


def _set_key(path: str) -> tuple[str, str, int]:
    """What the parts of one model have in common: folder, name, and how many there are."""
    pure = PurePosixPath(path)
    stem, _, count = split_part(pure.name) or (pure.stem, 1, 0)
    return str(pure.parent), stem, count


def _is_whole(parts: list[RepoFile]) -> bool:
    found = [split_part(PurePosixPath(one.path).name) for one in parts]
    if found == [None]:
        return True
    numbers = [one[1] for one in found if one is not None]
    counts = {one[2] for one in found if one is not None}
    return len(counts) == 1 and numbers == list(range(1, counts.pop() + 1))


def _is_imatrix(folder: str, stem: str) -> bool:
    """Importance matrices are GGUF files too; quants made with one may say so in their names."""
    name = stem.casefold()
    return name.startswith("imatrix") or ("imatrix" in name and not quant_label(f"{folder}/{stem}"))


def _quant(stem: str, parts: list[RepoFile]) -> QuantFiles:
    return QuantFiles(quant_label(parts[0].path) or plain(stem, 120), tuple(parts))


def _split_drafts(models: list[QuantFiles]) -> tuple[list[QuantFiles], list[QuantFiles]]:
    """Drafts are marked and much smaller: a whole model with MTP inside is marked as well."""
    plain_ones = [one for one in models if not _is_marked(one)]
    if not plain_ones:
        return models, []
    limit = min(one.size_bytes for one in plain_ones) / 2
    by_label = {one.label: one.size_bytes / 2 for one in plain_ones}
    drafts = [
        one
        for one in models
        if _is_marked(one) and one.size_bytes < max(limit, by_label.get(one.label, 0))
    ]
    return [one for one in models if one not in drafts], drafts


def _is_marked(one: QuantFiles) -> bool:
    return bool(_DRAFT.search(PurePosixPath(one.path).stem)) or bool(
        _DRAFT.search(str(PurePosixPath(one.path).parent))
    )


def _distinct(groups: list[QuantFiles]) -> list[QuantFiles]:
    """Two models in one repository: their labels alone would not tell them apart."""
    count = Counter(one.label for one in groups)
    return [
        one if count[one.label] == 1 else QuantFiles(plain(_set_name(one), 160), one.files)
        for one in groups
    ]


def _set_name(one: QuantFiles) -> str:
    folder, stem, _ = _set_key(one.path)
    return stem if folder == "." else f"{folder}/{stem}"


def _sorted(groups: list[QuantFiles]) -> tuple[QuantFiles, ...]:
    return tuple(sorted(groups, key=lambda one: (one.size_bytes, one.label)))
