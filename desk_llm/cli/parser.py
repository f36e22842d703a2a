"""argv → a verb; the help of `desk-llm`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from desk_llm import __version__, app
from desk_llm.cli.bench_arguments import add_bench
from desk_llm.cli.display import has_display
from desk_llm.cli.models_arguments import add_models
from desk_llm.errors import DeskError
from desk_llm.paths import Paths

EXIT_ERROR = 1
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
EXIT_NO_READER = 141  # 128 + SIGPIPE


def main(argv: Sequence[str] | None = None) -> int:
    """Run the verb in `argv`; the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except DeskError as error:
        print(f"desk-llm: {error}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `desk-llm chat … | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_NO_READER
    return code


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--profile",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="keep settings, chats and models in DIR (or DESK_LLM_PROFILE)",
    )
    common.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        default=argparse.SUPPRESS,
        help="how much the log file tells",
    )
    common.add_argument(  # read by supervisor.py, before anything is parsed
        "--no-supervisor",
        action="store_true",
        default=argparse.SUPPRESS,
        help="do not start the window again when it crashes (for a debugger)",
    )
    parser = argparse.ArgumentParser(
        prog="desk-llm",
        description="Talk to language models that run on your own computer.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"desk_llm {__version__}")
    parser.set_defaults(run=_run_app, file=None)
    _add_verbs(parser.add_subparsers(metavar="VERB"), common)
    return parser


def _add_verbs(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    # Each verb's module is imported when it runs: `--help` and the window start without them.
    window = verbs.add_parser("open", parents=[common], help="open the window (the default)")
    window.add_argument("file", nargs="?", type=Path, help="a .gguf file to chat with")
    window.set_defaults(run=_run_app)
    chat = verbs.add_parser("chat", parents=[common], help="chat in the terminal")
    _add_chat_arguments(chat)
    chat.set_defaults(run=_run_chat)
    add_models(verbs, common).set_defaults(run=_run_models)
    add_bench(verbs, common).set_defaults(run=_run_bench)
    test = verbs.add_parser("self-test", parents=[common], help="try every part of the app")
    test.set_defaults(run=_run_self_test)
    demo = verbs.add_parser("demo", parents=[common], help="the window with sample chats")
    demo.add_argument("--shots", metavar="DIR", type=Path, help="save pictures instead")
    demo.set_defaults(run=_run_demo)


def _add_chat_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="M", help="name or path; else the last one used")
    parser.add_argument("--prompt", metavar="TEXT", help="ask once ('-': from standard input)")
    parser.add_argument("--system", metavar="TEXT", help="system prompt")
    parser.add_argument("--max-tokens", metavar="N", type=_positive, help="longest reply")
    parser.add_argument("--temperature", metavar="T", type=_temperature, help="0 is greedy")
    parser.add_argument("--seed", metavar="S", type=int, help="repeat a random reply")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--grammar", metavar="FILE", type=Path, help="GBNF that replies must follow")
    form.add_argument("--schema", metavar="FILE", type=Path, help="JSON schema for the replies")
    parser.add_argument(
        "--logprobs", metavar="N", type=_alternatives, help="log probabilities, with --json"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per reply")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def _alternatives(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 20:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 20")
    return value


def _temperature(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 5:  # also false for NaN
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 5")
    return value


def paths_of(arguments: argparse.Namespace) -> Paths:
    """The profile that the arguments choose."""
    return Paths.choose(getattr(arguments, "profile", None))


def _run_app(arguments: argparse.Namespace) -> int:
    if not has_display():
        from desk_llm.cli import no_display

        return no_display.run(paths_of(arguments))
    level = getattr(arguments, "log_level", "info")
    return app.run(paths_of(arguments), arguments.file, level)


def _run_chat(arguments: argparse.Namespace) -> int:
    from desk_llm.cli import chat

    return chat.run(arguments, paths_of(arguments))


def _run_models(arguments: argparse.Namespace) -> int:
    from desk_llm.cli import models

    return models.run(arguments, paths_of(arguments))


def _run_bench(arguments: argparse.Namespace) -> int:
    from desk_llm.cli import bench

    return bench.run(arguments, paths_of(arguments))


def _run_self_test(arguments: argparse.Namespace) -> int:
    from desk_llm.cli import self_test

    return self_test.run()


def _run_demo(arguments: argparse.Namespace) -> int:
    from desk_llm.cli import demo

    shots: Path | None = arguments.shots
    if shots is None and not has_display():
        shots = Path(tempfile.mkdtemp(prefix="desk-llm-demo-shots-"))
        print("No display found: pictures of the demo instead.")
    return demo.run(shots)
