"""Walls: rules about the code as a whole that no linter knows."""

from __future__ import annotations

import ast
import statistics
import sys
from functools import cache
from pathlib import Path

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


def lines(path: Path) -> int:
    """How long the module is."""
    return len(path.read_text(encoding="utf-8").splitlines())


def calls(path: Path) -> set[str]:
    """The names of the functions and methods that the module calls."""
    called = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    names = {call.id for call in called if isinstance(call, ast.Name)}
    return names | {call.attr for call in called if isinstance(call, ast.Attribute)}


def test_modules_are_short() -> None:
    assert [name(path) for path in MODULES if lines(path) > LONGEST] == []


def test_modules_say_their_duty() -> None:
    assert [name(path) for path in MODULES if not ast.get_docstring(tree(path))] == []


def test_most_modules_are_very_short() -> None:
    assert statistics.median(map(lines, PACKAGE)) <= MEDIAN


def test_every_folder_has_a_front_page() -> None:
    """Without it a folder is out of sight for import-linter."""
    folders = {path.parent for path in PACKAGE}
    assert [name(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_module_for_odds_and_ends() -> None:
    odd = {"util", "utils", "helpers", "common", "misc"}
    assert [name(path) for path in PACKAGE if path.stem in odd or path.parent.name in odd] == []


def test_only_the_command_line_prints() -> None:
    others = [path for path in PACKAGE if path.parent != ROOT / "desk_llm" / "cli"]
    assert [name(path) for path in others if "print" in calls(path)] == []


def test_only_the_theme_sets_style_sheets() -> None:
    others = [path for path in PACKAGE if path.parent != ROOT / "desk_llm" / "ui" / "theme"]
    assert [name(path) for path in others if "setStyleSheet" in calls(path)] == []


def test_void_qt_calls_do_not_use_up_none() -> None:
    """PySide6 6.12.0 on Python < 3.12 does, and the interpreter dies after some 5,000 of them."""
    qt_object = QObject()
    for _ in range(CALLS // 1000):  # in portions, to fail before the interpreter dies
        before = sys.getrefcount(None)
        for _ in range(1000):
            qt_object.setObjectName("x")
        assert sys.getrefcount(None) > before - 500
