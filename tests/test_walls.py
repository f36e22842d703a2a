"""Walls: rules about the code as a whole that no linter knows."""

from __future__ import annotations

import ast
import statistics
import sys
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = sorted((ROOT / "desk_llm").rglob("*.py"))
MODULES = [*PACKAGE, *sorted((ROOT / "packaging").rglob("*.py")), ROOT / "run.py"]
LONGEST, MEDIAN = 500, 150
CALLS = 20_000  # void Qt calls; a broken pair of Python and PySide6 loses a None at each


@cache
def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    """The module's place in the checkout, for the name of the test."""
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> list[ast.expr]:
    """What the module calls."""
    return [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_module_is_short_and_says_its_duty(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST
    assert ast.get_docstring(tree(path))


def test_most_modules_are_very_short() -> None:
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE]
    assert statistics.median(lengths) <= MEDIAN


def test_no_module_for_odds_and_ends() -> None:
    odd = {"util", "utils", "helpers", "common", "misc"}
    assert [name(path) for path in PACKAGE if path.stem in odd or path.parent.name in odd] == []


@pytest.mark.parametrize("path", PACKAGE, ids=name)
def test_only_the_command_line_prints(path: Path) -> None:
    if path.parent == ROOT / "desk_llm" / "cli":
        return
    assert not [call for call in calls(path) if isinstance(call, ast.Name) and call.id == "print"]


@pytest.mark.parametrize("path", PACKAGE, ids=name)
def test_only_the_theme_sets_style_sheets(path: Path) -> None:
    if path.parent == ROOT / "desk_llm" / "ui" / "theme":
        return
    attributes = [call.attr for call in calls(path) if isinstance(call, ast.Attribute)]
    assert "setStyleSheet" not in attributes


def test_void_qt_calls_do_not_use_up_none() -> None:
    """PySide6 6.12.0 on Python < 3.12 does, and the interpreter dies after some 5,000 of them."""
    qt_object = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        qt_object.setObjectName("x")
    assert sys.getrefcount(None) > before - CALLS // 10
