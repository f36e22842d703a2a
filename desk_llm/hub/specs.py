"""From a repository and a quant to what the downloader needs."""

from __future__ import annotations

from desk_llm.errors import QT_TRANSLATE_NOOP, ModelNotFound, RequestError
from desk_llm.hub.endpoints import file_url
from desk_llm.hub.names import HubName
from desk_llm.hub.quants import default_quant, find_quant
from desk_llm.hub.targets import target_of
from desk_llm.hub.types import DownloadFile, DownloadSpec, QuantFiles, Repo, RepoFile, Source
from desk_llm.models.names import plain


def make_spec(endpoint: str, repo: Repo, quant: QuantFiles, *extras: QuantFiles) -> DownloadSpec:
    """All files of a quant and its companions, at the commit that was looked at.

    Raises the repository's own problem when it is gated, RequestError for names that cannot be.
    """
    if repo.problem is not None:
        raise repo.problem
    name = repo.summary.name
    files = tuple(_file(endpoint, repo, one) for group in (quant, *extras) for one in group.files)
    if len({one.target.casefold() for one in files}) < len(files):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "Two files of “{name}” would get the same name."),
            name=plain(name, 120),
        )
    return DownloadSpec(f"{name} · {quant.label}", Source.HUB, files, name, repo.commit)


def chosen(repo: Repo, name: HubName) -> QuantFiles:
    """The quant or file that a name means. Raises ModelNotFound with those there are."""
    wanted = name.file or name.quant
    every = (*repo.quants, *repo.projectors, *repo.drafts)
    quant = find_quant(every, wanted) if wanted else default_quant(repo.quants)
    if quant is not None:
        return quant
    if not repo.quants:
        raise ModelNotFound(
            QT_TRANSLATE_NOOP("errors", "“{name}” has no GGUF files."),
            QT_TRANSLATE_NOOP("errors", "Look for a GGUF version of this model."),
            name=name.repo,
        )
    raise ModelNotFound(
        QT_TRANSLATE_NOOP("errors", "“{name}” has no “{quant}”."),
        QT_TRANSLATE_NOOP("errors", "It has: {quants}."),
        name=name.repo,
        quant=plain(wanted, 80),
        quants=", ".join(one.label for one in repo.quants[:24]),
    )


def _file(endpoint: str, repo: Repo, one: RepoFile) -> DownloadFile:
    owner, _, name = repo.summary.name.partition("/")
    return DownloadFile(
        url=file_url(endpoint, repo.summary.name, repo.commit or "main", one.path),
        target=target_of(owner, name, one.path),
        size_bytes=one.size_bytes,
        sha256=one.sha256,
        etag=one.sha256,
    )
