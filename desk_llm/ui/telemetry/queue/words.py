"""What a row of the queue says."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desk_llm.engine.types import Phase, QueueItem
from desk_llm.ui.telemetry import numbers


def source(item: QueueItem) -> str:
    """Where the request comes from."""
    return {
        "chat": QCoreApplication.translate("Queue", "Chat"),
        "api": QCoreApplication.translate("Queue", "API"),
        "cli": QCoreApplication.translate("Queue", "Terminal"),
    }[item.source]


def title(item: QueueItem) -> str:
    """For whom."""
    return item.client or source(item)


def state(item: QueueItem, place: int) -> str:
    """The short text at the right; `place` counts those that wait, from 1."""
    if item.slot is None:
        waited = f"{item.waited_s:.1f}" if item.waited_s < 10 else f"{item.waited_s:.0f}"
        text = QCoreApplication.translate("Queue", "no. {place} · {seconds} s")
        return text.format(place=place, seconds=waited)
    if item.phase is Phase.PREFILL:
        done = numbers.share(item.n_computed, item.n_prompt)
        return QCoreApplication.translate("Queue", "{value} % read").format(
            value=f"{done:.0%}"[:-1]
        )
    written = numbers.tokens(item.n_generated)
    return QCoreApplication.translate("Queue", "{n} tokens").format(n=written)


def details(item: QueueItem) -> str:
    """The second line: source, slot, prompt, model."""
    parts = [source(item)] if item.client else []
    if item.slot is not None:
        text = QCoreApplication.translate("Queue", "slot {n}")
        parts.append(text.format(n=item.slot + 1))
    prompt = QCoreApplication.translate("Queue", "prompt {n}").format(
        n=numbers.tokens(item.n_prompt)
    )
    parts.append(prompt)
    if item.priority:
        text = QCoreApplication.translate("Queue", "priority {n}")
        parts.append(text.format(n=f"{item.priority:+d}"))
    parts.append(item.model)
    return " · ".join(parts)


def everything(item: QueueItem, place: int) -> str:
    """The tooltip: all that is known."""
    rows = [title(item), f"{source(item)} · {item.model}", state(item, place)]
    text = QCoreApplication.translate(
        "Queue", "Prompt: {prompt} tokens, {computed} computed, {cached} reused"
    )
    computed = max(0, min(item.n_computed, item.n_prompt) - item.n_cached)
    rows.append(text.format(prompt=item.n_prompt, computed=computed, cached=item.n_cached))
    text = QCoreApplication.translate("Queue", "Reply: {n} tokens · waited {seconds} s")
    rows.append(text.format(n=item.n_generated, seconds=f"{item.waited_s:.1f}"))
    return "\n".join(rows)
