"""Everything a header says, as rows for people: long lists summarised, texts bounded."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desk_llm.models.gguf.header import STRING, Header, LongArray, Value, read_header
from desk_llm.models.gguf.quants import TENSOR_TYPES
from desk_llm.models.names import plain

MAX_TEXT = 20_000
_SHOWN = 16  # of a short list
_TYPES = {
    0: "uint8",
    1: "int8",
    2: "uint16",
    3: "int16",
    4: "uint32",
    5: "int32",
    6: "float32",
    7: "bool",
    8: "string",
    10: "uint64",
    11: "int64",
    12: "float64",
}


@dataclass(frozen=True, slots=True)
class MetadataRow:
    """One line of a header for people; `value` may have several lines. No word needs translation.

    `kind`: "string", "uint32", "string[152064]", and "tensors" for the sums by tensor type.
    """

    key: str
    value: str
    kind: str


def metadata_rows(path: Path, parts: Sequence[Path] = ()) -> tuple[MetadataRow, ...]:
    """Keys in the order of the file, then the tensors of all parts by type. Raises DeskError."""
    header = read_header(path)
    others = [read_header(part) for part in parts if part != path]
    return (*_keys(header), *_tensors([header, *others]))


def _keys(header: Header) -> list[MetadataRow]:
    rows = [MetadataRow("GGUF", f"v{header.version}", "")]
    for key, value in header.metadata.items():
        kind = _TYPES.get(header.kinds.get(key, STRING), "")
        rows.append(MetadataRow(plain(key, 200), _text(value), kind + _length(value)))
    return rows


def _tensors(headers: Sequence[Header]) -> list[MetadataRow]:
    sums: dict[int, tuple[int, int, int]] = {}
    for tensor in (tensor for header in headers for tensor in header.tensors):
        count, elements, size = sums.get(tensor.type, (0, 0, 0))
        sums[tensor.type] = count + 1, elements + tensor.elements, size + tensor.size
    return [
        MetadataRow(
            TENSOR_TYPES.get(kind, (f"type {kind}",))[0],
            f"{count} × · {elements / 1e6:,.1f} M · {size / 1e6:,.1f} MB",
            "tensors",
        )
        for kind, (count, elements, size) in sorted(sums.items(), key=lambda one: -one[1][2])
    ]


def _length(value: Value) -> str:
    if isinstance(value, LongArray):
        return f"[{value.count}]"
    return f"[{len(value)}]" if isinstance(value, tuple) else ""


def _text(value: Value) -> str:
    if isinstance(value, LongArray):
        return "…"
    if isinstance(value, tuple):
        shown = ", ".join(_text(one) for one in value[:_SHOWN])
        return f"{shown}, …" if len(value) > _SHOWN else shown
    if isinstance(value, str):
        return _bounded(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _bounded(text: str) -> str:
    """Lines stay, what is hidden goes."""
    shown = "".join(
        char for char in text[:MAX_TEXT] if char in "\n\t" or unicodedata.category(char)[0] != "C"
    )
    return shown + "…" if len(text) > MAX_TEXT else shown
