"""A cursor over the header of a file, which believes no length; and the sentences for bad ones."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path
from typing import BinaryIO

from desk_llm.errors import QT_TRANSLATE_NOOP, FileDamaged, Unsupported
from desk_llm.models.gguf.foreign import AGAIN
from desk_llm.models.names import file_name, is_plain

MAX_HEADER = 128 << 20
MAX_NAME = 64 << 10
MAX_STRING = 16 << 20

U32, U64 = struct.Struct("<I"), struct.Struct("<Q")
_WINDOW = 64 << 10  # larger ones are given back to the system and fetched again each time


class Cursor:
    """A window of the file. No mmap: it kills the process when the file shrinks."""

    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        self.path = path
        self.size = size
        self._file = file
        self._base = 0  # where the window begins in the file
        self.window = b""
        self.at = 0  # where the cursor is in the window

    @property
    def position(self) -> int:
        """Where the cursor is in the file."""
        return self._base + self.at

    def start(self) -> bytes:
        """The first bytes of the file; the cursor stays in front of them."""
        self.fill(min(self.size, 64))
        return self.window[:64]

    def scalar(self, form: struct.Struct) -> int:
        """One number."""
        if self.at + form.size > len(self.window):
            self.fill(form.size)
        value: int = form.unpack_from(self.window, self.at)[0]
        self.at += form.size
        return value

    def u32(self) -> int:
        """An unsigned number of four bytes."""
        return self.scalar(U32)

    def u64(self) -> int:
        """An unsigned number of eight bytes."""
        return self.scalar(U64)

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if self.at + count > len(self.window):
            self.fill(count)
        start = self.at
        self.at += count
        return self.window[start : self.at]

    def string(self, limit: int = MAX_STRING) -> bytes:
        """A text with its length in front."""
        length = self.u64()
        if length > limit:
            raise self.long_string(length)
        return self.take(length)

    def name(self) -> str:
        """The name of a key or a tensor."""
        raw = self.string(MAX_NAME)
        with contextlib.suppress(UnicodeDecodeError):
            name = raw.decode("utf-8")
            if name and is_plain(name):
                return name
        raise self.damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: a name in it is not readable text.")
        )

    def skip(self, count: int) -> None:
        """Walk over `count` bytes without reading them."""
        self._check_room(count)
        if self.at + count <= len(self.window):
            self.at += count
        else:
            self._base, self.at, self.window = self.position + count, 0, b""

    def fill(self, count: int) -> None:
        """Move the window so that `count` bytes follow the cursor."""
        self._check_room(count)
        self._base, self.at = self.position, 0
        self._file.seek(self._base)
        self.window = self._file.read(max(count, _WINDOW))
        if len(self.window) < count:
            raise self._truncated()

    def more(self) -> bool:
        """Read on behind the window, keeping what is behind the cursor; False at the end."""
        end = self._base + len(self.window)
        if end >= min(self.size, MAX_HEADER):
            return False
        kept = self.window[self.at :]
        self._base, self.at = self.position, 0
        self._file.seek(end)
        self.window = kept + self._file.read(_WINDOW)
        return len(self.window) > len(kept)

    def seek(self, position: int) -> None:
        """Go back to where the cursor was."""
        self._base, self.at, self.window = position, 0, b""

    def _check_room(self, count: int) -> None:
        if self.position + count > self.size:
            raise self._truncated()
        if self.position + count > MAX_HEADER:
            raise self.damaged(
                QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: its header is over {limit} MB."),
                limit=MAX_HEADER >> 20,
            )

    # ── sentences ────────────────────────────────────────────────────────

    def long_string(self, length: int) -> FileDamaged:
        """A text that is too long to be one."""
        return self.damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: a text claims {length} bytes."),
            length=length,
        )

    def damaged(self, message: str, **values: object) -> FileDamaged:
        """FileDamaged with the file's name and the place."""
        return FileDamaged(message, AGAIN, self._where(), file=file_name(self.path), **values)

    def unsupported(self, message: str, hint: str, **values: object) -> Unsupported:
        """Unsupported with the file's name and the place."""
        return Unsupported(message, hint, self._where(), file=file_name(self.path), **values)

    def _truncated(self) -> FileDamaged:
        return self.damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is incomplete: it ends inside its header.")
        )

    def _where(self) -> str:
        return f"at byte {self.position} of {self.size}"
