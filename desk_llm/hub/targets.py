"""Where a file of a stranger's server may lie below the models folder: names made safe."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError
from desk_llm.models.names import is_plain, plain

MAX_NAME_BYTES = 200  # file systems take 255; ".part.json" and a copy's number must fit as well
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # on Windows; "\0" and "/" everywhere
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)")
_ENDING = re.compile(r"(-\d{5}-of-\d{5})?(\.[A-Za-z0-9]{1,10})?$")


def target_of(owner: str, repo: str, path: str) -> str:
    """`owner/repo/file`, always three parts: folders of the repository go into the file's name.

    Raises RequestError for a path that tries to leave its repository.

    >>> target_of("ann", "cat-GGUF", "Q8_0/cat-Q8_0.gguf")
    'ann/cat-GGUF/cat-Q8_0.gguf'
    >>> target_of("ann", "cat-GGUF", "BF16/cat-00001-of-00002.gguf")
    'ann/cat-GGUF/BF16-cat-00001-of-00002.gguf'
    """
    *folders, name = check_path(path).split("/")
    told = [one for one in folders if one.casefold() not in name.casefold()]
    return "/".join((safe_name(owner), safe_name(repo), safe_name("-".join((*told, name)))))


def is_honest(path: str) -> bool:
    """Whether every part of a path is a name, and all of it stays where it is put."""
    return (
        0 < len(path) <= 1024
        and "\\" not in path
        and all(part not in ("", ".", "..") for part in path.split("/"))
        and not re.match(r"[A-Za-z]:", path)
        and is_plain(path)
    )


def check_path(path: str) -> str:
    """`path` if it is honest. Raises RequestError."""
    if not is_honest(path):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "The server names a file that cannot be saved: “{file}”."),
            file=plain(path, 120),
        )
    return path


def safe_name(name: str) -> str:
    """One part of a path that every file system takes and that shows what it is.

    >>> safe_name("CON.gguf"), safe_name("a:b?.gguf"), safe_name(" .. ")
    ('_CON.gguf', 'a_b_.gguf', '_')
    """
    name = unicodedata.normalize("NFC", name)
    name = "".join(char for char in name if is_plain(char))
    name = _FORBIDDEN.sub("_", name).strip().rstrip(". ")
    if not name or name.startswith(".") or _DEVICES.match(name):
        name = f"_{name.lstrip('.')}"
    return _short(name)


def _short(name: str) -> str:
    """Too long a name keeps its beginning and ending; a hash keeps it apart from others."""
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    match = _ENDING.search(name)
    ending = match[0] if match else ""
    stem = name[: len(name) - len(ending)]
    digest = hashlib.sha256(stem.encode()).hexdigest()[:12]
    room = MAX_NAME_BYTES - len(ending.encode()) - len(digest) - 1
    kept = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return f"{kept}~{digest}{ending}"
