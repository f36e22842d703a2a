"""Hub: the front door to model servers. Every call may wait for the network: worker threads."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desk_llm.errors import QT_TRANSLATE_NOOP, AccessDenied, ModelNotFound
from desk_llm.hub import curated, endpoints, names, ollama_registry, plain_url, quants
from desk_llm.hub.card import read_card
from desk_llm.hub.curated import Curated
from desk_llm.hub.header_store import HeaderStore
from desk_llm.hub.hosts import host_of
from desk_llm.hub.http import client
from desk_llm.hub.remote_header import RemoteHeader, read_remote
from desk_llm.hub.specs import make_spec
from desk_llm.hub.tokens import MIRRORS, Tokens
from desk_llm.hub.types import (
    DownloadSpec,
    EndpointReport,
    QuantFiles,
    Repo,
    RepoSummary,
    SearchQuery,
)
from desk_llm.models.names import plain
from desk_llm.settings import SettingsStore

if TYPE_CHECKING:
    import httpx2


class Hub:
    """Asks the server of the settings; nothing is retried, the first failure is raised."""

    def __init__(self, settings: SettingsStore, tokens: Tokens, cache: Path) -> None:
        self._settings = settings
        self._tokens = tokens
        self._headers = HeaderStore(cache)

    def search(self, query: SearchQuery) -> tuple[RepoSummary, ...]:
        """GGUF repositories, in the order asked for. Raises NetworkError."""
        from desk_llm.hub import api

        with self._client() as http:
            return api.search(http, self._endpoint, query)

    def repo(self, name: str) -> Repo:
        """A repository with its quants. Raises NetworkError, ModelNotFound, AccessDenied.

        A gated one is returned with `is_readable` False and `problem` saying what to do.
        """
        return self._repo(names.check_repo(name.strip()))

    def card(self, name: str) -> str:
        """The model card as Markdown, without its front matter; empty when there is none."""
        with self._client() as http:
            return read_card(http, self._endpoint, names.check_repo(name.strip()))

    def header(self, repo: Repo, quant: QuantFiles) -> RemoteHeader:
        """The header, read by range requests; kept in the cache, so asking again is cheap."""
        if repo.problem is not None:
            raise repo.problem
        with self._client() as http:
            return read_remote(http, self._endpoint, repo, quant, self._headers)

    def spec(self, repo: Repo, quant: QuantFiles, *extras: QuantFiles) -> DownloadSpec:
        """What to download for a quant, with projectors or drafts. Asks no server."""
        endpoint = self._settings.current.network.endpoint.rstrip("/")
        return make_spec(endpoint, repo, quant, *extras)

    def resolve(self, name: str) -> DownloadSpec:
        """A download by name: owner/repo[:QUANT], hf.co/…, Hub URLs, ollama:…, https://….gguf."""
        known = self._settings.current.network
        found = names.parse(name, (known.endpoint, *known.endpoints))
        if isinstance(found, names.OllamaName):
            with self._client() as http:
                return ollama_registry.resolve(http, ollama_registry.registry(), found)
        if isinstance(found, names.UrlName):
            with self._client() as http:
                return plain_url.resolve(http, found)
        repo = self._repo(found.repo, found.revision)
        return self.spec(repo, _chosen(repo, found))

    def test_endpoint(self, url: str) -> EndpointReport:
        """Try a server: its API, where a file is said to be, and the first 16 bytes of it."""
        endpoint = endpoints.clean(url)
        with client(self._settings, self._tokens, connect_s=6.0, read_s=10.0) as http:
            return endpoints.test(http, endpoint)

    def curated(self) -> Curated:
        """The list that comes with the app. Asks no server."""
        return curated.load()

    @property
    def _endpoint(self) -> str:
        return endpoints.clean(self._settings.current.network.endpoint)

    @contextmanager
    def _client(self) -> Iterator[httpx2.Client]:
        with client(self._settings, self._tokens) as http:
            yield http

    def _repo(self, name: str, revision: str = "") -> Repo:
        from desk_llm.hub import api

        with self._client() as http:
            try:
                repo = api.repo(http, self._endpoint, name, revision)
                if repo.summary.is_gated and repo.quants:
                    file = repo.quants[0].files[0]
                    return self._with_access(http, repo, file.path)
            except AccessDenied as error:
                raise self._on_mirror(error) from error
            return repo

    def _with_access(self, http: httpx2.Client, repo: Repo, path: str) -> Repo:
        """Whether the files of a gated repository would be sent; if not, why not."""
        from desk_llm.hub import api

        try:
            api.check_readable(http, self._endpoint, repo, path)
        except AccessDenied as error:
            return replace(repo, is_readable=False, problem=self._on_mirror(error))
        return repo

    def _on_mirror(self, error: AccessDenied) -> AccessDenied:
        """No token opens anything on a mirror, because it gets none."""
        host = host_of(self._endpoint)
        if host not in MIRRORS or "name" not in error.values:
            return error
        return AccessDenied(
            QT_TRANSLATE_NOOP("errors", "“{name}” is gated, and {host} never gets your token."),
            QT_TRANSLATE_NOOP("errors", "Choose huggingface.co as the model server; see {page}."),
            error.detail,
            name=error.values["name"],
            host=host,
            page=error.values.get("page", ""),
        )


def _chosen(repo: Repo, found: names.HubName) -> QuantFiles:
    """The quant or file that a name means. Raises ModelNotFound with those there are."""
    wanted = found.file or found.quant
    every = (*repo.quants, *repo.projectors, *repo.drafts)
    quant = quants.find_quant(every, wanted) if wanted else quants.default_quant(repo.quants)
    if quant is not None:
        return quant
    if not repo.quants:
        raise ModelNotFound(
            QT_TRANSLATE_NOOP("errors", "“{name}” has no GGUF files."),
            QT_TRANSLATE_NOOP("errors", "Look for a GGUF version of this model."),
            name=found.repo,
        )
    raise ModelNotFound(
        QT_TRANSLATE_NOOP("errors", "“{name}” has no “{quant}”."),
        QT_TRANSLATE_NOOP("errors", "It has: {quants}."),
        name=found.repo,
        quant=plain(urllib.parse.unquote(wanted), 80),
        quants=", ".join(one.label for one in repo.quants[:24]),
    )
