"""Sentences about a fit, for the rows of a repository."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desk_llm.models.fit.types import Evidence, Fit, Verdict
from desk_llm.ui.messages import sentence
from desk_llm.ui.widgets.sizes import context_text, memory_text


def need_text(fit: Fit, beside: int = 0) -> str:
    """ "needs 7.4 GB": of what is free only where that tells something.

    `beside`: bytes of the files that are downloaded with it.
    """
    if beside:
        return QCoreApplication.translate("Discover", "needs {0} in all").format(
            memory_text(fit.total_bytes + beside)
        )
    if fit.verdict is Verdict.NO:
        return QCoreApplication.translate("Discover", "needs {0}, {1} are free").format(
            memory_text(fit.total_bytes), memory_text(free_bytes(fit))
        )
    return QCoreApplication.translate("Discover", "needs {0}").format(memory_text(fit.total_bytes))


def free_bytes(fit: Fit) -> int:
    """On all devices together."""
    return fit.free.ram + sum(one.memory_free for one in fit.free.devices)


def detail_text(fit: Fit) -> str:
    """What an exact check says: what the memory is for, and with which settings."""
    uses = (*fit.need, *fit.extra)
    parts = (
        QCoreApplication.translate("Discover", "weights {0}").format(
            memory_text(sum(one.weights for one in uses))
        ),
        QCoreApplication.translate("Discover", "context {0}").format(
            memory_text(sum(one.kv_cache for one in uses))
        ),
        QCoreApplication.translate("Discover", "buffers {0}").format(
            memory_text(sum(one.compute for one in uses))
        ),
    )
    memory = " · ".join(parts)
    if fit.params.n_ctx:
        memory = QCoreApplication.translate("Discover", "{0}, with a context of {1}").format(
            memory, context_text(fit.params.n_ctx)
        )
    if fit.evidence is Evidence.FORMULA:
        text = QCoreApplication.translate("Discover", "By formula: {0}.").format(memory)
    else:
        text = QCoreApplication.translate("Discover", "Reserved by llama.cpp: {0}.").format(memory)
    if fit.problem is not None:
        text = f"{text} {' '.join(sentence(fit.problem))}".strip()
    return text
