"""Every text a person sees is marked, collected, translated and compiled."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication
from translate import LANGUAGES, SOURCES, entries, problems, ts_path

from desk_llm.ui.translation import Language, wanted_language

UI = SOURCES / "ui"
# What takes a text for a person, and the numbers of the arguments that are it.
CALLS: dict[str, tuple[int, ...]] = {
    "setText": (0,),
    "setToolTip": (0,),
    "setPlaceholderText": (0,),
    "setWindowTitle": (0,),
    "setAccessibleName": (0,),
    "setAccessibleDescription": (0,),
    "setTitle": (0,),
    "setStatusTip": (0,),
    "setWhatsThis": (0,),
    "addAction": (0, 1),
    "addMenu": (0,),
    "addItem": (0,),
    "QLabel": (0,),
    "QPushButton": (0,),
    "QCheckBox": (0,),
    "QAction": (0, 1),
    "QMenu": (0,),
    "Label": (0,),
    "wrapped": (0,),
    "ElidedLabel": (0,),
    "TextButton": (0,),
    "IconButton": (1,),
    "SearchField": (0, 1),
    "EmptyState": (1, 2, 3),
    "Banner": (1, 2, 3),
    "show_text": (0, 1),
    "Switch": (0,),
}
# Names, and texts made of numbers and signs.
ALLOWED = {"desk_llm"}
EXEMPT = {"gallery.py"}  # examples for designers


def _literals(tree: ast.AST) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        for position in CALLS.get(name, ()):
            if position < len(node.args):
                found += _texts_in(node.args[position])
    return found


def _texts_in(node: ast.expr) -> list[tuple[int, str]]:
    """Literal letters in an argument, also inside f-strings, sums and choices."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [(node.lineno, node.value)]
    if isinstance(node, ast.JoinedStr):
        return [one for part in node.values for one in _texts_in(part)]
    if isinstance(node, ast.BinOp):
        return _texts_in(node.left) + _texts_in(node.right)
    if isinstance(node, ast.IfExp):
        return _texts_in(node.body) + _texts_in(node.orelse)
    return []


@pytest.mark.parametrize(
    "file",
    sorted(file for file in UI.rglob("*.py") if file.name not in EXEMPT),
    ids=lambda file: file.name,
)
def test_no_text_goes_untranslated(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    untranslated = [
        f"line {line}: {text!r}"
        for line, text in _literals(tree)
        if re.search(r"[^\W\d_]{2}", text)
        and text.strip(" –-(){}") not in ALLOWED
        and text.strip() not in {"(Esc)", "(Enter)", "– desk_llm"}
    ]
    assert untranslated == []


def test_the_check_sees_what_it_should() -> None:
    tree = ast.parse('a.setText(f"Loading {x}"); QLabel("Hi there" if y else "Bye"); b.setText(t)')
    assert {text for _line, text in _literals(tree)} == {"Loading ", "Hi there", "Bye"}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_files_are_in_step_with_the_source(language: str) -> None:
    assert problems(language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive(language: str) -> None:
    for (context, source), text in entries(ts_path(language)).items():
        if not text:
            continue
        wanted, kept = (sorted(re.findall(r"\{\w*\}", one)) for one in (source, text))
        assert wanted == kept, f"[{context}] {source}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_punctuation_is_chinese(language: str) -> None:
    for (context, source), text in entries(ts_path(language)).items():
        if text and source.endswith(".") and not source.endswith("..."):
            assert text.endswith("。"), f"[{context}] {source}"


def test_the_window_speaks_chinese(qapp: QApplication) -> None:
    language = Language(qapp)
    try:
        assert language.use("zh_CN")
        assert not language.use("zh_CN")
        assert QCoreApplication.translate("actions", "New chat") == "新对话"
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    finally:
        language.use("en")
    assert QCoreApplication.translate("actions", "New chat") == "New chat"


def test_the_system_decides_when_asked() -> None:
    assert wanted_language("zh_CN") == "zh_CN"
    assert wanted_language("en") == "en"
    assert wanted_language("system") in {"en", "zh_CN"}
