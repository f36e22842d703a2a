"""The only maker of HTTP clients: proxy, offline switch, time limits, redirects, tokens."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from desk_llm.errors import QT_TRANSLATE_NOOP, NetworkError
from desk_llm.hub.hosts import check_redirect
from desk_llm.hub.problems import Offline
from desk_llm.hub.tokens import Tokens
from desk_llm.settings import SettingsStore

if TYPE_CHECKING:
    import ssl

    import httpx2

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PROXY_VARIABLES = ("all_proxy", "https_proxy", "http_proxy")


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
    import httpx2

    proxy = settings.current.network.proxy
    policy = _Policy(settings, tokens, has_proxy=bool(proxy) or _has_system_proxy())
    try:
        return httpx2.Client(
            headers={"User-Agent": user_agent(), "Accept-Encoding": "identity"},
            verify=_trusted(),
            proxy=proxy or None,
            timeout=httpx2.Timeout(read_s, connect=connect_s),
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            event_hooks={"request": [policy.before], "response": [policy.after]},
        )
    except (ValueError, ImportError, httpx2.InvalidURL) as error:
        raise _bad_proxy(proxy, error) from error


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted, read once: it takes longer than a request."""
    import httpx2

    return httpx2.create_ssl_context()


def user_agent() -> str:
    """Who asks: the app and its version, nothing of the person or the machine."""
    from importlib import metadata

    try:
        return f"desk_llm/{metadata.version('desk-llm')}"
    except metadata.PackageNotFoundError:
        return "desk_llm"


class _Policy:
    """What is checked before and after each hop."""

    def __init__(self, settings: SettingsStore, tokens: Tokens, *, has_proxy: bool) -> None:
        self._settings = settings
        self._tokens = tokens
        self._has_proxy = has_proxy

    def before(self, request: httpx2.Request) -> None:
        """The offline switch, and the token of this very host."""
        if self._settings.current.network.offline:
            raise Offline
        request.headers.pop("Authorization", None)
        is_read_on_the_way = self._has_proxy and request.url.scheme == "http"
        token = "" if is_read_on_the_way else self._tokens.for_url(str(request.url))
        if token:
            request.headers["Authorization"] = f"Bearer {token}"

    def after(self, response: httpx2.Response) -> None:
        """Look at a redirect before httpx2 follows it."""
        location = response.headers.get("Location")
        if response.status_code in _REDIRECTS and location:
            target = response.url.join(location)
            check_redirect(str(response.url), str(target), resolve=not self._has_proxy)


def _has_system_proxy() -> bool:
    from urllib.request import getproxies

    return any(getproxies().get(kind) for kind in ("all", "https", "http"))


def _bad_proxy(proxy: str, error: Exception) -> NetworkError:
    """A proxy that httpx2 cannot use: GNOME writes socks://, which means socks5://."""
    if proxy:
        message = QT_TRANSLATE_NOOP("errors", "The proxy of the settings cannot be used.")
        hint = QT_TRANSLATE_NOOP(
            "errors", "Write it like http://host:port or socks5://host:port, or leave it empty."
        )
        return NetworkError(message, hint, type(error).__name__)
    names = [one for one in _PROXY_VARIABLES if os.environ.get(one) or os.environ.get(one.upper())]
    return NetworkError(
        QT_TRANSLATE_NOOP("errors", "The proxy of this system cannot be used ({where})."),
        QT_TRANSLATE_NOOP(
            "errors", "Set a proxy in the network settings, like socks5://host:port."
        ),
        type(error).__name__,
        where=", ".join(names) or "system settings",
    )
