"""The header of a GGUF file, byte by byte and with hard limits: metadata and tensor table.

The file comes from strangers and llama.cpp aborts the process on some bad headers, so nothing is
believed: counts, lengths, types and offsets are checked before they are used. Large arrays (the
vocabulary) are walked over, not kept.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import BinaryIO, NamedTuple

from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    DeskError,
    DiskProblem,
    FileDamaged,
    ModelNotFound,
    Unsupported,
)
from desk_llm.models.gguf.cursor import MAX_HEADER, U64, Cursor
from desk_llm.models.gguf.foreign import not_gguf
from desk_llm.models.gguf.quants import TENSOR_TYPES
from desk_llm.models.gguf.vocabulary import (
    LONG_LIST,
    check_bytes,
    leap_strings,
    skip_strings,
    walk_tokens,
)
from desk_llm.models.names import file_name

__all__ = [
    "MAX_HEADER",
    "Header",
    "LongArray",
    "Tensor",
    "Value",
    "read_header",
    "read_header_from",
]

MAX_TENSORS = 65_536
MAX_KEYS = 4_096
MAX_ARRAY = 16 << 20
MAX_ELEMENTS = 1 << 40
KEPT_ARRAY = 1_024  # per-layer numbers are kept; a vocabulary is not
KEPT_STRINGS = 64  # tags and languages
MOST_KNOWN_NAMES = 16_384  # 2 MB
DEFAULT_ALIGNMENT = 32  # and the least: ggml aborts over weights that are mapped less evenly
TOKENS = "tokenizer.ggml.tokens"

SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
STRING, ARRAY = 8, 9
_TENSOR_FORMS = tuple(struct.Struct(f"<{n}QIQ") for n in range(5))  # shape, type, offset
_ROW_FORMS = tuple(struct.Struct(f"<I{n}QIQ") for n in range(5))  # with the number of dimensions
_UNKNOWN = ("", 1, 0)
_USUAL_NAME = 128
_LONGEST_ROW = 8 + _USUAL_NAME + 4 + _TENSOR_FORMS[4].size


@dataclass(frozen=True, slots=True)
class LongArray:
    """An array that was walked over: only its length is known."""

    count: int


Scalar = int | float | bool | str
Value = Scalar | tuple[Scalar, ...] | LongArray


class Tensor(NamedTuple):
    """One row of the tensor table; `size` is 0 for a type this version does not know."""

    name: str
    type: int
    elements: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Header:
    """What is in front of the weights. `kinds`: the type of each value, of an array's entries."""

    path: Path
    version: int
    metadata: dict[str, Value]
    tensors: tuple[Tensor, ...]
    kinds: dict[str, int] = field(default_factory=dict)


def read_header(path: Path, *, check_words: bool = False) -> Header:
    """Read and check the header. Raises FileDamaged, Unsupported, ModelNotFound, DiskProblem.

    `check_words` looks at every text of a vocabulary, for words that it has twice or lacks: before
    a load, because llama.cpp ends the process over them. Without it long lists are leapt over.
    """
    with _sentences_for(path), open(path, "rb", buffering=0, opener=_open_file) as file:
        size = os.fstat(file.fileno()).st_size
        if not check_words:
            with contextlib.suppress(FileDamaged, Unsupported):
                return _Parser(path, file, size, may_leap=True).parse()
        return _Parser(path, file, size, check_words=check_words).parse()


def read_header_from(path: Path, file: BinaryIO, size: int) -> Header:
    """The same from any source of bytes, each read in order; `path` is for sentences only."""
    return _Parser(path, file, size).parse()


def _open_file(path: str, flags: int) -> int:
    """Open a regular file; a pipe or a device must not block us."""
    opened = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise IsADirectoryError
    return opened


@contextlib.contextmanager
def _sentences_for(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ModelNotFound(
            QT_TRANSLATE_NOOP("errors", "The model file “{file}” is gone."),
            QT_TRANSLATE_NOOP("errors", "Choose another model, or put the file back."),
            str(error),
            file=file_name(path),
        ) from error
    except IsADirectoryError as error:
        raise Unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” is not a file."), file=file_name(path)
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "“{file}” cannot be read."),
            QT_TRANSLATE_NOOP("errors", "Check the disk and the permissions of the file."),
            str(error),
            file=file_name(path),
        ) from error


_known_names: dict[bytes, str] = {}  # most models call their tensors the same


def _usual_name(raw: bytes) -> str:
    """The name of a tensor when nothing in it is unusual, else ""."""
    name = str(raw, "latin-1")
    if not (name.isascii() and name.isprintable()):
        return ""
    if len(_known_names) < MOST_KNOWN_NAMES:
        _known_names[raw] = name
    return name


class _Parser:
    """One pass over a header."""

    def __init__(
        self,
        path: Path,
        file: BinaryIO,
        size: int,
        *,
        check_words: bool = False,
        may_leap: bool = False,
    ) -> None:
        file.seek(0)
        self._cursor = Cursor(path, file, size)
        self._check_words = check_words
        self._may_leap = may_leap
        self._words: set[bytes] = set()
        self._kinds: dict[str, int] = {}

    def parse(self) -> Header:
        """The whole header."""
        cursor = self._cursor
        version = self._read_start()
        n_tensors, n_keys = cursor.u64(), cursor.u64()
        if n_tensors > MAX_TENSORS or n_keys > MAX_KEYS:
            raise cursor.damaged(
                QT_TRANSLATE_NOOP(
                    "errors", "“{file}” is damaged: it claims {tensors} tensors and {keys} keys."
                ),
                tensors=n_tensors,
                keys=n_keys,
            )
        metadata = self._metadata(n_keys)
        if self._words and metadata.get("tokenizer.ggml.model") == "llama":
            check_bytes(cursor, self._words)
        tensors = self._tensors(n_tensors)
        self._check_data(tensors, self._alignment(metadata))
        return Header(cursor.path, version, metadata, tensors, self._kinds)

    def _read_start(self) -> int:
        cursor = self._cursor
        if cursor.size == 0:
            raise cursor.damaged(QT_TRANSLATE_NOOP("errors", "“{file}” is empty."))
        start = cursor.start()
        if start[:4] != b"GGUF":
            raise not_gguf(file_name(cursor.path), start)
        cursor.skip(4)
        version = cursor.u32()
        if version in (2, 3):
            return version
        if version & 0xFFFF == 0 and version:
            raise cursor.unsupported(
                QT_TRANSLATE_NOOP("errors", "“{file}” was made for big-endian computers."),
                QT_TRANSLATE_NOOP("errors", "Look for the usual version of this model."),
            )
        if version == 1:
            raise cursor.unsupported(
                QT_TRANSLATE_NOOP("errors", "“{file}” is in the first GGUF format, long outdated."),
                QT_TRANSLATE_NOOP("errors", "Look for a newer file of this model."),
            )
        raise cursor.unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” has GGUF version {version}; 2 and 3 are known."),
            QT_TRANSLATE_NOOP("errors", "Update this app, or download the file again."),
            version=version,
        )

    # ── metadata ─────────────────────────────────────────────────────────

    def _metadata(self, count: int) -> dict[str, Value]:
        metadata: dict[str, Value] = {}
        cursor = self._cursor
        for left in range(count, 0, -1):
            key = cursor.name()
            if key in metadata:
                raise cursor.damaged(
                    QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: it has “{key}” twice."),
                    key=key[:100],
                )
            metadata[key] = self._value(cursor.u32(), key, is_last=left == 1)
        return metadata

    def _value(self, kind: int, key: str, *, is_last: bool) -> Value:
        self._kinds[key] = kind
        if kind == STRING:
            return self._cursor.string().decode("utf-8", "replace")
        if kind == ARRAY:
            return self._array(key, is_last=is_last)
        form = SCALARS.get(kind)
        if form is None:
            raise self._unknown_type(kind)
        value: int | float | bool = self._cursor.scalar(form)
        return value

    def _array(self, key: str, *, is_last: bool) -> Value:
        cursor = self._cursor
        kind, count = cursor.u32(), cursor.u64()
        self._kinds[key] = kind
        if count > MAX_ARRAY:
            raise cursor.damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: a list claims {count} entries."),
                count=count,
            )
        if kind == STRING:
            return self._strings(key, count, is_last=is_last)
        form = SCALARS.get(kind)
        if form is None:
            raise self._unknown_type(kind)
        if count > KEPT_ARRAY:
            cursor.skip(count * form.size)
            return LongArray(count)
        entries = cursor.take(count * form.size)
        return struct.unpack(f"<{count}{form.format[1:]}", entries)

    def _strings(self, key: str, count: int, *, is_last: bool) -> Value:
        cursor = self._cursor
        if count <= KEPT_STRINGS and key != TOKENS:
            return tuple(cursor.string().decode("utf-8", "replace") for _ in range(count))
        if key == TOKENS and self._check_words:
            self._words = walk_tokens(cursor, count)
            return LongArray(count)
        can_leap = self._may_leap and count >= LONG_LIST and not is_last
        if not (can_leap and leap_strings(cursor, count)):
            skip_strings(cursor, count)
        return LongArray(count)

    def _unknown_type(self, kind: int) -> FileDamaged:
        return self._cursor.damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: value type {kind} does not exist."),
            kind=kind,
        )

    # ── tensors ──────────────────────────────────────────────────────────

    def _tensors(self, count: int) -> tuple[Tensor, ...]:
        tensors: list[Tensor] = []
        while len(tensors) < count:
            self._tensors_in_window(tensors, count)
            if len(tensors) < count:
                tensors.append(self._tensor())
        if len({tensor.name for tensor in tensors}) < count:
            raise self._cursor.damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: two tensors have one name.")
            )
        return tuple(tensors)

    def _tensors_in_window(self, tensors: list[Tensor], count: int) -> None:
        """The usual ones, several hundred in a header; stops in front of what is unusual."""
        cursor = self._cursor
        window, at = cursor.window, cursor.at
        last = len(window) - _LONGEST_ROW
        length_at, types, forms = U64.unpack_from, TENSOR_TYPES, _ROW_FORMS
        new, append, known = tuple.__new__, tensors.append, _known_names
        while len(tensors) < count and at <= last:
            (length,) = length_at(window, at)
            end = at + 8 + length
            if not 0 < length <= _USUAL_NAME or not 1 <= window[end] <= 4:
                break
            raw = window[at + 8 : end]
            name = known.get(raw) or _usual_name(raw)
            form = forms[window[end]]
            n_dims, width, *shape, kind, offset = form.unpack_from(window, end)
            elements = width
            for side in shape:
                elements *= side
            _, per_block, block_bytes = types.get(kind, _UNKNOWN)
            if (
                not (name and 0 < elements < MAX_ELEMENTS)
                or n_dims > len(shape) + 1
                or width % per_block
            ):
                break
            size = elements // per_block * block_bytes
            append(new(Tensor, (name, kind, elements, offset, size)))
            at = end + form.size
        cursor.at = at

    def _tensor(self) -> Tensor:
        cursor = self._cursor
        name, n_dims = cursor.name(), cursor.u32()
        if not 1 <= n_dims <= 4:
            raise self._bad_tensor(name)
        form = _TENSOR_FORMS[n_dims]
        *shape, kind, offset = form.unpack(cursor.take(form.size))
        elements = prod(shape)
        _, per_block, block_bytes = TENSOR_TYPES.get(kind, _UNKNOWN)
        if not 0 < elements < MAX_ELEMENTS or shape[0] % per_block:
            raise self._bad_tensor(name)
        return Tensor(name, kind, elements, offset, elements // per_block * block_bytes)

    def _bad_tensor(self, name: str) -> DeskError:
        return self._cursor.damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: “{tensor}” has no possible shape."),
            tensor=name[:100],
        )

    def _alignment(self, metadata: dict[str, Value]) -> int:
        value = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
        if type(value) is not int or not DEFAULT_ALIGNMENT <= value <= 4096 or value & (value - 1):
            raise self._cursor.damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: an alignment of {value}."),
                value=str(value)[:20],
            )
        return value

    def _check_data(self, tensors: tuple[Tensor, ...], alignment: int) -> None:
        """Every weight must lie inside the file: mmap reads behind its end otherwise."""
        cursor = self._cursor
        data_start = -(-cursor.position // alignment) * alignment
        end = data_start + max([one.offset + one.size for one in tensors], default=0)
        if tensors and end > cursor.size:
            raise cursor.damaged(
                QT_TRANSLATE_NOOP(
                    "errors", "“{file}” is incomplete: only {percent} % of it is there."
                ),
                percent=cursor.size * 100 // end,
            )
