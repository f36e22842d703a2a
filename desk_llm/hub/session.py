"""huggingface_hub on our own HTTP client: no silent retries, no extra requests, bounded bodies.

Its functions take a process-wide client. Ours passes every request on to the client of the call
that runs in this thread; what asks outside of a call (its daily look for other tools) is refused.
Errors leave it as sentences at once: it would retry for 23 seconds what it knows as an error.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from desk_llm.errors import QT_TRANSLATE_NOOP, NetworkError
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.hosts import host_of
from desk_llm.hub.problems import Refused

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import HfApi

MAX_ANSWER = 32 << 20  # the biggest repositories need some 2 MB
LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class _Call:
    """What the requests of one call are about."""

    client: httpx2.Client
    endpoint: str
    name: str
    page_url: str


_current: ContextVar[_Call | None] = ContextVar("hub_call", default=None)


@contextmanager
def hub_api(
    client: httpx2.Client, endpoint: str, *, name: str = "", page_url: str = ""
) -> Iterator[HfApi]:
    """HfApi for `endpoint` on `client`; `name` and `page_url` are for sentences."""
    token = _current.set(_Call(client, endpoint, name, page_url))
    try:
        yield _library()(endpoint=endpoint, token=False)  # the client adds the token of the host
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise nonsense(host_of(endpoint), error) from error  # an answer it cannot understand
    finally:
        _current.reset(token)


@cache
def _library() -> type[HfApi]:
    """Imported with the first question: it takes 0.4 s."""
    for name in ("DISABLE_TELEMETRY", "DISABLE_UPDATE_CHECK", "DISABLE_IMPLICIT_TOKEN"):
        os.environ.setdefault(f"HF_HUB_{name}", "1")
    import httpx2
    import huggingface_hub

    class Session(httpx2.Client):
        """Looks like a client, and hands every request to the one of this thread's call."""

        def send(self, request: httpx2.Request, **_options: Any) -> httpx2.Response:
            call = _current.get()
            if call is None or not str(request.url).startswith(f"{call.endpoint}/api/models"):
                raise Refused(QT_TRANSLATE_NOOP("errors", "This address cannot be asked for."))
            return _bounded(call, request)

    def make() -> httpx2.Client:
        return Session(trust_env=False, transport=httpx2.BaseTransport())  # it sends nothing itself

    huggingface_hub.set_client_factory(make)
    return huggingface_hub.HfApi


def _bounded(call: _Call, request: httpx2.Request) -> httpx2.Response:
    import httpx2

    request.headers.update(call.client.headers)
    request.extensions["timeout"] = call.client.timeout.as_dict()
    url = str(request.url)
    with sentences(url):
        answer = call.client.send(request, stream=True)
        try:
            check(answer, name=call.name, page_url=call.page_url)
            body = read_bounded(answer, MAX_ANSWER)
        finally:
            answer.close()
    headers = {
        name: value for name, value in answer.headers.items() if name in ("content-type", "link")
    }
    return httpx2.Response(answer.status_code, headers=headers, content=body, request=request)


def read_bounded(response: httpx2.Response, limit: int) -> bytes:
    """The body, if it ends within `limit` bytes and LONGEST_S seconds. Raises NetworkError."""
    ends, body = time.monotonic() + LONGEST_S, bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > limit:
            raise Refused(
                QT_TRANSLATE_NOOP("errors", "{host} answered far more than was asked for."),
                host=host_of(str(response.url)),
            )
        if time.monotonic() > ends:
            raise NetworkError(
                QT_TRANSLATE_NOOP("errors", "{host} answers too slowly."),
                host=host_of(str(response.url)),
            )
    return bytes(body)


def nonsense(host: str, error: Exception) -> NetworkError:
    """The error for an answer that cannot be read."""
    return NetworkError(
        QT_TRANSLATE_NOOP("errors", "{host} gave an answer that makes no sense."),
        QT_TRANSLATE_NOOP("errors", "Choose another model server in the settings."),
        type(error).__name__,
        host=host,
    )
