"""Which file is it? A quick hash of a model file's content, and the build of the engine."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
from functools import lru_cache
from pathlib import Path

from desk_llm.engine.types import LoadParams

_HEAD = 4 << 20  # the header with its vocabulary
_SAMPLE = 64 << 10
_SAMPLES = 16


def fingerprint(path: Path) -> str:
    """32 hex digits from the size, the first 4 MiB and 17 samples of the rest; raises OSError.

    Milliseconds where hashing 8 GB takes ten seconds. A quant made anew differs in nearly every
    block, so samples notice it; a single flipped bit may stay unnoticed.
    """
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        digest.update(size.to_bytes(8, "little"))
        digest.update(file.read(_HEAD))
        for n in range(_SAMPLES + 1):
            file.seek(max(_HEAD, (size - _SAMPLE) * n // _SAMPLES))
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()


def weights_of(params: LoadParams) -> str:
    """The fingerprint of what really computes: adapters make other weights; empty: not known."""
    if not params.fingerprint or not params.adapters:
        return params.fingerprint
    words = [params.fingerprint]
    for path, scale in params.adapters:
        words += (path, repr(float(scale)))
    return hashlib.blake2b("\0".join(words).encode(errors="replace"), digest_size=16).hexdigest()


@lru_cache
def engine_build() -> str:
    """The binding's version and its compiled library: states of another build are not read."""
    version = importlib.metadata.version("llama-cpp-python")
    root = importlib.metadata.distribution("llama-cpp-python").locate_file("llama_cpp/lib")
    names = sorted(Path(str(root)).glob("*llama.*"))
    marks = [f"{one.stat().st_size}-{one.stat().st_mtime_ns}" for one in names]
    return f"{version}-{hashlib.blake2b('|'.join(marks).encode(), digest_size=6).hexdigest()}"
