"""Model servers: addresses on them, and the test that names the host which is blocked."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    AccessDenied,
    DeskError,
    NetworkError,
    RequestError,
)
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.hosts import Zone, host_of, zone
from desk_llm.hub.session import MAX_ANSWER, nonsense, read_bounded
from desk_llm.hub.tokens import MIRRORS
from desk_llm.hub.types import EndpointReport, StepReport
from desk_llm.models.names import is_plain, plain
from desk_llm.settings.network import HUGGING_FACE

if TYPE_CHECKING:
    import httpx2

_MAGIC = b"GGUF"
_PROBE_BYTES = 16


def clean(endpoint: str) -> str:
    """The address without a slash at its end. Raises RequestError for one that cannot be used."""
    text = endpoint.strip().rstrip("/")
    try:
        parts, host = urlsplit(text), host_of(text)
    except ValueError:
        parts, host = urlsplit(""), ""
    is_good = host and parts.username is None and not parts.query and is_plain(text)
    if not is_good or parts.scheme not in ("http", "https"):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "“{url}” is not the address of a server."),
            QT_TRANSLATE_NOOP("errors", "Write it like https://huggingface.co."),
            url=plain(text, 100),
        )
    if parts.scheme == "http" and zone(parts.hostname or "") > Zone.LOCAL:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "{host} would send the file unprotected."),
            QT_TRANSLATE_NOOP("errors", "Use an address that begins with https://."),
            host=plain(host, 100),
        )
    return text


def file_url(endpoint: str, repo: str, revision: str, path: str) -> str:
    """Where the server says how a file is fetched; it redirects to the bytes."""
    return f"{endpoint}/{repo}/resolve/{quote(revision, safe='')}/{quote(path)}"


def page_url(endpoint: str, repo: str) -> str:
    """The page for people. A mirror's visitors log in and ask for access on the real Hub."""
    place = HUGGING_FACE if host_of(endpoint) in MIRRORS else endpoint
    return f"{place}/{repo}"


def on_mirror(error: AccessDenied, endpoint: str) -> AccessDenied:
    """`error`, but on a mirror what helps there: no token opens anything, because it gets none."""
    host = host_of(endpoint)
    if host not in MIRRORS or "name" not in error.values:
        return error
    return AccessDenied(
        QT_TRANSLATE_NOOP("errors", "“{name}” is gated, and {host} never gets your token."),
        QT_TRANSLATE_NOOP("errors", "Choose huggingface.co as the model server; see {page}."),
        error.detail,
        **{**error.values, "host": host},
    )


def test(client: httpx2.Client, endpoint: str) -> EndpointReport:
    """Try the API, the address of a file, and the first bytes of it, one after the other.

    The file is one the server itself offers, so nothing about it is known beforehand. The hosts
    behind a redirect are tested by name: of a mirror, often only they are blocked.
    """
    trial = _Trial(client, endpoint)
    steps: list[StepReport] = []
    for name, step in (("api", trial.ask), ("resolve", trial.find), ("data", trial.fetch)):
        steps.append(_timed(name, step, lambda: trial.host))
        if not steps[-1].is_ok:
            break
    return EndpointReport(endpoint, tuple(steps))


def _timed(name: str, step: Callable[[], None], host: Callable[[], str]) -> StepReport:
    started = time.monotonic()
    error: DeskError | None = None
    try:
        step()
    except DeskError as raised:
        error = raised
    seconds = time.monotonic() - started
    named = str(error.values.get("host", "")) if error else ""
    return StepReport(name, named or host(), error is None, seconds, str(error or ""), error)


class _Trial:
    """What one step finds out for the next; `host` is who was asked last."""

    def __init__(self, client: httpx2.Client, endpoint: str) -> None:
        self._client = client
        self._endpoint = endpoint
        self._repo = ""
        self._file = ""
        self._location = ""
        self.host = host_of(endpoint)

    def ask(self) -> None:
        """The API: one small GGUF repository."""
        url = f"{self._endpoint}/api/models?filter=gguf&sort=downloads&limit=5&full=true"
        answer = self._json(url)
        for one in answer if isinstance(answer, list) else ():
            if not isinstance(one, dict) or one.get("gated"):
                continue
            names = [
                sibling.get("rfilename")
                for sibling in one.get("siblings") or ()
                if isinstance(sibling, dict)
            ]
            files = [name for name in names if isinstance(name, str) and name.endswith(".gguf")]
            if files and isinstance(one.get("id"), str):
                self._repo, self._file = one["id"], files[0]
                return
        raise NetworkError(
            QT_TRANSLATE_NOOP("errors", "{host} offers no GGUF models."), host=self.host
        )

    def find(self) -> None:
        """Where the bytes are; every redirect is followed by hand, so each host is named."""
        url = file_url(self._endpoint, self._repo, "main", self._file)
        with sentences(url):
            for _ in range(5):
                self.host = host_of(url)
                answer = self._client.head(url, follow_redirects=False)
                if not answer.has_redirect_location:
                    check(answer, name=self._repo)
                    break
                target = str(answer.url.join(answer.headers["Location"]))
                if "X-Repo-Commit" in answer.headers or "X-Linked-Size" in answer.headers:
                    url = target
                    break
                url = target
        self._location = url

    def fetch(self) -> None:
        """The first bytes, from the host that has them."""
        self.host = host_of(self._location)
        headers = {"Range": f"bytes=0-{_PROBE_BYTES - 1}"}
        with (
            sentences(self._location),
            self._client.stream("GET", self._location, headers=headers) as answer,
        ):
            self.host = host_of(str(answer.url))
            check(answer, name=self._repo)
            start = next(answer.iter_raw(), b"")
        if not start.startswith(_MAGIC):
            raise NetworkError(
                QT_TRANSLATE_NOOP("errors", "{host} sent something else than the file."),
                host=self.host,
            )

    def _json(self, url: str) -> object:
        with sentences(url), self._client.stream("GET", url) as answer:
            check(answer)
            body = read_bounded(answer, MAX_ANSWER)
            try:
                return json.loads(body)
            except (ValueError, RecursionError) as error:
                raise nonsense(self.host, error) from error
