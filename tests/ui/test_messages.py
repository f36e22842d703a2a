"""Errors become translated sentences and wait for a window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from desk_llm.errors import (
    Cancelled,
    DeskError,
    EngineError,
    LoadFailed,
    OutOfMemory,
    RequestError,
)
from desk_llm.ui.messages import Messages, banner_kind, sentence


class _Upper(QTranslator):
    def translate(
        self,
        context: str | bytes,
        sourceText: str | bytes,
        disambiguation: str | bytes | None = None,
        n: int = -1,
    ) -> str:
        text = sourceText if isinstance(sourceText, str) else sourceText.decode()
        known = {"{name} is gone.": "{name} 不见了。", "Look in {folder}.": "看看 {ordner}。"}
        return known.get(text, "") if context in ("errors", b"errors") else ""


@pytest.fixture
def translator(qapp: QCoreApplication) -> Iterator[object]:
    made = _Upper()
    qapp.installTranslator(made)
    yield made
    qapp.removeTranslator(made)


def test_template_is_translated_before_it_is_filled(translator: object) -> None:
    error = DeskError("{name} is gone.", name="modèle.gguf")
    assert sentence(error) == ("modèle.gguf 不见了。", "")


def test_a_wrong_translation_falls_back_to_english(translator: object) -> None:
    error = DeskError("{name} is gone.", "Look in {folder}.", name="a", folder="/m")
    assert sentence(error) == ("a 不见了。", "Look in /m.")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RequestError("x"), "info"),
        (OutOfMemory("x"), "warning"),
        (LoadFailed("x"), "danger"),
    ],
)
def test_class_decides_the_surface(error: DeskError, kind: str) -> None:
    assert banner_kind(error) == kind


def test_errors_wait_for_a_window() -> None:
    messages, shown = Messages(), []
    messages.tell(EngineError("early"))
    messages.tell(Cancelled("never"))
    messages.attach(lambda error: shown.append(error.message))
    messages.tell(EngineError("later"))
    assert shown == ["early", "later"]
    messages.detach()
    messages.tell(EngineError("between windows"))
    assert shown == ["early", "later"]
    messages.attach(lambda error: shown.append(error.message))
    assert shown[-1] == "between windows"
