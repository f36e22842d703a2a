"""`desk-llm models search` and `files`: what servers offer, and how it would run here."""

from __future__ import annotations

import argparse

from desk_llm.cli import columns, models_json
from desk_llm.cli.columns import say
from desk_llm.cli.models_fit import VERDICTS, quant_fits
from desk_llm.hub.types import QuantFiles, Repo, RepoSummary, SearchQuery, Sort
from desk_llm.models.fit.types import Fit
from desk_llm.services import Core

_SORTS = {
    "trending": Sort.TRENDING,
    "downloads": Sort.DOWNLOADS,
    "likes": Sort.LIKES,
    "newest": Sort.NEWEST,
    "updated": Sort.UPDATED,
}


def search(arguments: argparse.Namespace, core: Core) -> int:
    """The verb."""
    found = core.hub.search(
        SearchQuery(
            text=arguments.text,
            sort=_SORTS[arguments.sort],
            author=arguments.author,
            least_params=arguments.min_params,
            most_params=arguments.max_params,
            limit=arguments.limit,
        )
    )
    if arguments.json:
        models_json.show([models_json.summary(one) for one in found])
    elif not found:
        say("Nothing was found.")
    else:
        titles = ("Repository", "Params", "Downloads", "Likes", "Updated", "Licence", "")
        print(columns.table(titles, [_row(one) for one in found], right=(1, 2, 3)))
    return 0


def _row(repo: RepoSummary) -> tuple[str, ...]:
    return (
        repo.name,
        columns.count(repo.n_params),
        columns.count(repo.downloads),
        columns.count(repo.likes),
        repo.updated_at[:10],
        repo.licence,
        "gated" if repo.is_gated else "",
    )


def files(arguments: argparse.Namespace, core: Core) -> int:
    """The verb."""
    repo = core.hub.repo(arguments.repo)
    fits = quant_fits(core, repo)
    if arguments.json:
        models_json.show(_as_json(repo, fits))
        return 0
    print(columns.facts(_facts(repo)))
    for title, group in (
        ("Models", repo.quants),
        ("Projectors", repo.projectors),
        ("Drafts", repo.drafts),
    ):
        if group:
            print(f"\n{title}")
            print(_table(group, fits))
    if repo.problem is not None:
        say(f"desk-llm: {repo.problem}")
    return 0


def _facts(repo: Repo) -> list[tuple[str, str]]:
    summary = repo.summary
    return [
        ("Repository", summary.name),
        ("Page", repo.page_url),
        ("Commit", repo.commit),
        ("Architecture", summary.architecture),
        ("Parameters", columns.count(summary.n_params)),
        ("Context", str(summary.n_ctx_train or "")),
        ("Licence", summary.licence),
    ]


def _table(group: tuple[QuantFiles, ...], fits: dict[str, Fit]) -> str:
    rows = [(one.label, columns.size(one.size_bytes), *_words(fits.get(one.path))) for one in group]
    return columns.table(("Quant", "Size", "On this machine", "Speed"), rows, right=(1, 3))


def _words(fit: Fit | None) -> tuple[str, str]:
    if fit is None:
        return "", ""
    return VERDICTS[fit.verdict], columns.speed(fit.forecast.decode_tok_s)


def _as_json(repo: Repo, fits: dict[str, Fit]) -> models_json.Fields:
    return {
        **models_json.summary(repo.summary),
        "commit": repo.commit,
        "page_url": repo.page_url,
        "is_readable": repo.is_readable,
        "problem": str(repo.problem) if repo.problem else None,
        "quants": [_quant(one, fits.get(one.path)) for one in repo.quants],
        "projectors": [models_json.quant(one) for one in repo.projectors],
        "drafts": [models_json.quant(one) for one in repo.drafts],
        "others": [models_json.repo_file(one) for one in repo.others],
    }


def _quant(one: QuantFiles, fit: Fit | None) -> models_json.Fields:
    return {
        **models_json.quant(one),
        "fit": models_json.fit(fit) if fit is not None else None,
        "decode_tok_s": fit.forecast.decode_tok_s if fit is not None else None,
    }
