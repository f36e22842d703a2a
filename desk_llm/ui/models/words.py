"""Words that the pages of the Models window share: verdicts, abilities, origins, rates, times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desk_llm.models.fit.types import Verdict
from desk_llm.models.types import Origin

if TYPE_CHECKING:
    from desk_llm.ui.theme.icons import Role

NONE = "–"
ABILITIES = ("chat", "tools", "thinking", "vision", "audio", "embedding", "rerank")
VERDICT_ROLES: dict[Verdict, Role] = {
    Verdict.GPU: "success",
    Verdict.SPLIT: "warning",
    Verdict.CPU: "accent",
    Verdict.NO: "danger",
}


def verdict(one: Verdict) -> str:
    """Where it would run, in one word."""
    return {
        Verdict.GPU: QCoreApplication.translate("Models", "GPU"),
        Verdict.SPLIT: QCoreApplication.translate("Models", "GPU + CPU"),
        Verdict.CPU: QCoreApplication.translate("Models", "CPU"),
        Verdict.NO: QCoreApplication.translate("Models", "too large"),
    }[one]


def verdict_sentence(one: Verdict) -> str:
    """The same for tooltips and screen readers."""
    return {
        Verdict.GPU: QCoreApplication.translate("Models", "It fits into the GPU's memory."),
        Verdict.SPLIT: QCoreApplication.translate(
            "Models", "Part of it fits into the GPU's memory, the rest runs on the CPU."
        ),
        Verdict.CPU: QCoreApplication.translate("Models", "It runs on the CPU."),
        Verdict.NO: QCoreApplication.translate("Models", "It needs more memory than is free now."),
    }[one]


def ability(name: str) -> str:
    """One of models.gguf.abilities, for people; names nobody knows stay as they are."""
    return {
        "chat": QCoreApplication.translate("Models", "chat"),
        "tools": QCoreApplication.translate("Models", "tools"),
        "thinking": QCoreApplication.translate("Models", "thinking"),
        "vision": QCoreApplication.translate("Models", "vision"),
        "audio": QCoreApplication.translate("Models", "audio"),
        "embedding": QCoreApplication.translate("Models", "embedding"),
        "rerank": QCoreApplication.translate("Models", "reranking"),
    }.get(name, name)


def origin(one: Origin) -> str:
    """Whose file it is."""
    return {
        Origin.STARTER: QCoreApplication.translate("Models", "Built in"),
        Origin.APP: QCoreApplication.translate("Models", "Models folder"),
        Origin.FOLDER: QCoreApplication.translate("Models", "Your folders"),
        Origin.FILE: QCoreApplication.translate("Models", "Single files"),
        Origin.HF_CACHE: QCoreApplication.translate("Models", "Hugging Face cache"),
        Origin.LLAMA_CPP: QCoreApplication.translate("Models", "llama.cpp"),
        Origin.LM_STUDIO: QCoreApplication.translate("Models", "LM Studio"),
        Origin.OLLAMA: QCoreApplication.translate("Models", "Ollama"),
    }[one]


def remaining(seconds: float) -> str:
    """How long something still takes, roughly."""
    whole = max(1, round(seconds))
    if whole < 60:
        return QCoreApplication.translate("Models", "{0} s").format(whole)
    if whole < 3600:
        return QCoreApplication.translate("Models", "{0} min").format(round(whole / 60))
    hours, minutes = divmod(round(whole / 60), 60)
    if hours < 48:
        return QCoreApplication.translate("Models", "{0} h {1} min").format(hours, minutes)
    return QCoreApplication.translate("Models", "{0} days").format(round(hours / 24))
