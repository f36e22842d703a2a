"""The load panel: figures follow the controls, and what it says is what is loaded and saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desk_llm.engine.types import GenerationRequest
from desk_llm.models.fit.types import Evidence, Verdict
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui.models.load import panel as load_panel
from desk_llm.ui.models.load.context_row import STEPS, position_of, tokens_at
from desk_llm.ui.models.load.dialog import LoadDialog
from desk_llm.ui.models.load.inputs import AutoChoice, AutoLine, AutoNumber
from desk_llm.ui.models.load.panel import LoadPanel
from tests.helpers.gguf_lora import lora
from tests.helpers.gguf_models import scripted_model
from tests.ui.conftest import FakeReply
from tests.ui.models.load.conftest import MIB, Machine, Make


def settle(qtbot: QtBot, panel: LoadPanel) -> None:
    """Until the simulation has answered."""
    qtbot.waitUntil(lambda: not panel.is_asking, timeout=20_000)


def choose(panel: LoadPanel, name: str, text: str) -> None:
    """As with the keyboard: an entry of a choice."""
    box = panel.form.inputs[name]
    assert isinstance(box, AutoChoice)
    index = box.findText(text)
    assert index >= 0, [box.itemText(n) for n in range(box.count())]
    box.setCurrentIndex(index)
    box.activated.emit(index)


def type_number(box: AutoNumber, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def kv_bytes(panel: LoadPanel) -> int:
    assert panel.fit is not None
    return sum(use.kv_cache for use in panel.fit.need)


def test_everything_is_automatic_at_first_and_says_what_that_means(
    show: Make, big: ModelFile
) -> None:
    panel = show(big)
    assert panel.wanted().preset == Preset()
    assert panel.form.context.number.text() == "Automatic (8,192)"
    kv_type, slots = panel.form.inputs["kv_type"], panel.form.inputs["n_slots"]
    assert isinstance(kv_type, AutoChoice)
    assert isinstance(slots, AutoNumber)
    assert kv_type.currentText() == "Automatic (F16)"
    assert slots.text() == "Automatic (4)"
    assert panel.fit is not None
    assert panel.fit.evidence is Evidence.SIMULATED
    assert panel.outcome.verdict.text() == "CPU"


def test_the_figure_follows_the_slider_at_once(show: Make, big: ModelFile, qtbot: QtBot) -> None:
    panel = show(big)
    before = kv_bytes(panel)
    slider = panel.form.context.slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert panel.form.context.value() == 32_768
    assert kv_bytes(panel) == pytest.approx(4 * before, rel=0.01)  # in the same turn: by formula
    settle(qtbot, panel)
    assert kv_bytes(panel) == pytest.approx(4 * before, rel=0.01)
    assert panel.fit is not None
    assert panel.fit.evidence is Evidence.SIMULATED
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert panel.form.context.value() == 256
    settle(qtbot, panel)
    assert kv_bytes(panel) < before


def test_a_length_can_be_typed_and_taken_back(show: Make, big: ModelFile, qtbot: QtBot) -> None:
    panel = show(big)
    number = panel.form.context.number
    type_number(number, "4096")
    assert panel.wanted().params().n_ctx == 4096
    assert tokens_at(panel.form.context.slider.value(), 32_768) == pytest.approx(4096, rel=0.03)
    number.setFocus()
    number.selectAll()
    QTest.keyClick(number, Qt.Key.Key_Backspace)
    QTest.keyClick(number, Qt.Key.Key_Backspace)
    assert panel.form.context.value() is None
    settle(qtbot, panel)
    assert panel.wanted().preset == Preset()


def test_positions_and_lengths_belong_together() -> None:
    for most in (256, 512, 4096, 32_768, 1 << 20):
        for count in {256, most // 3, most // 2, most}:
            if count >= 256:
                back = tokens_at(position_of(count, most), most)
                assert back == pytest.approx(count, rel=0.03, abs=256)
        assert tokens_at(STEPS, most) == most


def test_the_type_of_the_cache_counts(show: Make, big: ModelFile, qtbot: QtBot) -> None:
    panel = show(big)
    before = kv_bytes(panel)
    choose(panel, "kv_type", "F32")
    assert kv_bytes(panel) == 2 * before
    settle(qtbot, panel)
    assert panel.wanted().preset.load == {"kv_type": "f32"}
    choose(panel, "kv_type", "Automatic (F32)")
    assert panel.wanted().preset.load == {}


def test_types_that_need_whole_blocks_are_not_offered_for_small_heads(
    show: Make, big: ModelFile
) -> None:
    panel = show(big)  # heads of 16
    box = panel.form.inputs["kv_type"]
    assert isinstance(box, AutoChoice)
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    offered = {box.itemText(n) for n in range(box.count()) if model.item(n).isEnabled()}
    assert offered == {"Automatic (F16)", "F32", "F16", "BF16"}


def test_the_bar_follows_other_programs(
    show: Make, big: ModelFile, machine: Machine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_panel, "LOOK_MS", 50)
    panel = show(big)
    before = panel.memory.bars[0].meter.parts()
    machine.ram //= 2
    qtbot.waitUntil(lambda: panel.memory.bars[0].meter.parts() != before)
    settle(qtbot, panel)


def test_too_little_memory_is_a_no_and_load_anyway_is_offered(
    show: Make, big: ModelFile, machine: Machine, qtbot: QtBot
) -> None:
    machine.ram = 9 * MIB
    panel = show(big)
    assert panel.load.text() == "Load"  # the automatic length fits
    assert panel.form.context.number.text() != "Automatic (8,192)"
    QTest.keyClick(panel.form.context.slider, Qt.Key.Key_End)
    settle(qtbot, panel)
    assert panel.fit is not None
    assert panel.fit.verdict is Verdict.NO
    assert panel.load.text() == "Load anyway"
    assert panel.outcome.problem.text()
    (bar,) = panel.memory.bars
    assert "short of" in bar.figure.text()


def test_load_loads_as_the_form_says(
    services: Services, show: Make, big: ModelFile, qtbot: QtBot
) -> None:
    panel = show(big)
    type_number(panel.form.context.number, "2048")
    choose(panel, "use_mmap", "Off")
    with qtbot.waitSignal(panel.load_started) as started:
        qtbot.mouseClick(panel.load, Qt.MouseButton.LeftButton)
    assert started.args == ["big"]
    qtbot.waitUntil(lambda: bool(services.loader.loaded), timeout=30_000)
    params = services.loader.loaded[0].info.params
    assert params is not None
    assert (params.n_ctx, params.use_mmap) == (2048, False)
    assert services.presets.get("big") == Preset()  # only this time
    assert services.loader.ensure("big").done()  # a message does not load it anew
    settle(qtbot, panel)


def test_a_model_that_writes_is_loaded_anew_afterwards(
    services: Services, show: Make, big: ModelFile, qtbot: QtBot, reply: FakeReply
) -> None:
    reply.text, reply.delay_s = "word " * 100, 0.01
    services.loader.ensure("big").result(30)
    writing = services.engine.submit(GenerationRequest("1", "big", prompt="Go on"))
    panel = show(big)
    type_number(panel.form.context.number, "512")
    qtbot.mouseClick(panel.load, Qt.MouseButton.LeftButton)
    assert panel.busy.isVisible()
    writing.abort()
    writing.result()
    assert services.loader.ensure("big").result(30).n_ctx == 512
    settle(qtbot, panel)


def test_save_is_for_every_load_from_now_on_and_reset_takes_it_back(
    services: Services, show: Make, big: ModelFile, qtbot: QtBot
) -> None:
    services.presets.save("big", Preset(sampling={"temperature": 0.2}))
    panel = show(big)
    assert not panel.save.isEnabled()
    assert not panel.reset.isEnabled()
    type_number(panel.form.context.number, "1024")
    with qtbot.waitSignal(panel.saved):
        qtbot.mouseClick(panel.save, Qt.MouseButton.LeftButton)
    assert not panel.save.isEnabled()  # it is saved
    saved = services.presets.get("big")
    assert (saved.load, saved.sampling) == ({"n_ctx": 1024}, {"temperature": 0.2})
    again = show(big)
    assert again.form.context.value() == 1024
    qtbot.mouseClick(again.reset, Qt.MouseButton.LeftButton)
    assert services.presets.get("big") == Preset(sampling={"temperature": 0.2})
    qtbot.waitUntil(lambda: panel.form.context.value() is None)  # the other panel hears it
    settle(qtbot, again)
    settle(qtbot, panel)


def test_an_adapter_is_checked_counted_and_taken_out(
    show: Make, big: ModelFile, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = show(big)
    rows = panel.form.adapters
    rows.try_file(lora(tmp_path / "wrong.gguf", architecture="qwen2"))
    qtbot.waitUntil(rows.problem.isVisible)
    assert "wrong.gguf" in rows.problem.text()
    path = lora(tmp_path / "right.gguf", n_layers=6)
    rows.try_file(path)
    qtbot.waitUntil(lambda: len(rows.rows) == 1)
    rows.rows[0].scale.setValue(0.5)
    settle(qtbot, panel)
    (adapter,) = panel.wanted().preset.adapters
    assert (adapter.path, adapter.scale) == (str(path), 0.5)
    assert panel.fit is not None
    assert sum(use.weights for use in panel.fit.extra) > 0
    rows.rows[0].removed.emit(rows.rows[0])
    assert panel.wanted().preset.adapters == ()
    settle(qtbot, panel)


def test_a_draft_model_is_chosen_from_the_library(
    services: Services, show: Make, big: ModelFile, folder: Path, qtbot: QtBot
) -> None:
    scripted_model(folder / "foreign.gguf")
    services.library.refresh()
    panel = show(services.library.get("big"))
    draft = panel.form.draft
    names = [draft.itemText(n) for n in range(draft.count())]
    assert names[0] == "None"
    assert any("tiny" in name or "small" in name for name in names[1:])
    before = panel.fit
    draft.setCurrentIndex(len(names) - 1)
    draft.activated.emit(len(names) - 1)
    settle(qtbot, panel)
    assert panel.wanted().preset.draft == draft.path()
    assert Path(draft.path()).parent == folder
    assert panel.fit is not None
    assert before is not None
    assert panel.fit.total_bytes > before.total_bytes


def test_every_gpu_has_a_bar_and_its_own_controls(
    show: Make, big: ModelFile, machine: Machine
) -> None:
    machine.add_gpu(20 << 30)
    machine.add_gpu(4 << 30, 8 << 30)
    panel = show(big)
    titles = [bar.title.whole_text() for bar in panel.memory.bars]
    assert titles == ["Card 0", "Card 1", "Memory (RAM)"]
    assert panel.form.inputs["n_gpu_layers"].isVisible()
    others = [size for size, role in panel.memory.bars[0].meter.parts() if role == "control"]
    assert others == [pytest.approx(4 / 24, rel=0.01)]


def test_without_a_gpu_there_is_nothing_to_say_of_one(show: Make, big: ModelFile) -> None:
    panel = show(big)
    for name in ("n_gpu_layers", "tensor_split", "n_cpu_moe"):
        assert panel.form._rows[name].isHidden()


def test_another_model_is_shown_with_its_own_preset(
    services: Services, show: Make, big: ModelFile, qtbot: QtBot
) -> None:
    services.presets.save("small", Preset(load={"n_slots": 2}))
    panel = show(big)
    type_number(panel.form.context.number, "2048")
    panel.set_file(services.library.get("small"))
    settle(qtbot, panel)
    assert panel.wanted().preset.load == {"n_slots": 2}
    panel.set_file(None)
    assert not panel.isEnabled()


def test_a_nonsense_split_is_a_sentence(
    show: Make, big: ModelFile, machine: Machine, qtbot: QtBot
) -> None:
    machine.add_gpu(20 << 30)
    machine.add_gpu(20 << 30)
    panel = show(big)
    panel.form.fold.set_open(True)
    line = panel.form.inputs["tensor_split"]
    assert isinstance(line, AutoLine)
    QTest.keyClicks(line, "half, half")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(panel.problem.isVisible)
    line.selectAll()
    QTest.keyClicks(line, "3,1")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert not panel.problem.isVisible()
    assert panel.wanted().params().tensor_split == (3.0, 1.0)
    settle(qtbot, panel)


def test_the_dialog_closes_when_the_load_begins(
    services: Services, big: ModelFile, machine: Machine, qtbot: QtBot
) -> None:
    del machine
    dialog = LoadDialog(services, big)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.panel.fit is not None, timeout=20_000)
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.panel.load, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(services.loader.loaded), timeout=30_000)
