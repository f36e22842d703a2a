"""My models over real files: listed, narrowed, sorted, renamed, removed, added, loaded."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desk_llm.models.types import LoadPhase
from desk_llm.services import Services
from desk_llm.ui.models.library.page import LibraryPage
from desk_llm.ui.models.library.rows import Column
from desk_llm.ui.models.window import DISCOVER, ModelsWindow
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.model_files import put
from tests.ui.models.conftest import PATIENCE_MS

STARTER = "desk_llm starter"


@pytest.fixture
def page(models_window: ModelsWindow) -> LibraryPage:
    return models_window.library


def names(page: LibraryPage) -> list[str]:
    return [row.file.name for row in page.model.shown]


def choose(page: LibraryPage, name: str) -> str:
    """Go to the row of that name; its id."""
    found = next(row.file.id for row in page.model.shown if row.file.name == name)
    assert page.table.select(found)
    return found


def test_everything_is_listed_by_name_and_the_first_is_chosen(page: LibraryPage) -> None:
    assert names(page) == ["Bge tiny", STARTER, "Llama tiny", "notes", "Qwen3 tiny"]
    assert page.details.title.text() == "Bge tiny"
    assert page.table.selectionModel().hasSelection()
    assert page.totals.text().startswith("5 models · ")
    assert "Models folder" in page.totals.text()


def test_a_file_that_is_no_model_says_why(page: LibraryPage, qtbot: QtBot) -> None:
    choose(page, "notes")
    row = page.model.row_of(page.details.file.id if page.details.file else "")
    assert "not a GGUF model" in page.model.shown[row].about
    assert "not a GGUF model" in page.details.problem.text()
    assert not page.details.load.isVisible()
    menu = {one.objectName(): one.isEnabled() for one in page.details.menu().actions()}
    assert not menu["metadata"]
    assert menu["remove"]
    with qtbot.waitSignal(page.failed):
        qtbot.keyClick(page.table, Qt.Key.Key_Return)


def test_the_filter_keeps_what_has_every_word(page: LibraryPage) -> None:
    page.tools.search.setText("tiny 70B")
    assert names(page) == ["Llama tiny"]
    assert page.totals.text().startswith("1 of 5 models")
    page.tools.search.setText("nothing like it")
    assert page.no_hits.isVisible()
    page.no_hits.activated.emit()
    assert len(names(page)) == 5
    assert page.table.isVisible()


def test_narrowed_by_place(page: LibraryPage) -> None:
    offered = [page.tools.origin.itemText(n) for n in range(page.tools.origin.count())]
    assert offered == ["Every place", "Built in", "Models folder"]
    page.tools.origin.setCurrentIndex(1)
    assert names(page) == [STARTER]
    page.tools.clear()
    assert len(names(page)) == 5


def test_narrowed_by_ability(page: LibraryPage, folder: Path, qtbot: QtBot) -> None:
    template = "{% if tools %}{{ tools }}{% endif %}{{ messages }}"
    put(folder / "tool.gguf", "With tools", tokenizer__chat_template=template)
    page.deeds.refresh()
    qtbot.waitUntil(lambda: "With tools" in names(page), timeout=PATIENCE_MS)
    page.tools.ability.setCurrentIndex(page.tools.ability.findData("tools"))
    assert "With tools" in names(page)
    assert "notes" not in names(page)


def test_every_column_sorts_both_ways(page: LibraryPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(page.model._rows.fits) == 4, timeout=PATIENCE_MS)
    for column in Column:
        page.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
        down = [row.keys[column] for row in page.model.shown]
        page.table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
        up = [row.keys[column] for row in page.model.shown]
        assert up == sorted(up), column
        assert down == sorted(down, reverse=True), column
    page.model.set_fits({})
    assert names(page)[0] == "notes"  # by fit, ascending: nothing is known of it


def test_the_chosen_model_stays_chosen(page: LibraryPage, folder: Path, qtbot: QtBot) -> None:
    wanted = choose(page, "Llama tiny")
    page.table.sortByColumn(Column.SIZE, Qt.SortOrder.DescendingOrder)
    put(folder / "a.gguf", "Another")
    page.deeds.refresh()
    qtbot.waitUntil(lambda: "Another" in names(page), timeout=PATIENCE_MS)
    file = page.table.current_file()
    assert file is not None
    assert file.id == wanted
    assert page.details.title.text() == "Llama tiny"


def test_every_model_is_judged(page: LibraryPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(page.model._rows.fits) == 4, timeout=PATIENCE_MS)
    row = names(page).index("Qwen3 tiny")
    assert page.model.index(row, Column.FIT).data() in ("CPU", "GPU")


def test_details(page: LibraryPage) -> None:
    choose(page, "Qwen3 tiny")
    facts = page.details.facts.facts()
    assert facts["Context"] == "32\u202f768 tokens"
    assert facts["Architecture"] == "llama"
    assert facts["Licence"] == "apache-2.0"
    assert facts["Source"] == "qwen/qwen3"
    assert facts["File"].endswith("qwen3-q4.gguf")
    assert page.details.load.isVisible()


def test_enter_loads(
    page: LibraryPage, models_window: ModelsWindow, services: Services, qtbot: QtBot
) -> None:
    wanted = choose(page, STARTER)
    with qtbot.waitSignal(models_window.use_wanted) as heard:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert heard.args == [wanted]
    future = services.loader.ensure(wanted)
    qtbot.waitUntil(future.done, timeout=PATIENCE_MS)
    assert services.loader.state.phase is LoadPhase.READY
    qtbot.waitUntil(lambda: wanted in page.model._loaded)
    menu = {one.objectName(): one for one in page.details.menu().actions()}
    assert not menu["hub"].isEnabled()
    menu["unload"].trigger()
    qtbot.waitUntil(lambda: wanted not in page.model._loaded, timeout=PATIENCE_MS)


def test_rename_in_place_and_back(page: LibraryPage, folder: Path, qtbot: QtBot) -> None:
    choose(page, "Qwen3 tiny")
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    editor = page.table.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "Qwen3 tiny"
    editor.setText("  My <b>friend</b> ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "My <b>friend</b>" in names(page), timeout=PATIENCE_MS)
    assert page.details.title.text() == "My <b>friend</b>"
    assert (folder / "qwen" / "qwen3" / "qwen3-q4.gguf").exists()
    page.deeds.rename(page.table.current_file().id, "")  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: "Qwen3 tiny" in names(page), timeout=PATIENCE_MS)


def test_remove_and_undo(
    page: LibraryPage, models_window: ModelsWindow, folder: Path, qtbot: QtBot
) -> None:
    path = folder / "meta" / "llama" / "llama-70b.gguf"
    before = path.read_bytes()
    choose(page, "Llama tiny")
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Llama tiny" not in names(page), timeout=PATIENCE_MS)
    assert not path.exists()
    qtbot.waitUntil(models_window.toast.isVisible)
    assert "Llama tiny" in models_window.toast.text()
    models_window.toast._on_button_clicked()
    qtbot.waitUntil(lambda: "Llama tiny" in names(page), timeout=PATIENCE_MS)
    assert path.read_bytes() == before
    qtbot.waitUntil(lambda: page.details.title.text() == "Llama tiny")


def test_the_built_in_model_stays(
    page: LibraryPage, models_window: ModelsWindow, qtbot: QtBot
) -> None:
    choose(page, STARTER)
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: models_window._banner is not None, timeout=PATIENCE_MS)
    assert STARTER in names(page)


def test_files_of_other_apps_are_left_alone(
    page: LibraryPage,
    models_window: ModelsWindow,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    cache = tmp_path / "hf"
    path = put(cache / "models--pub--repo" / "snapshots" / ("c" * 40) / "theirs.gguf", "Theirs")
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    services.settings.change("models", other_apps=True)
    page.deeds.refresh()
    qtbot.waitUntil(lambda: "Theirs" in names(page), timeout=PATIENCE_MS)
    choose(page, "Theirs")
    assert page.details.facts.facts()["Belongs to"] == "Hugging Face cache"
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: models_window._banner is not None, timeout=PATIENCE_MS)
    assert path.exists()
    assert "Theirs" in names(page)


def test_add_a_file_and_a_folder_from_elsewhere(
    page: LibraryPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    single = put(tmp_path / "elsewhere" / "单个 模型.gguf", "Single one")
    many = put(tmp_path / "shelf" / "deep" / "er.gguf", "On the shelf").parents[1]
    page.deeds.add([single, many])
    qtbot.waitUntil(lambda: {"Single one", "On the shelf"} <= set(names(page)), timeout=PATIENCE_MS)
    models = services.settings.current.models
    assert models.extra_files == (str(single),)
    assert models.folders == (str(many),)
    qtbot.waitUntil(lambda: page.details.title.text() == "Single one")


def test_what_is_no_model_cannot_be_added(
    page: LibraryPage, models_window: ModelsWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("hello")
    page.deeds.add([text])
    qtbot.waitUntil(lambda: models_window._banner is not None, timeout=PATIENCE_MS)
    assert models_window._banner is not None
    assert "no GGUF file" in models_window._banner.sentence


def test_a_model_leads_to_its_repository(
    page: LibraryPage, models_window: ModelsWindow, hub: FakeHub, qtbot: QtBot
) -> None:
    choose(page, "Qwen3 tiny")
    menu = {one.objectName(): one for one in page.details.menu().actions()}
    assert not menu["unload"].isEnabled()
    menu["hub"].trigger()
    assert models_window.page == DISCOVER
    qtbot.waitUntil(
        lambda: any("qwen/qwen3" in unquote(one.path) for one in hub.log), timeout=PATIENCE_MS
    )


def test_copy_the_path(page: LibraryPage, folder: Path) -> None:
    choose(page, "Bge tiny")
    page.details.asked.emit("copy_path")
    assert QGuiApplication.clipboard().text() == str(folder / "embed.gguf")


def test_an_empty_library_offers_discover(page: LibraryPage, qtbot: QtBot) -> None:
    page._on_read(((), {}))
    assert page.empty.isVisible()
    assert not page.totals.isVisible()
    assert page.details.file is None
    with qtbot.waitSignal(page.discover_wanted):
        page.empty.activated.emit()
    page._read()
    qtbot.waitUntil(lambda: len(names(page)) == 5, timeout=PATIENCE_MS)
