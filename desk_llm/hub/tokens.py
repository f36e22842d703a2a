"""Access tokens: in the system's keyring, else in a file that only its owner can read."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

HUGGING_FACE = "huggingface.co"


class Place(Enum):
    """Where a token is kept."""

    NOWHERE = "nowhere"  # there is none
    ENVIRONMENT = "environment"  # HF_TOKEN; not ours to change
    KEYRING = "keyring"
    FILE = "file"


class Tokens:
    """One token for each host ("huggingface.co", "hub.example:8443"). May block: worker threads."""

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    def get(self, host: str = HUGGING_FACE) -> str:
        """The token for this host; empty when there is none."""
        raise NotImplementedError

    def place(self, host: str = HUGGING_FACE) -> Place:
        """Where it is kept."""
        raise NotImplementedError

    def set(self, token: str, host: str = HUGGING_FACE) -> Place:
        """Keep a token. Raises RequestError for text that is no token or a mirror's host."""
        raise NotImplementedError

    def remove(self, host: str = HUGGING_FACE) -> None:
        """Forget it."""
        raise NotImplementedError

    def for_url(self, url: str) -> str:
        """The token that may be sent with this URL: its own host's, over TLS or to loopback."""
        raise NotImplementedError
