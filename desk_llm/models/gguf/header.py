"""The header of a GGUF file, byte by byte and with hard limits: metadata and tensor table.

The file comes from strangers and llama.cpp aborts the process on some bad headers, so nothing is
believed: counts, lengths, types and offsets are checked before they are used. Large arrays (the
vocabulary) are walked over, not kept: a header with 150 000 tokens takes some 20 ms.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    DeskError,
    DiskProblem,
    FileDamaged,
    ModelNotFound,
    Unsupported,
)
from desk_llm.models.gguf.foreign import AGAIN, not_gguf
from desk_llm.models.gguf.quants import TENSOR_TYPES
from desk_llm.models.names import file_name, is_plain

MAX_HEADER = 128 << 20
MAX_TENSORS = 65_536
MAX_KEYS = 4_096
MAX_NAME = 64 << 10
MAX_STRING = 16 << 20
MAX_ARRAY = 16 << 20
MAX_ELEMENTS = 1 << 40
KEPT_ARRAY = 1_024  # per-layer numbers are kept; a vocabulary is not
DEFAULT_ALIGNMENT = 32  # and the least: ggml aborts over weights that are mapped less evenly
TOKENS = "tokenizer.ggml.tokens"

_SCALARS = {
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
_STRING, _ARRAY = 8, 9
_U32, _U64 = _SCALARS[4], _SCALARS[10]
_WINDOW = 1 << 20


@dataclass(frozen=True, slots=True)
class LongArray:
    """An array that was walked over: only its length is known."""

    count: int


Value = int | float | bool | str | tuple[int | float | bool, ...] | LongArray


@dataclass(frozen=True, slots=True)
class Tensor:
    """One row of the tensor table; `size` is 0 for a type this version does not know."""

    name: str
    type: int
    elements: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Header:
    """What is in front of the weights."""

    path: Path
    version: int
    metadata: dict[str, Value]
    tensors: tuple[Tensor, ...]


def read_header(path: Path, *, check_words: bool = False) -> Header:
    """Read and check the header. Raises FileDamaged, Unsupported, ModelNotFound, DiskProblem.

    `check_words` also looks for words that the vocabulary has twice or lacks, which takes five
    times as long: before a load, because llama.cpp ends the process over them.
    """
    with _sentences_for(path), open(path, "rb", buffering=0, opener=_open_file) as file:
        status = os.fstat(file.fileno())
        return _Parser(path, file, status.st_size, check_words).parse()


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


class _Parser:
    """A cursor over a window of the file. No mmap: it kills the process when the file shrinks."""

    def __init__(self, path: Path, file: BinaryIO, size: int, check_words: bool) -> None:
        self._path = path
        self._check_words = check_words
        self._words: set[bytes] = set()
        self._file = file
        self._size = size
        self._window = b""
        self._base = 0  # where the window begins in the file
        self._at = 0  # where the cursor is in the window

    def parse(self) -> Header:
        """The whole header."""
        version = self._read_start()
        n_tensors, n_keys = self._u64(), self._u64()
        if n_tensors > MAX_TENSORS or n_keys > MAX_KEYS:
            raise self._damaged(
                QT_TRANSLATE_NOOP(
                    "errors", "“{file}” is damaged: it claims {tensors} tensors and {keys} keys."
                ),
                tensors=n_tensors,
                keys=n_keys,
            )
        metadata = self._metadata(n_keys)
        if self._words and metadata.get("tokenizer.ggml.model") == "llama":
            self._check_bytes(self._words)
        tensors = self._tensors(n_tensors)
        self._check_data(tensors, self._alignment(metadata))
        return Header(self._path, version, metadata, tensors)

    def _read_start(self) -> int:
        if self._size == 0:
            raise self._damaged(QT_TRANSLATE_NOOP("errors", "“{file}” is empty."))
        start = self._file.read(64)
        if start[:4] != b"GGUF":
            raise not_gguf(file_name(self._path), start)
        self._at, self._window = 4, start
        version: int = self._scalar(_U32)
        if version in (2, 3):
            return version
        if version & 0xFFFF == 0 and version:
            raise self._unsupported(
                QT_TRANSLATE_NOOP("errors", "“{file}” was made for big-endian computers."),
                QT_TRANSLATE_NOOP("errors", "Look for the usual version of this model."),
            )
        if version == 1:
            raise self._unsupported(
                QT_TRANSLATE_NOOP("errors", "“{file}” is in the first GGUF format, long outdated."),
                QT_TRANSLATE_NOOP("errors", "Look for a newer file of this model."),
            )
        raise self._unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” has GGUF version {version}; 2 and 3 are known."),
            QT_TRANSLATE_NOOP("errors", "Update this app, or download the file again."),
            version=version,
        )

    # ── metadata ─────────────────────────────────────────────────────────

    def _metadata(self, count: int) -> dict[str, Value]:
        metadata: dict[str, Value] = {}
        for _ in range(count):
            key = self._name()
            if key in metadata:
                raise self._damaged(
                    QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: it has “{key}” twice."),
                    key=key[:100],
                )
            metadata[key] = self._value(self._scalar(_U32), key)
        return metadata

    def _value(self, kind: int, key: str) -> Value:
        if kind == _STRING:
            return self._string(MAX_STRING).decode("utf-8", "replace")
        if kind == _ARRAY:
            return self._array(key)
        form = _SCALARS.get(kind)
        if form is None:
            raise self._unknown_type(kind)
        value: int | float | bool = self._scalar(form)
        return value

    def _array(self, key: str) -> Value:
        kind, count = self._scalar(_U32), self._u64()
        if count > MAX_ARRAY:
            raise self._damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: a list claims {count} entries."),
                count=count,
            )
        if kind == _STRING:
            if key == TOKENS and self._check_words:
                self._walk_tokens(count)
            else:
                self._skip_strings(count)
            return LongArray(count)
        form = _SCALARS.get(kind)
        if form is None:
            raise self._unknown_type(kind)
        if count > KEPT_ARRAY:
            self._skip(count * form.size)
            return LongArray(count)
        return tuple(struct.unpack(f"<{count}{form.format[1:]}", self._take(count * form.size)))

    def _unknown_type(self, kind: int) -> FileDamaged:
        return self._damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: value type {kind} does not exist."),
            kind=kind,
        )

    def _skip_strings(self, count: int) -> None:
        """Walk over `count` strings: the hot loop of every header."""
        left, length_at = count, _U64.unpack_from
        while left:
            window, at = self._window, self._at
            last = len(window) - 8
            while left and at <= last:
                length = length_at(window, at)[0]
                if length > MAX_STRING:
                    raise self._long_string(length)
                at += 8 + length
                left -= 1
            self._at = min(at, len(window))
            self._skip(at - self._at)
            if left:
                self._fill(8)

    def _walk_tokens(self, count: int) -> None:
        """Walk over the vocabulary and look for words that occur twice."""
        words = self._words = set()
        left, n_empty, length_at = count, 0, _U64.unpack_from
        while left:
            window, at = self._window, self._at
            last = len(window) - 8
            while left and at <= last:
                end = at + 8 + length_at(window, at)[0]
                if end > len(window):
                    break
                if end > at + 8:
                    words.add(window[at + 8 : end])
                else:
                    n_empty += 1  # llama.cpp gives these names of their own
                at = end
                left -= 1
            self._at = at
            if left:  # the next one reaches over the end of the window
                words.add(self._string(MAX_STRING))
                left -= 1
        if len(words) + n_empty < count:
            raise self._damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: its vocabulary has a word twice.")
            )

    def _check_bytes(self, words: set[bytes]) -> None:
        """A SentencePiece vocabulary that cannot spell a byte ends the process at that byte."""
        lost = sum(
            b"<0x%02X>" % byte not in words and bytes([byte]) not in words for byte in range(256)
        )
        if lost:
            raise self._damaged(
                QT_TRANSLATE_NOOP(
                    "errors", "“{file}” is damaged: its vocabulary lacks {count} of 256 bytes."
                ),
                count=lost,
            )

    # ── tensors ──────────────────────────────────────────────────────────

    def _tensors(self, count: int) -> tuple[Tensor, ...]:
        tensors = [self._tensor() for _ in range(count)]
        if len({tensor.name for tensor in tensors}) < count:
            raise self._damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: two tensors have one name.")
            )
        return tuple(tensors)

    def _tensor(self) -> Tensor:
        name, n_dims = self._name(), self._scalar(_U32)
        if not 1 <= n_dims <= 4:
            raise self._bad_tensor(name)
        shape = struct.unpack(f"<{n_dims}Q", self._take(8 * n_dims))
        kind, offset = self._scalar(_U32), self._u64()
        elements = prod(shape)
        _, per_block, block_bytes = TENSOR_TYPES.get(kind, ("", 1, 0))
        if not 0 < elements < MAX_ELEMENTS or shape[0] % per_block:
            raise self._bad_tensor(name)
        return Tensor(name, kind, elements, offset, elements // per_block * block_bytes)

    def _bad_tensor(self, name: str) -> FileDamaged:
        return self._damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: “{tensor}” has no possible shape."),
            tensor=name[:100],
        )

    def _alignment(self, metadata: dict[str, Value]) -> int:
        value = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
        if type(value) is not int or not DEFAULT_ALIGNMENT <= value <= 4096 or value & (value - 1):
            raise self._damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: an alignment of {value}."),
                value=str(value)[:20],
            )
        return value

    def _check_data(self, tensors: tuple[Tensor, ...], alignment: int) -> None:
        """Every weight must lie inside the file: mmap reads behind its end otherwise."""
        data_start = -(-self._position // alignment) * alignment
        end = data_start + max((t.offset + t.size for t in tensors), default=0)
        if tensors and end > self._size:
            raise self._damaged(
                QT_TRANSLATE_NOOP(
                    "errors", "“{file}” is incomplete: only {percent} % of it is there."
                ),
                percent=self._size * 100 // end,
            )

    # ── the cursor ───────────────────────────────────────────────────────

    @property
    def _position(self) -> int:
        return self._base + self._at

    def _scalar(self, form: struct.Struct) -> int:
        if self._at + form.size > len(self._window):
            self._fill(form.size)
        value: int = form.unpack_from(self._window, self._at)[0]
        self._at += form.size
        return value

    def _u64(self) -> int:
        return self._scalar(_U64)

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._window):
            self._fill(count)
        start = self._at
        self._at += count
        return self._window[start : self._at]

    def _string(self, limit: int) -> bytes:
        length = self._u64()
        if length > limit:
            raise self._long_string(length)
        return self._take(length)

    def _name(self) -> str:
        raw = self._string(MAX_NAME)
        with contextlib.suppress(UnicodeDecodeError):
            name = raw.decode("utf-8")
            if name and is_plain(name):
                return name
        raise self._damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: a name in it is not readable text.")
        )

    def _skip(self, count: int) -> None:
        self._check_room(count)
        if self._at + count <= len(self._window):
            self._at += count
        else:
            self._base, self._at, self._window = self._position + count, 0, b""

    def _fill(self, count: int) -> None:
        """Move the window so that `count` bytes follow the cursor."""
        self._check_room(count)
        self._base, self._at = self._position, 0
        self._file.seek(self._base)
        self._window = self._file.read(max(count, _WINDOW))
        if len(self._window) < count:
            raise self._truncated()

    def _check_room(self, count: int) -> None:
        if self._position + count > self._size:
            raise self._truncated()
        if self._position + count > MAX_HEADER:
            raise self._damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: its header is over {limit} MB."),
                limit=MAX_HEADER >> 20,
            )

    # ── sentences ────────────────────────────────────────────────────────

    def _truncated(self) -> FileDamaged:
        return self._damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is incomplete: it ends inside its header.")
        )

    def _long_string(self, length: int) -> FileDamaged:
        return self._damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: a text claims {length} bytes."),
            length=length,
        )

    def _damaged(self, message: str, **values: object) -> FileDamaged:
        return FileDamaged(message, AGAIN, self._where(), file=file_name(self._path), **values)

    def _unsupported(self, message: str, hint: str, **values: object) -> DeskError:
        return Unsupported(message, hint, self._where(), file=file_name(self._path), **values)

    def _where(self) -> str:
        return f"at byte {self._position} of {self._size}"
