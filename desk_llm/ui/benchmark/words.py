"""The room's words of `desk_llm.benchmark`, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def say(text: str) -> str:
    """A text that is marked with the context "benchmark"."""
    return QCoreApplication.translate("benchmark", text)
