"""The arguments of `desk-llm bench` and its sub-verbs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from desk_llm.engine.types import KvType

_FLASH = {"auto": None, "on": True, "off": False}


def add_bench(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> argparse.ArgumentParser:
    """The verb; without a sub-verb it measures speed."""
    speed, load, output = _speed_arguments(), _load_arguments(), _output_arguments()
    params = _params_arguments()
    parents = [common, speed, params, output]
    bench = verbs.add_parser(
        "bench",
        parents=parents,
        help="measure speed, or put load on a model or a server",
        description="Measure tokens/s (speed, the default), or load by concurrency (load).",
    )
    bench.set_defaults(what="speed")
    below = bench.add_subparsers(metavar="speed|load|list|show|compare|delete")
    for what, text, used in (
        ("speed", "tokens/s by prompt length and context depth", parents),
        ("load", "throughput and latencies by concurrency", [common, load, params, output]),
    ):
        below.add_parser(what, parents=used, help=text).set_defaults(what=what)
    listed = below.add_parser("list", parents=[common], help="the runs that were kept")
    listed.add_argument("--json", action="store_true", help="print JSON")
    listed.set_defaults(what="list")
    shown = below.add_parser("show", parents=[common, output], help="one run again")
    shown.add_argument("ids", metavar="ID", nargs=1, type=int)
    shown.set_defaults(what="show")
    compared = below.add_parser("compare", parents=[common], help="two runs, change in percent")
    compared.add_argument("ids", metavar="ID", nargs=2, type=int)
    compared.add_argument("--json", action="store_true", help="print JSON")
    compared.set_defaults(what="compare")
    gone = below.add_parser("delete", parents=[common], help="forget runs")
    gone.add_argument("ids", metavar="ID", nargs="+", type=int)
    gone.set_defaults(what="delete")
    return bench


def _speed_arguments() -> argparse.ArgumentParser:
    group = argparse.ArgumentParser(add_help=False)
    group.add_argument("--model", metavar="M", help="name or path; else the last one used")
    group.add_argument(
        "--prompt",
        metavar="N,N",
        type=_counts,
        default=(512,),
        help="prompt lengths (512); 0: none",
    )
    group.add_argument(
        "--gen",
        metavar="N,N",
        type=_counts,
        default=(128,),
        help="tokens to generate (128); 0: none",
    )
    group.add_argument(
        "--depth", metavar="N,N", type=_depths, default=(0,), help="tokens of context before (0)"
    )
    group.add_argument("--reps", metavar="N", type=int, default=3, help="repetitions (3)")
    return group


def _load_arguments() -> argparse.ArgumentParser:
    group = argparse.ArgumentParser(add_help=False)
    group.add_argument("--model", metavar="M", help="name or path; else the last one used")
    group.add_argument(
        "--url", metavar="URL", default="", help="an OpenAI-compatible server instead"
    )
    group.add_argument(
        "--api-key", metavar="KEY", default="", help="of that server (or DESK_LLM_API_KEY)"
    )
    group.add_argument(
        "--api-model", metavar="NAME", default="", help="its name there; else its first model"
    )
    group.add_argument(
        "--concurrency",
        metavar="N,N",
        type=_counts,
        default=(1, 2, 4, 8),
        help="streams at once (1,2,4,8)",
    )
    group.add_argument(
        "--requests", metavar="N", type=int, help="of each level; else four per stream"
    )
    group.add_argument(
        "--rate", metavar="R", type=float, help="arrivals per second (Poisson); else closed loop"
    )
    group.add_argument(
        "--input-tokens", metavar="N", type=int, default=256, help="of a prompt (256)"
    )
    group.add_argument(
        "--output-tokens", metavar="N", type=int, default=128, help="of a reply (128)"
    )
    group.add_argument(
        "--timeout", metavar="S", type=float, default=300.0, help="seconds for one request (300)"
    )
    return group


def _params_arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("load parameters, else as the app loads the model")
    group.add_argument("--threads", metavar="N", type=_positive)
    group.add_argument("--gpu-layers", metavar="N", type=int, help="-1: all")
    group.add_argument("--ctx", metavar="N", type=_positive, help="else what the tests need")
    group.add_argument("--slots", metavar="N", type=_positive, help="else one per stream")
    group.add_argument("--kv-type", choices=get_args(KvType))
    group.add_argument("--flash-attn", choices=tuple(_FLASH), default="auto")
    return parser


def _output_arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("output")
    group.add_argument("--json", action="store_true", help="print JSON and nothing else")
    group.add_argument("--csv", metavar="FILE", type=Path, help="write a table")
    group.add_argument(
        "--markdown", metavar="FILE", nargs="?", const="-", help="write a report, or print it"
    )
    group.add_argument("--plot", metavar="FILE.svg", type=Path, help="draw charts")
    group.add_argument("--no-store", action="store_true", help="do not keep the result")
    return parser


def flash_attn(arguments: argparse.Namespace) -> bool | None:
    """None: as the app loads the model."""
    return _FLASH[arguments.flash_attn]


def _counts(text: str) -> tuple[int, ...]:
    return tuple(number for number in _depths(text) if number)


def _depths(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.split(",") if part.strip()]
    if any(number < 0 for number in numbers):
        raise argparse.ArgumentTypeError(f"{text} has a number below 0")
    return tuple(dict.fromkeys(numbers))


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value
