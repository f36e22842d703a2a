"""httpx2's errors and the statuses of servers, turned into sentences that name the host."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    AccessDenied,
    DeskError,
    ModelNotFound,
    NetworkError,
)
from desk_llm.hub.hosts import host_of
from desk_llm.hub.problems import LATER, OTHER_SERVER, Busy, Refused
from desk_llm.models.names import plain

if TYPE_CHECKING:
    import httpx2

LONGEST_WAIT_S = 3600.0
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 509, 520, 521, 522, 523, 524})
_RATE_LIMIT = re.compile(r"\br\s*=\s*0\s*;\s*t\s*=\s*(\d{1,6})")


@contextmanager
def sentences(url: str) -> Iterator[None]:
    """Within it, httpx2's errors become NetworkError with a sentence that names the host.

    The host is that of the hop that failed: after a redirect, not the one that was asked.
    """
    import httpx2

    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError) as error:
        raise _network_error(_host_in(error, url), error) from error


def check(
    response: httpx2.Response, *, name: str = "", page_url: str = "", is_gated: bool = False
) -> None:
    """Raise for a status that is no success, and for a web page where data was asked for.

    Busy (408, 425, 429, 5xx; `retry_after_s`), AccessDenied (401: log in; 403: request access, with
    `page_url`), ModelNotFound (404, and 401 for a repository that does not exist), NetworkError.
    `is_gated`: the repository is known to be; else the server must say that this is the reason.
    """
    host = host_of(str(response.url))
    if response.is_success:
        if response.headers.get("Content-Type", "").lower().startswith("text/html"):
            raise _web_page(host)
        return
    status = response.status_code
    if status in _BUSY:
        raise Busy(host, status, retry_after(response))
    if status in (401, 403, 451):
        raise _denied(response, host, name, page_url, is_gated=is_gated)
    if status in (404, 410):
        raise _not_found(response, host, name)
    raise NetworkError(
        QT_TRANSLATE_NOOP("errors", "{host} answered {status}, which was not expected."),
        LATER,
        _said(response),
        host=host,
        status=status,
    )


def retry_after(response: httpx2.Response) -> float | None:
    """Seconds the server asks to wait: Retry-After in either form, or the Hub's RateLimit."""
    value = response.headers.get("Retry-After", "").strip()
    seconds: float | None = None
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    elif value:
        import email.utils

        with contextlib.suppress(ValueError, TypeError, OverflowError):
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
    elif limit := _RATE_LIMIT.search(response.headers.get("RateLimit", "")):
        seconds = float(limit[1])
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT_S)


def _said(response: httpx2.Response) -> str:
    """The server's own words, for the details."""
    return plain(response.headers.get("X-Error-Message", ""), 300)


def _web_page(host: str) -> NetworkError:
    return NetworkError(
        QT_TRANSLATE_NOOP("errors", "{host} answered with a web page instead of data."),
        QT_TRANSLATE_NOOP(
            "errors", "Perhaps this network wants you to log in first: open a page in your browser."
        ),
        host=host,
    )


def _denied(
    response: httpx2.Response, host: str, name: str, page_url: str, *, is_gated: bool
) -> DeskError:
    code, had_token = response.headers.get("X-Error-Code", ""), _had_token(response)
    values = {"host": host, "name": plain(name, 120), "page": page_url or host}
    said = _said(response)
    if response.status_code == 401 and code == "RepoNotFound":
        return _no_repository(response, host, name)
    if code == "GatedRepo" or is_gated:
        if had_token:
            return AccessDenied(
                QT_TRANSLATE_NOOP("errors", "“{name}” is gated, and your token does not open it."),
                QT_TRANSLATE_NOOP("errors", "Request access on {page}, then try again."),
                said,
                **values,
            )
        return AccessDenied(
            QT_TRANSLATE_NOOP("errors", "“{name}” is gated: its makers let only some people in."),
            QT_TRANSLATE_NOOP(
                "errors",
                "Log in on {page}, request access, and put your token into the network settings.",
            ),
            said,
            **values,
        )
    if response.status_code == 401 and had_token:
        return AccessDenied(
            QT_TRANSLATE_NOOP("errors", "{host} does not accept your token."),
            QT_TRANSLATE_NOOP("errors", "Put a new token into the network settings."),
            said,
            **values,
        )
    return AccessDenied(
        QT_TRANSLATE_NOOP("errors", "{host} does not let you in."),
        QT_TRANSLATE_NOOP("errors", "See {page}; a token may be needed in the network settings."),
        said,
        **values,
    )


def _had_token(response: httpx2.Response) -> bool:
    return "Authorization" in response.request.headers


def _not_found(response: httpx2.Response, host: str, name: str) -> ModelNotFound:
    if response.headers.get("X-Error-Code", "") == "RepoNotFound" or not name:
        return _no_repository(response, host, name or response.url.path)
    return ModelNotFound(
        QT_TRANSLATE_NOOP("errors", "{host} no longer has this file of “{name}”."),
        QT_TRANSLATE_NOOP("errors", "Look at the repository again: it may have changed."),
        _said(response),
        host=host,
        name=plain(name, 120),
    )


def _no_repository(response: httpx2.Response, host: str, name: str) -> ModelNotFound:
    return ModelNotFound(
        QT_TRANSLATE_NOOP("errors", "{host} has no “{name}”, or it is private."),
        QT_TRANSLATE_NOOP("errors", "Check the name; private ones need a token in the settings."),
        _said(response),
        host=host,
        name=plain(name, 120),
    )


# ── the way to the server ────────────────────────────────────────────────


def _host_in(error: Exception, url: str) -> str:
    try:
        return host_of(str(error.request.url))  # type: ignore[attr-defined]
    except (RuntimeError, AttributeError, ValueError):  # RuntimeError: httpx2 knows no request
        return host_of(url)


def _network_error(host: str, error: Exception) -> NetworkError:
    import httpx2

    values = {"host": plain(host, 100)}
    kind: type[NetworkError] = NetworkError
    hint = OTHER_SERVER
    if isinstance(error, httpx2.TooManyRedirects):
        kind = Refused
        message = QT_TRANSLATE_NOOP("errors", "{host} redirects without end.")
    elif isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL | UnicodeError):
        kind = Refused
        message = QT_TRANSLATE_NOOP("errors", "This address cannot be asked for.")
    elif isinstance(error, httpx2.ProxyError):
        message = QT_TRANSLATE_NOOP("errors", "The proxy did not connect to {host}.")
        hint = QT_TRANSLATE_NOOP("errors", "Check the proxy in the network settings.")
    elif isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError):
        message, hint = _no_connection(error)
    elif isinstance(error, httpx2.TimeoutException):
        message = QT_TRANSLATE_NOOP("errors", "{host} stopped answering.")
    else:
        message = QT_TRANSLATE_NOOP("errors", "The connection to {host} broke off.")
    return kind(message, hint, f"{type(error).__name__}: {plain(str(error), 300)}", **values)


def _no_connection(error: Exception) -> tuple[str, str]:
    import socket
    import ssl

    causes = tuple(_causes(error))
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return (
            QT_TRANSLATE_NOOP("errors", "No protected connection to {host}: it was tampered with."),
            QT_TRANSLATE_NOOP("errors", "A proxy, a virus scanner or a wrong clock can do this."),
        )
    if any(isinstance(one, socket.gaierror) for one in causes):
        return (
            QT_TRANSLATE_NOOP("errors", "{host} cannot be found: no network, or it is blocked."),
            OTHER_SERVER,
        )
    return QT_TRANSLATE_NOOP("errors", "{host} cannot be reached."), OTHER_SERVER


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
