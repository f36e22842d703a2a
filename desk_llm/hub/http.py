"""The only maker of HTTP clients: proxy, offline switch, time limits, redirects, tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desk_llm.hub.tokens import Tokens
from desk_llm.settings import SettingsStore

if TYPE_CHECKING:
    import httpx2


def client(
    settings: SettingsStore, tokens: Tokens, *, connect_s: float = 10.0, read_s: float = 20.0
) -> httpx2.Client:
    """A client that follows the settings; the caller closes it.

    Every hop of every request is checked before it is sent: `Offline` when the network is switched
    off, `Refused` for redirects to http or into the local network, and the header Authorization is
    replaced by the token of exactly that host, if there is one. Proxies are those of the settings,
    else of the environment or system, at the time of this call. Give URLs, never headers of your
    own for authorization. Bodies are asked for without compression.
    """
    raise NotImplementedError


@contextmanager
def sentences(url: str) -> Iterator[None]:
    """Within it, httpx2's errors become NetworkError with a sentence that names the host."""
    raise NotImplementedError


def check(response: httpx2.Response, *, name: str = "", page_url: str = "") -> None:
    """Raise for a status that is no success.

    Busy (408, 425, 429, 5xx; `retry_after_s`), AccessDenied (401: log in; 403: request access, with
    `page_url`), ModelNotFound (404, and 401 for a repository that does not exist), NetworkError.
    """
    raise NotImplementedError
