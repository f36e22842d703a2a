"""Access tokens: in the system's keyring, else in a file that only its owner can read."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem, RequestError
from desk_llm.hub.hosts import Zone, host_of, zone
from desk_llm.models.names import plain

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger("desk.hub")
T = TypeVar("T")

HUGGING_FACE = "huggingface.co"
MIRRORS = frozenset({"hf-mirror.com", "www.hf-mirror.com"})
_SERVICE = "desk_llm"
_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")  # huggingface_hub's order
_TOKEN = re.compile(r"[\x21-\x7e]{4,512}")
_HOST = re.compile(r"[a-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9a-f:.]{2,45}\](:\d{1,5})?")
_MAX_FILE = 64 << 10


class Place(Enum):
    """Where a token is kept."""

    NOWHERE = "nowhere"  # there is none
    ENVIRONMENT = "environment"  # HF_TOKEN; not ours to change
    KEYRING = "keyring"
    FILE = "file"


class Tokens:
    """One token for each host ("huggingface.co", "hub.example:8443"). May block: worker threads."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "tokens.json"
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Place]] = {}
        self._keyring: KeyringBackend | None = None
        self._has_looked = False

    def get(self, host: str = HUGGING_FACE) -> str:
        """The token for this host; empty when there is none."""
        return self._find(host)[0]

    def place(self, host: str = HUGGING_FACE) -> Place:
        """Where it is kept."""
        return self._find(host)[1]

    def for_url(self, url: str) -> str:
        """The token that may be sent with this URL: its own host's, over TLS or to loopback."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" and zone(host, resolve=False) is not Zone.LOOPBACK:
            return ""
        return self.get(host_of(url))

    def set(self, token: str, host: str = HUGGING_FACE) -> Place:
        """Keep a token. Raises RequestError for text that is no token or a mirror's host."""
        token, host = token.strip(), host.lower()
        if not _TOKEN.fullmatch(token):
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "This is not an access token."),
                QT_TRANSLATE_NOOP("errors", "Tokens of Hugging Face begin with “hf_”."),
            )
        if host in MIRRORS or not _HOST.fullmatch(host):
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "A token is never sent to {host}."),
                QT_TRANSLATE_NOOP("errors", "It belongs to huggingface.co or your own server."),
                host=plain(host, 100),
            )
        with self._lock:
            self._known.pop(host, None)
            is_in_keyring = self._put(host, token)
            self._write({**self._read(), host: None if is_in_keyring else token})
        return Place.KEYRING if is_in_keyring else Place.FILE

    def remove(self, host: str = HUGGING_FACE) -> None:
        """Forget it."""
        with self._lock:
            self._known.pop(host, None)
            kept = self._read()
            if host not in kept:
                return
            if kept.pop(host) is None and (ring := self._ring()) is not None:
                _ask(lambda: ring.delete_password(_SERVICE, host))
            self._write(kept)

    # ── the places ───────────────────────────────────────────────────────

    def _find(self, host: str) -> tuple[str, Place]:
        if host == HUGGING_FACE:
            for variable in _VARIABLES:
                token = os.environ.get(variable, "").strip()
                if _TOKEN.fullmatch(token):
                    return token, Place.ENVIRONMENT
        with self._lock:
            if host not in self._known:
                self._known[host] = self._look(host)
            return self._known[host]

    def _look(self, host: str) -> tuple[str, Place]:
        """The keyring is asked only for what we put there: some ask the person to unlock it."""
        kept = self._read()
        if host not in kept:
            return "", Place.NOWHERE
        token = kept[host]
        if token is not None:
            return token, Place.FILE
        ring = self._ring()
        found = _ask(lambda: ring.get_password(_SERVICE, host)) if ring is not None else None
        if found and _TOKEN.fullmatch(found):
            return found, Place.KEYRING
        return "", Place.NOWHERE

    def _ring(self) -> KeyringBackend | None:
        """The system's keyring, or None where there is none: no desktop, no daemon."""
        if not self._has_looked:
            self._has_looked = True
            self._keyring = _ask(_best_keyring)
        return self._keyring

    def _put(self, host: str, token: str) -> bool:
        """Proven by reading it back: the null backend takes everything and keeps nothing."""
        ring = self._ring()
        if ring is None:
            return False
        _ask(lambda: ring.set_password(_SERVICE, host, token))
        return _ask(lambda: ring.get_password(_SERVICE, host)) == token

    def _read(self) -> dict[str, str | None]:
        """Host → token, or None for one that is in the keyring."""
        try:
            with self._file.open("rb") as file:
                kept = json.loads(file.read(_MAX_FILE))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.warning("the file of tokens cannot be read: %s", type(error).__name__)
            return {}
        pairs = kept.items() if isinstance(kept, dict) else ()
        return {
            host: token
            for host, token in pairs
            if token is None or (isinstance(token, str) and _TOKEN.fullmatch(token))
        }

    def _write(self, kept: dict[str, str | None]) -> None:
        new = self._file.with_name(self._file.name + ".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new.unlink(missing_ok=True)  # one that others can read would stay readable
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self._file)
        except OSError as error:
            raise DiskProblem(
                QT_TRANSLATE_NOOP("errors", "The token cannot be saved: {reason}."),
                reason=error.strerror or error,
            ) from error


def _best_keyring() -> KeyringBackend | None:
    import keyring
    from keyring.backends import fail

    ring = keyring.get_keyring()
    return None if isinstance(ring, fail.Keyring) else ring


def _ask(question: Callable[[], T]) -> T | None:
    """The answer of the keyring, None when it fails: then the file is used instead."""
    try:
        return question()
    except Exception as error:  # noqa: BLE001  backends raise what D-Bus, libsecret, … raise
        log.warning("the keyring cannot be used: %s", type(error).__name__)
        return None
