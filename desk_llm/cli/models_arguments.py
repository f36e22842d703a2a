"""The arguments of `desk-llm models` and its verbs."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from desk_llm.engine.types import KvType

SORTS = ("trending", "downloads", "likes", "newest", "updated")
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_COUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([KMBT]?)", re.IGNORECASE)

Add = Callable[..., argparse.ArgumentParser]


def add_models(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> argparse.ArgumentParser:
    """The verb; without another it lists the models."""
    form = argparse.ArgumentParser(add_help=False)
    form.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,  # `models --json list` as well as `models list --json`
        help="print JSON and nothing else",
    )
    models = verbs.add_parser(
        "models",
        parents=[common, form],
        help="find, download and look after models",
        description="Find, download and look after models. Without a verb: list them.",
    )
    models.set_defaults(what="list", all=False, json=False)
    below = models.add_subparsers(metavar="VERB")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        parser = below.add_parser(name, parents=[common, form], help=text, description=text)
        parser.set_defaults(what=name)
        return parser

    _add_library(add)
    _add_hub(add)
    _add_fit(add)
    _add_presets(add)
    return models


def _add_library(add: Add) -> None:
    listed = add("list", "the models on this computer")
    listed.add_argument(
        "--all", action="store_true", help="with the files of each: parts, projector, drafts"
    )
    shown = add("show", "everything about one model")
    shown.add_argument("model", metavar="MODEL", help="name or path")
    add("scan", "read the folders again; says what is new, gone or broken")
    added = add("add", "list a folder of models, or a file, where it is")
    added.add_argument("path", metavar="PATH", type=Path)
    removed = add("remove", "move a model to the trash")
    removed.add_argument("model", metavar="MODEL", nargs="?", help="name or path")
    removed.add_argument("--yes", action="store_true", help="do not ask")
    removed.add_argument("--undo", action="store_true", help="bring the last one back")


def _add_hub(add: Add) -> None:
    search = add("search", "search the Hub for models")
    search.add_argument("text", metavar="TEXT", nargs="?", default="")
    search.add_argument("--sort", choices=SORTS, default=SORTS[0])
    search.add_argument("--author", metavar="NAME", default="", help="only theirs")
    search.add_argument("--min-params", metavar="N", type=_count, default=0, help="like 3B")
    search.add_argument("--max-params", metavar="N", type=_count, default=0, help="like 800M")
    search.add_argument("--limit", metavar="N", type=_positive, default=20, help="rows (20)")
    files = add("files", "the quants of a repository: sizes, and how they would run here")
    files.add_argument("repo", metavar="REPO", help="owner/name")
    download = add("download", "download a model; again: go on where it stopped")
    download.add_argument(
        "name", metavar="NAME", help="owner/repo[:QUANT], ollama:model[:tag], or a URL"
    )
    download.add_argument("--quant", metavar="Q", default="", help="like Q4_K_M")
    download.add_argument(
        "--with-projector", action="store_true", help="also what lets it see or hear"
    )


def _add_fit(add: Add) -> None:
    fit = add("fit", "whether a model fits into this computer, and how fast it would be")
    fit.add_argument("model", metavar="MODEL", help="name, path, or owner/repo:QUANT")
    group = fit.add_argument_group("how it would be loaded, else the best that fits")
    group.add_argument("--ctx", metavar="N", type=_positive, help="tokens of context")
    group.add_argument("--slots", metavar="N", type=_positive, help="replies at the same time")
    group.add_argument("--kv-type", choices=get_args(KvType), help="of the KV cache")
    group.add_argument("--gpu-layers", metavar="N", type=int, help="-1: all")
    group.add_argument("--cpu-moe", metavar="N", type=_natural, help="layers with experts in RAM")


def _add_presets(add: Add) -> None:
    preset = add("preset", "how one model is loaded and asked, over the general settings")
    preset.add_argument("model", metavar="MODEL", help="name or path")
    preset.add_argument(
        "--set",
        metavar="GROUP.KEY=VALUE",
        action="append",
        default=[],
        help="load.n_ctx=8192, sampling.temperature=0.2, sampling.system_prompt=…, stop=…, "
        "adapter=FILE[@SCALE], draft=FILE",
    )
    preset.add_argument(
        "--unset", metavar="GROUP.KEY", action="append", default=[], help="as the settings say"
    )
    preset.add_argument("--clear", action="store_true", help="forget all of it, first")
    taken = add("import-modelfile", "take an Ollama Modelfile in as the preset of its model")
    taken.add_argument("file", metavar="FILE", type=Path)
    taken.add_argument("--name", metavar="NAME", default="", help="call the model so")
    given = add("export-modelfile", "write a model and its preset as an Ollama Modelfile")
    given.add_argument("model", metavar="MODEL", help="name or path")
    given.add_argument("-o", "--output", metavar="FILE", type=Path, help="else it is printed")


def _count(text: str) -> int:
    found = _COUNT.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is no number like 800M or 7B")
    return round(float(found[1]) * _UNITS[found[2].upper()])


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value
