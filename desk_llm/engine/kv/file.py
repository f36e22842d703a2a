"""The file format of a saved KV state: a header with length and checksum, tokens, state.

    magic 8 | version u32 | header length u32 | file length u64 | blake2b 32
    header (JSON) | token ids (int32) | state | partial states of the checkpoints

A damaged state kills the process that loads it, so nothing of a file is used before the checksum
over all of it is right. Files of other builds and models are not damaged, only useless here.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from io import FileIO
from pathlib import Path

from desk_llm.engine.kv.checkpoints import Checkpoint

VERSION = 1
_MAGIC = b"DESK-KV\n"
_START = struct.Struct("<8sIIQ")
_DIGEST_BYTES = 32
_FIXED = _START.size + _DIGEST_BYTES
_MAX_HEADER = 1 << 20
_SLICE = 4 << 20  # written and hashed at once: the pause in which a write can be given up


class DamagedFile(ValueError):
    """Not a state file, of another version, or not as it was written."""


class GivenUp(Exception):
    """The write was no longer wanted."""


@dataclass(frozen=True, slots=True)
class KvIdentity:
    """What a state is valid for: the same weights, KV types and native code."""

    model: str  # fingerprint of the file
    type_k: str
    type_v: str
    build: str


@dataclass(frozen=True, slots=True)
class KvState:
    """What a slot held: a conversation can go on from it in another process."""

    conversation: str
    identity: KvIdentity
    tokens: array[int]
    data: bytearray | memoryview
    checkpoints: tuple[Checkpoint, ...] = ()

    @property
    def n_bytes(self) -> int:
        """About the size of the file."""
        parts = sum(len(one.data) for one in self.checkpoints)
        return len(self.data) + parts + 4 * len(self.tokens)


@dataclass(frozen=True, slots=True)
class KvHeader:
    """A file without its state: enough for the index."""

    conversation: str
    identity: KvIdentity
    tokens: array[int]
    checkpoints: tuple[int, ...]  # their positions
    n_bytes: int  # of the file


_IDENTITY = tuple(field.name for field in fields(KvIdentity))
_TOKEN_BYTES = array("i").itemsize


def token_array(tokens: Sequence[int]) -> array[int]:
    """Four bytes per token; arrays compare in C like lists do."""
    return array("i", tokens)


def write(path: Path, state: KvState, is_wanted: Callable[[], bool]) -> int:
    """Write a whole file or none; its size. Raises OSError or GivenUp."""
    start, parts = _assemble(state)
    temporary = path.with_suffix(".part")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with FileIO(descriptor, "wb") as file:
            file.seek(_FIXED)
            digest = hashlib.blake2b(start, digest_size=_DIGEST_BYTES)
            for piece in _slices(parts, is_wanted):
                digest.update(piece)
                _write_all(file, piece)
            file.seek(0)
            _write_all(file, memoryview(start + digest.digest()))
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return len(start) + _DIGEST_BYTES + sum(len(part) for part in parts)


def _assemble(state: KvState) -> tuple[bytes, list[memoryview]]:
    words = {
        "conversation": state.conversation,
        "identity": asdict(state.identity),
        "n_tokens": len(state.tokens),
        "n_state": len(state.data),
        "checkpoints": [(one.n_tokens, len(one.data)) for one in state.checkpoints],
    }
    header = json.dumps(words).encode()
    parts = [
        memoryview(header),
        memoryview(state.tokens).cast("B"),
        memoryview(state.data),
        *(memoryview(one.data) for one in state.checkpoints),
    ]
    total = _FIXED + sum(len(part) for part in parts)
    return _START.pack(_MAGIC, VERSION, len(header), total), parts


def _slices(parts: Sequence[memoryview], is_wanted: Callable[[], bool]) -> Iterator[memoryview]:
    for part in parts:
        for n in range(0, len(part), _SLICE):
            if not is_wanted():
                raise GivenUp
            yield part[n : n + _SLICE]


def _write_all(file: FileIO, data: memoryview) -> None:
    while data:
        written = file.write(data)
        data = data[written:]


def read_header(path: Path) -> KvHeader:
    """What a file says of itself, not proved by its checksum; raises OSError or DamagedFile."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        n_header = _check_start(file.read(_FIXED), size)
        words = _parse(file.read(n_header), size - _FIXED - n_header)
        tokens = token_array(())
        tokens.frombytes(file.read(words.n_tokens * tokens.itemsize))
    positions = tuple(n_tokens for n_tokens, _n_bytes in words.checkpoints)
    return KvHeader(words.conversation, words.identity, tokens, positions, size)


def read(path: Path) -> KvState:
    """A whole file, proved by its checksum; raises OSError or DamagedFile."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        n_header = _check_start(file.read(_FIXED), size)
        file.seek(0)
        content = memoryview(bytearray(size))
        n_read = 0
        while n := file.readinto(content[n_read:]):
            n_read += n
    digest = hashlib.blake2b(content[: _START.size], digest_size=_DIGEST_BYTES)
    digest.update(content[_FIXED:])
    if digest.digest() != content[_START.size : _FIXED]:
        raise DamagedFile("not what was written")
    rest = content[_FIXED:]
    words = _parse(bytes(rest[:n_header]), len(rest) - n_header)
    rest = rest[n_header:]
    tokens = token_array(())
    n_tokens = words.n_tokens * tokens.itemsize
    tokens.frombytes(rest[:n_tokens])
    data, rest = rest[n_tokens : n_tokens + words.n_state], rest[n_tokens + words.n_state :]
    checkpoints = []
    for position, n_bytes in words.checkpoints:  # copies: they outlive the rest of the file
        checkpoints.append(Checkpoint(position, bytearray(rest[:n_bytes])))
        rest = rest[n_bytes:]
    return KvState(words.conversation, words.identity, tokens, data, tuple(checkpoints))


def _check_start(head: bytes | memoryview, size: int) -> int:
    """Length of the header; `head` is the file's beginning, `size` what it really has."""
    if len(head) < _FIXED:
        raise DamagedFile("too short")
    magic, version, n_header, total = _START.unpack_from(head)
    if magic != _MAGIC or version != VERSION:
        raise DamagedFile("of another kind or version")
    if total != size or not 0 < n_header <= min(_MAX_HEADER, size - _FIXED):
        raise DamagedFile("of another length")
    return int(n_header)


@dataclass(frozen=True, slots=True)
class _Words:
    """The header's JSON."""

    conversation: str
    identity: KvIdentity
    n_tokens: int
    n_state: int
    checkpoints: tuple[tuple[int, int], ...]  # (position, bytes)


def _parse(header: bytes, n_rest: int) -> _Words:
    try:
        raw = json.loads(header)
        identity = raw["identity"]
        words = _Words(
            conversation=str(raw["conversation"]),
            identity=KvIdentity(**{name: str(identity[name]) for name in _IDENTITY}),
            n_tokens=_count(raw["n_tokens"]),
            n_state=_count(raw["n_state"]),
            checkpoints=tuple((_count(n), _count(size)) for n, size in raw["checkpoints"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedFile(f"its header: {error!r}") from None
    n_checkpoints = sum(n_bytes for _position, n_bytes in words.checkpoints)
    if words.n_tokens * _TOKEN_BYTES + words.n_state + n_checkpoints != n_rest:
        raise DamagedFile("its parts have other lengths")
    return words


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value
