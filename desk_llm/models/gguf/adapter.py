"""LoRA files: what their headers say, checked before native code sees them."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, Unsupported
from desk_llm.models.gguf.header import Header, read_header
from desk_llm.models.gguf.info import MAX_LAYERS
from desk_llm.models.names import file_name, plain

_PART = re.compile(r"(.+)\.lora_([ab])$")
_LAYER = re.compile(r"blk\.(\d+)\.")
_ALPHA = "adapter.lora.alpha"
_F32 = 6  # llama.cpp reads alpha as one, and ends the process over anything else
_START = 16 << 20  # the metadata of an adapter is short


@dataclass(frozen=True, slots=True)
class AdapterInfo:
    """What the header of a LoRA file says."""

    name: str
    architecture: str
    alpha: float
    size_bytes: int
    n_layers: int  # the highest layer it changes, counted from 1; 0: none


def read_adapter(path: Path) -> AdapterInfo:
    """Read and check it. Raises a DeskError with a sentence."""
    header = read_header(path)
    if _text(header, "general.type") != "adapter" or _text(header, "adapter.type") != "lora":
        raise _refused(header, QT_TRANSLATE_NOOP("errors", "“{file}” is no LoRA adapter."))
    if "adapter.alora.invocation_tokens" in header.metadata:
        raise _refused(
            header,
            QT_TRANSLATE_NOOP(
                "errors", "“{file}” is an adapter that works behind certain words only (aLoRA)."
            ),
        )
    alpha = header.metadata.get(_ALPHA, 0.0)
    if not isinstance(alpha, float) or not (-1e6 < alpha < 1e6) or not _alpha_is_f32(path):
        raise _refused(
            header, QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: its strength is no number.")
        )
    return AdapterInfo(
        name=plain(_text(header, "general.name")) or path.stem,
        architecture=_text(header, "general.architecture"),
        alpha=alpha,
        size_bytes=sum(tensor.size for tensor in header.tensors),
        n_layers=_check_pairs(header),
    )


def check_adapter(path: Path, architecture: str, n_layers: int) -> AdapterInfo:
    """The same, for a model; llama.cpp compares the shapes itself. Raises a DeskError."""
    info = read_adapter(path)
    if info.architecture != architecture or info.n_layers > n_layers:
        raise Unsupported(
            QT_TRANSLATE_NOOP("errors", "The LoRA adapter “{file}” was made for another model."),
            QT_TRANSLATE_NOOP("errors", "Choose an adapter that was made for this very model."),
            file=file_name(path),
        )
    return info


def _check_pairs(header: Header) -> int:
    """Every matrix comes in two; the highest layer, counted from 1."""
    halves: dict[str, set[str]] = {}
    highest = 0
    for tensor in header.tensors:
        if tensor.name.endswith("_norm.weight"):
            continue
        match = _PART.match(tensor.name)
        if match is None:
            raise _refused(
                header, QT_TRANSLATE_NOOP("errors", "“{file}” is no LoRA adapter."), tensor.name
            )
        halves.setdefault(match[1], set()).add(match[2])
        layer = _LAYER.match(tensor.name)
        if layer and len(layer[1]) <= len(str(MAX_LAYERS)):
            highest = max(highest, int(layer[1]) + 1)
    if not halves or any(len(parts) < 2 for parts in halves.values()):
        raise _refused(
            header, QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: half of a matrix is missing.")
        )
    return highest


def _alpha_is_f32(path: Path) -> bool:
    """`read_header` does not tell a float from a double."""
    with path.open("rb") as file:
        start = file.read(_START)
    key = struct.pack("<Q", len(_ALPHA)) + _ALPHA.encode()
    at = start.find(key)
    return at < 0 or start[at + len(key) : at + len(key) + 4] == struct.pack("<I", _F32)


def _text(header: Header, key: str) -> str:
    value = header.metadata.get(key)
    return value if isinstance(value, str) else ""


def _refused(header: Header, message: str, detail: str = "") -> DeskError:
    return Unsupported(
        message,
        QT_TRANSLATE_NOOP("errors", "Choose a GGUF file of a LoRA adapter."),
        plain(detail, 100),
        file=file_name(header.path),
    )
