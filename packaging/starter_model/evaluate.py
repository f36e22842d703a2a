"""Asks the held-out questions through llama.cpp, greedily, and reports the share answered right.

python packaging/starter_model/evaluate.py [file.gguf] [--json] [--all]
"""

import argparse
import json
import sys
import time
from pathlib import Path

from engine_chat import Chat, Messages
from heldout import Case, read_cases
from settings import MODEL_FILE


def answer(chat: Chat, case: Case, *, whole: bool = False) -> str:
    """The answer to the last turn, after the model has answered the earlier ones itself.

    It is cut off as soon as the key facts are there, unless the whole is wanted.
    """
    messages: Messages = []
    for turn in case.turns[:-1]:
        messages.append(("user", turn))
        messages.append(("assistant", chat.reply(messages)))
    messages.append(("user", case.turns[-1]))
    return chat.reply(messages, done=None if whole else case.passes)


def main() -> None:
    """Print the misses and the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", type=Path, default=MODEL_FILE)
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    parser.add_argument("--all", action="store_true", help="print all answers, uncut")
    args = parser.parse_args()
    start = time.monotonic()
    chat = Chat(args.model)
    cases = read_cases()
    missed: list[str] = []
    for case in cases:
        text = answer(chat, case, whole=args.all)
        right = case.passes(text)
        if not right:
            missed.append(case.turns[-1])
        if not args.json and (args.all or not right):
            sys.stdout.write(f"{'ok  ' if right else 'MISS'} {' >> '.join(case.turns)}\n")
            sys.stdout.write(f"     {text[: 2000 if args.all else 160]!r}\n")
    chat.close()
    score = 100 * (len(cases) - len(missed)) / len(cases)
    seconds = time.monotonic() - start
    result = {"questions": len(cases), "score": score, "seconds": seconds, "missed": missed}
    if args.json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        sys.stdout.write(f"{len(cases)} questions, {score:.1f} % right, {seconds:.1f} s\n")


if __name__ == "__main__":
    main()
