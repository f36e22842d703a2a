"""The queue in the window: rows follow the engine without flicker; cancel and move reach it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.qtbot import QtBot

from desk_llm.engine.types import EngineStats, Phase, QueueItem
from desk_llm.ui.telemetry.queue import words
from desk_llm.ui.telemetry.queue.dialog import QueueDialog
from desk_llm.ui.telemetry.queue.model import ITEM_ROLE, MIME, QueueModel
from desk_llm.ui.telemetry.queue.section import MOST_ROWS, QueueSection
from desk_llm.ui.telemetry.queue.view import QueueView
from desk_llm.ui.theme.style import Style
from tests.helpers.live_parts import info, item

A, B = item("a", 0), item("b", 1, phase=Phase.PREFILL, n_computed=630, n_generated=0)
C, D, E = item("c"), item("d", source="api"), item("e", source="cli", client="")


def ids(model: QueueModel) -> str:
    return "".join(one.request_id for one in model.items())


@pytest.fixture
def model(qtbot: QtBot) -> QueueModel:
    del qtbot
    made = QueueModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    made.show((A, B, C, D, E))
    return made


@pytest.fixture
def view(qtbot: QtBot, style: Style) -> QueueView:
    del style
    made = QueueView()
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show_queue((A, B, C, D, E))
    made.show()
    qtbot.waitExposed(made)
    QApplication.processEvents()
    return made


# ── rows ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", ["", "a", "edcba", "bcde", "abxcde", "xyz", "cab", "deabcx"])
def test_any_snapshot_becomes_the_rows(model: QueueModel, order: str) -> None:
    model.show([item(name) for name in order])
    assert ids(model) == order
    model.show((A, B, C, D, E))
    assert ids(model) == "abcde"


def test_only_what_changed_is_painted(model: QueueModel) -> None:
    changed: list[int] = []
    resets: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    model.modelReset.connect(lambda: resets.append(1))
    model.show((A, replace(B, n_computed=700), C, D, E))
    assert (changed, resets) == ([1], [])
    model.show((A, replace(B, n_computed=700), C, D, E))
    assert changed == [1]


def test_the_keyboard_stays_with_its_request(view: QueueView) -> None:
    view.setCurrentIndex(view.queue.index(3))
    view.show_queue((B, replace(D, waited_s=9.0), C, item("x")))
    assert view.current_id() == "d"


def test_neighbours_are_those_that_wait(model: QueueModel) -> None:
    assert model.neighbour("a", 1) == (False, None)  # it runs
    assert model.neighbour("c", -1) == (False, None)  # nothing waits before it
    assert model.neighbour("c", 1) == (True, "e")
    assert model.neighbour("d", -1) == (True, "c")
    assert model.neighbour("d", 1) == (True, None)  # the end
    assert model.neighbour("e", 1) == (False, None)
    assert model.neighbour("gone", 1) == (False, None)


def test_several_models_have_one_list_and_their_own_orders(model: QueueModel) -> None:
    other = [item("x", 0, model="o"), item("y", model="o"), item("z", model="o")]
    model.show((A, C, D, *other))
    assert ids(model) == "axcdyz"
    assert model.neighbour("d", 1) == (False, None)
    assert model.neighbour("y", -1) == (False, None)
    assert model.neighbour("y", 1) == (True, None)
    assert model.neighbour("z", -1) == (True, "y")


def test_a_row_says_everything(model: QueueModel) -> None:
    def spoken(row: int) -> str:
        return str(model.index(row).data(Qt.ItemDataRole.AccessibleTextRole))

    assert spoken(0) == "Chat a, 42 tokens, Chat · slot 1 · prompt 1.0k · m"
    assert spoken(1).startswith("Chat b, 63 % read")
    assert spoken(3) == "Chat d, no. 2 · 1.5 s, API · prompt 1.0k · m"
    assert spoken(4) == "Terminal, no. 3 · 1.5 s, prompt 1.0k · m"
    assert "priority +2" in words.details(replace(C, priority=2))
    tip = words.everything(replace(A, n_cached=900), 0)
    assert "Prompt: 1000 tokens, 100 computed, 900 reused" in tip
    assert "Reply: 42 tokens · waited 1.5 s" in tip


def test_a_queue_at_its_limit_is_shown_fast(model: QueueModel) -> None:
    """The cost of a snapshot that changes nothing does not depend on comparing pairs of rows."""
    many = tuple(item(str(n)) for n in range(256))
    model.show(many)
    looked: list[str] = []
    model.row_of = lambda request_id: looked.append(request_id) or -1  # type: ignore
    model.show(many)
    assert looked == []


# ── cancel and move ──────────────────────────────────────────────────────


def button_place(view: QueueView, row: int, name: str) -> QPoint:
    index = view.queue.index(row)
    return view.rows.buttons(index, view.visualRect(index))[name].center()  # type: ignore


def asked(view: QueueView) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    view.cancel_requested.connect(lambda one: found.append(("cancel", one)))
    view.move_requested.connect(lambda one, before: found.append(("move", one, before)))
    return found


def test_the_buttons_of_a_row(view: QueueView, qtbot: QtBot) -> None:
    found = asked(view)
    for row, name in ((0, "cancel"), (3, "up"), (3, "down"), (2, "cancel")):
        place = button_place(view, row, name)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert found == [
        ("cancel", "a"),
        ("move", "d", "c"),
        ("move", "d", None),
        ("cancel", "c"),
    ]
    index = view.queue.index(0)
    assert set(view.rows.buttons(index, view.visualRect(index))) == {"cancel"}  # it runs


def test_the_keyboard(view: QueueView, qtbot: QtBot) -> None:
    found = asked(view)
    alt = Qt.KeyboardModifier.AltModifier
    view.setCurrentIndex(view.queue.index(3))
    qtbot.keyClick(view, Qt.Key.Key_Up, alt)
    qtbot.keyClick(view, Qt.Key.Key_Down, alt)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert found == [("move", "d", "c"), ("move", "d", None), ("cancel", "d")]
    view.setCurrentIndex(view.queue.index(0))
    qtbot.keyClick(view, Qt.Key.Key_Down, alt)
    assert len(found) == 3  # a running one does not move


def test_the_menu(view: QueueView) -> None:
    found = asked(view)
    menu = view.menu_for("c")
    assert [one.isEnabled() for one in menu.actions()] == [False, True, True]
    menu.actions()[1].trigger()
    menu.actions()[2].trigger()
    assert found == [("move", "c", "e"), ("cancel", "c")]
    menu.close()


@pytest.mark.parametrize(
    ("dragged", "row", "wanted"),
    [
        (4, 2, ("move", "e", "c")),
        (4, 0, ("move", "e", "c")),  # not before those that run
        (2, 5, ("move", "c", None)),
        (2, -1, ("move", "c", None)),
        (2, 4, ("move", "c", "e")),
        (3, 3, None),
        (3, 4, None),  # where it is
    ],
)
def test_dragging(
    model: QueueModel, dragged: int, row: int, wanted: tuple[object, ...] | None
) -> None:
    found: list[tuple[object, ...]] = []
    model.move_requested.connect(lambda one, before: found.append(("move", one, before)))
    data = model.mimeData([model.index(dragged)])
    assert data.hasFormat(MIME)
    move = Qt.DropAction.MoveAction
    assert model.dropMimeData(data, move, row, 0, QModelIndex()) is False
    assert found == ([] if wanted is None else [wanted])
    assert ids(model) == "abcde"  # the engine decides


def test_a_drop_between_two_rows(view: QueueView) -> None:
    found = asked(view)
    # An event that is made by hand has no source, which "internal" asks for.
    view.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
    data = view.queue.mimeData([view.queue.index(4)])
    place = QPointF(view.visualRect(view.queue.index(2)).topLeft() + QPoint(30, 1))
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = Qt.DropAction.MoveAction
    view.dragMoveEvent(QDragMoveEvent(place.toPoint(), move, data, buttons, keys))
    view.dropEvent(QDropEvent(place, move, data, buttons, keys))
    assert found == [("move", "e", "c")]
    assert ids(view.queue) == "abcde"


def test_only_waiting_rows_can_be_dragged(model: QueueModel) -> None:
    can = [bool(model.flags(model.index(n)) & Qt.ItemFlag.ItemIsDragEnabled) for n in range(5)]
    assert can == [False, False, True, True, True]


def test_rows_paint_in_every_state(view: QueueView) -> None:
    view.setFocus()
    view.setCurrentIndex(view.queue.index(2))
    assert not view.grab().isNull()


# ── panel and dialog ─────────────────────────────────────────────────────


def stats(*items: QueueItem) -> EngineStats:
    running = sum(one.slot is not None for one in items)
    return EngineStats(
        model=info(), running=running, waiting=len(items) - running, queue=tuple(items)
    )


def test_the_section_has_one_row_at_least_and_few_at_most(qtbot: QtBot, style: Style) -> None:
    del style
    section = QueueSection()
    qtbot.addWidget(section)
    section.show()
    empty = section.view.height_of(1)
    box = section.view.parentWidget()
    assert box is not None
    for items, rows in (((), 1), ((A,), 1), ((A, B), 2), ((A, B, C, D, E), MOST_ROWS)):
        section.show_stats(stats(*items))
        assert box.height() == section.view.height_of(rows)
    assert empty < box.height()
    assert section.all.text() == "Show all 5"
    with qtbot.waitSignal(section.all_requested):
        section.all.click()
    section.show_stats(stats(A))
    assert section.all.isHidden()


def test_the_dialog(qtbot: QtBot, style: Style) -> None:
    del style
    dialog = QueueDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.view.isVisible()
    dialog.show_queue((A, C, D))
    assert dialog.view.isVisible()
    with qtbot.waitSignal(dialog.cancel_requested) as heard:
        dialog.view.cancel_requested.emit("a")
    assert heard.args == ["a"]
    assert dialog.view.queue.index(1).data(ITEM_ROLE) == C
