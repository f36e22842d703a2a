"""Builds the starter model from nothing: vocabulary, training, GGUF file, evaluation.

python packaging/starter_model/build.py [--minutes 52] [--work DIR] [--export-only]
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import torch
from bpe import Tokenizer, learn
from conversations import Writer
from export import export
from model import Decoder
from settings import HERE, MODEL_FILE, ROOT, SEED, TEXT_TOKENS, Plan, Shape
from train import report, train


def vocabulary(path: Path) -> Tokenizer:
    """The tokenizer, learnt from a sample of the conversations and kept in a file."""
    if path.exists():
        merges = [(a, b) for a, b in json.loads(path.read_text())]
        return Tokenizer(merges)
    writer = Writer(SEED)
    texts: list[str] = []
    for _ in range(20_000):
        for turn in writer.conversation().turns:
            texts += [turn.question, turn.answer]
    merges = learn(texts, TEXT_TOKENS)
    path.write_text(json.dumps(merges))
    return Tokenizer(merges)


def judge() -> str:
    """The Python that has llama.cpp: the app's environment, else this one."""
    own = ROOT / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def main() -> None:
    """Run every step; a finished step is not repeated unless its file is deleted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=Plan().minutes)
    parser.add_argument("--work", type=Path, default=HERE / "work")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--export-only", action="store_true", help="use the last checkpoint")
    parser.add_argument("--out", type=Path, default=MODEL_FILE)
    args = parser.parse_args()
    torch.set_num_threads(1)  # training brings its own threads
    args.work.mkdir(parents=True, exist_ok=True)
    checkpoint = args.work / "weights.pt"
    tokenizer = vocabulary(args.work / "merges.json")
    report(f"vocabulary: {len(tokenizer.tokens)} tokens, {len(tokenizer.merges)} merges")
    if args.export_only:
        model = Decoder(Shape())
        model.load_state_dict(torch.load(checkpoint))
    else:
        model = train(tokenizer, Plan(minutes=args.minutes), checkpoint, resume=args.resume)
    export(model, tokenizer, args.out)
    report(f"wrote {args.out} ({args.out.stat().st_size / 1e6:.1f} MB)")
    subprocess.run([judge(), str(HERE / "evaluate.py"), str(args.out)], check=False)


if __name__ == "__main__":
    main()
