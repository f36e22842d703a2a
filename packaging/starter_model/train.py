"""Trains the weights on freshly drawn conversations until the clock says stop."""

import math
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch
from bpe import Tokenizer
from chatml import Scribe
from conversations import Writer
from model import Decoder
from settings import SEED, Plan, Shape
from torch import Tensor
from torch.nn import functional as F

Batch = tuple[Tensor, Tensor, Tensor]


def batches(tokenizer: Tokenizer, seed: int, rows: int, length: int) -> Iterator[Batch]:
    """Endless batches: conversations packed end to end, so that any may begin at any position."""
    writer, scribe = Writer(seed), Scribe(tokenizer, random.Random(seed))
    ids: list[int] = []
    weights: list[float] = []
    while True:
        need = rows * length + 1
        while len(ids) < need:
            more_ids, more_weights = scribe.write(writer.conversation())
            ids += more_ids
            weights += more_weights
        block, weigh = torch.tensor(ids[:need]), torch.tensor(weights[1:need])
        del ids[: need - 1], weights[: need - 1]
        yield (
            block[:-1].view(rows, length),
            block[1:].view(rows, length),
            weigh.view(rows, length),
        )


def gradients(model: Decoder, batch: Batch) -> tuple[list[Tensor], float, float]:
    """Gradients of the weighted cross entropy, its sum and the sum of the weights."""
    ids, targets, weights = batch
    with torch.autocast("cpu", dtype=torch.bfloat16):
        vectors = model.features(ids)
        counts = weights > 0  # logits are made only where a token counts
        logits = F.linear(vectors[counts], model.embed.weight).float()
    losses = F.cross_entropy(logits, targets[counts], reduction="none")
    loss = (losses * weights[counts]).sum()
    grads = torch.autograd.grad(loss, list(model.parameters()))
    return list(grads), loss.item(), weights.sum().item()


def learn_from(model: Decoder, parts: list[Batch], pool: ThreadPoolExecutor) -> float:
    """Set the gradients of one step, one part per thread; returns the mean loss.

    Threads that meet once a step keep a busy machine's cores far better than parallel matrix
    products, whose threads meet a thousand times.
    """
    results = list(pool.map(partial(gradients, model), parts))
    total = sum(weight for _, _, weight in results)
    for parameter, *grads in zip(model.parameters(), *(r[0] for r in results), strict=True):
        parameter.grad = torch.stack(grads).sum(dim=0) / total
    return sum(loss for _, loss, _ in results) / total


def optimizers(model: Decoder, plan: Plan) -> list[torch.optim.Optimizer]:
    """Muon for the matrices, AdamW for the embedding and the norms."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    return [
        torch.optim.Muon(matrices, lr=plan.matrix_rate, momentum=0.95, weight_decay=0.01),
        torch.optim.AdamW(others, lr=plan.vector_rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def rate(step: int, share: float, plan: Plan, *, resume: bool) -> float:
    """Warm-up, a plateau, then a linear fall to zero over the last 60 % of the time.

    A resumed training falls from its beginning, on a cosine.
    """
    warm = min(1.0, (step + 1) / plan.warmup_steps)
    if resume:
        return warm * plan.resumed_rate * 0.5 * (1.0 + math.cos(math.pi * share))
    return warm * min(1.0, max(0.0, (1.0 - share) / 0.6))


def train(tokenizer: Tokenizer, plan: Plan, checkpoint: Path, *, resume: bool) -> Decoder:
    """The trained network; a checkpoint is written every two minutes."""
    torch.manual_seed(SEED)
    model = Decoder(Shape())
    if resume:
        model.load_state_dict(torch.load(checkpoint))
    steppers = optimizers(model, plan)
    bases = [group["lr"] for stepper in steppers for group in stepper.param_groups]
    seed = SEED + 20 if resume else SEED  # a resumed training reads other conversations
    part = plan.batch_tokens // plan.threads
    short, long = (
        batches(tokenizer, seed + i, part // length, length)
        for i, length in enumerate((plan.short_row, Shape().context))
    )
    pool = ThreadPoolExecutor(plan.threads)
    start = saved = time.monotonic()
    step, tokens, mean = 0, 0, math.nan
    while (share := (time.monotonic() - start) / (60 * plan.minutes)) < 1.0:
        source = long if share > 1 - plan.long_share else short
        parts = [next(source) for _ in range(plan.threads)]
        for stepper, base in zip(steppers, bases, strict=True):
            stepper.param_groups[0]["lr"] = base * rate(step, share, plan, resume=resume)
        loss = learn_from(model, parts, pool)
        for stepper in steppers:
            stepper.step()
            stepper.zero_grad(set_to_none=True)
        step, tokens = step + 1, tokens + plan.batch_tokens
        mean = loss if step == 1 else 0.98 * mean + 0.02 * loss
        if step % 50 == 0:
            seconds = time.monotonic() - start
            report(f"step {step}  {tokens / 1e6:.2f} M tokens  {seconds:.0f} s  loss {mean:.4f}")
        if time.monotonic() - saved > 120:
            torch.save(model.state_dict(), checkpoint)
            saved = time.monotonic()
    torch.save(model.state_dict(), checkpoint)
    report(f"done: {step} steps, {tokens} tokens, {time.monotonic() - start:.0f} s")
    return model


def report(line: str) -> None:
    """Progress for a log file."""
    print(line, flush=True)
