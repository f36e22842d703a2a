"""Every widget in every state: `python -m desk_llm.ui.gallery [--shot FILE] [--dark] [--zoom N]`.

For designers, screenshots and reviewers; a new widget starts here. Its texts are examples.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desk_llm.benchmark.chart import Chart, Series
from desk_llm.chat.types import Conversation
from desk_llm.engine.types import EngineStats, LoadParams, MemoryUse, ModelInfo
from desk_llm.errors import DeskError, EngineError, FileDamaged, RequestError, ResourceError
from desk_llm.models.types import LoadedModel, LoadPhase, LoadState, ModelFile
from desk_llm.ui.actions import Actions
from desk_llm.ui.benchmark.chart_view import ChartView
from desk_llm.ui.chat.composer import Composer
from desk_llm.ui.chat.conversation_list import ConversationList
from desk_llm.ui.chat.model_picker import ModelButton, ModelPicker
from desk_llm.ui.chat.welcome import Welcome
from desk_llm.ui.gallery_live import live_cards
from desk_llm.ui.gallery_models import model_cards
from desk_llm.ui.messages import banner_kind
from desk_llm.ui.status_bar import StatusBar
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.theme.style import Style
from desk_llm.ui.translation import Language
from desk_llm.ui.widgets.banner import Banner
from desk_llm.ui.widgets.buttons import ButtonKind, IconButton, TextButton
from desk_llm.ui.widgets.empty_state import EmptyState
from desk_llm.ui.widgets.fields import Choice, Decimal, Number, SearchField
from desk_llm.ui.widgets.fold import Fold
from desk_llm.ui.widgets.labels import Label, LabelRole
from desk_llm.ui.widgets.segments import Segments
from desk_llm.ui.widgets.switch import Switch
from desk_llm.ui.widgets.toast import Toast

_WIDTH = 1240
_BUTTONS: tuple[ButtonKind, ...] = ("outline", "primary", "ghost", "row", "chip", "model")
_LABELS: tuple[LabelRole, ...] = (
    "title",
    "subtitle",
    "body",
    "muted",
    "small",
    "faint",
    "section",
    "danger",
    "key",
)
_TITLES = (
    ("Why unified memory matters", 0.0),
    ("Rust borrow checker notes", 0.0),
    ("Trip plan: Kyoto in March, with a title that is far too long for the sidebar", 0.0),
    ("SQL window functions", 1.0),
    ("Kernel regression proof", 4.0),
    ("Reading list", 40.0),
)


class Gallery(QScrollArea):
    """One page of cards."""

    def __init__(self) -> None:
        super().__init__()
        page = QWidget()
        page.setProperty("panel", "side")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        grid = QGridLayout(page)
        grid.setContentsMargins(*[tokens.SPACE_4] * 4)
        grid.setSpacing(tokens.SPACE_4)
        self._actions = Actions(self)
        cards = list(self._cards())
        for number, (title, widget) in enumerate(cards):
            grid.addWidget(_card(title, widget), number // 2, number % 2)
        self._page = page
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setWindowTitle("desk_llm: gallery")
        self.resize(_WIDTH, 900)

    def whole_height(self) -> int:
        """What a picture of everything needs."""
        return self._page.sizeHint().height()

    def _cards(self) -> Iterator[tuple[str, QWidget]]:
        yield "Buttons", _column(*(_button_row(kind) for kind in _BUTTONS))
        yield "Labels", _column(*(Label(f"{role}: Ask anything 你好", role) for role in _LABELS))
        yield "Icons", _icon_grid()
        yield "Fields", _fields()
        yield "Folds", _folds()
        yield "Charts", _charts()
        yield "Composer", _composers()
        yield "Banners and toast", _banners()
        yield "Sidebar", _sized(_sidebar(self._actions), 420)
        yield "Model picker", _sized(_picker(self._actions), 420)
        yield "Status bar", _status_bars()
        yield (
            "Empty states",
            _sized(
                EmptyState("chat", "Your chats appear here", "Ask something to begin.", "New chat"),
                220,
            ),
        )
        yield "New chat", _sized(Welcome(), 360)
        yield from live_cards()
        yield from model_cards()


def _card(title: str, widget: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("panel", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(*[tokens.SPACE_4] * 4)
    column.setSpacing(tokens.SPACE_3)
    column.addWidget(Label(title, "subtitle"))
    column.addWidget(widget)
    column.addStretch(1)
    return card


def _column(*widgets: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(tokens.SPACE_2)
    for widget in widgets:
        column.addWidget(widget)
    return box


def _row(*widgets: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(tokens.SPACE_2)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return box


def _sized(widget: QWidget, height: int) -> QWidget:
    widget.setFixedHeight(height)
    return widget


def _button_row(kind: ButtonKind) -> QWidget:
    normal, disabled = TextButton(f"A {kind} button", kind, "plus"), TextButton("Disabled", kind)
    disabled.setEnabled(False)
    if kind == "model":
        button = ModelButton("Choose model")
        button.set_model_text("Qwen3-8B · Q4_K_M")
        return _row(button)
    return _row(normal, disabled)


def _icon_grid() -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setSpacing(0)
    for number, name in enumerate(icons.names()):
        grid.addWidget(IconButton(name, name), number // 12, number % 12)
    return box


def _fields() -> QWidget:
    choice, number, decimal = Choice(), Number(), Decimal()
    choice.addItems(["Like the system", "Light", "Dark"])
    number.setValue(40)
    for field, name in ((choice, "Choice"), (number, "Number"), (decimal, "Decimal")):
        field.setAccessibleName(name)
    decimal.setValue(0.7)
    disabled = SearchField("Disabled", "Disabled")
    disabled.setEnabled(False)
    on, off = Switch("On"), Switch("Off")
    on.setChecked(True)
    bar = QProgressBar()
    bar.setValue(42)
    bar.setTextVisible(False)
    return _column(
        SearchField("Search chats", "Search"), choice, number, decimal, disabled, _row(on, off), bar
    )


def _folds() -> QWidget:
    closed, opened = Fold("Advanced"), Fold("More load options")
    for fold in (closed, opened):
        fold.column.addWidget(Label("What few people need"))
    opened.set_open(True)
    return _column(closed, opened)


def _charts() -> QWidget:
    own = Series("P50", ((1.0, 50.0), (2.0, 80.0), (4.0, 130.0), (8.0, 260.0)))
    high = Series("P99", tuple((x, y * 1.6) for x, y in own.points))
    ghost = Series("P50", tuple((x, y * 1.2) for x, y in own.points), is_ghost=True)
    steps = tuple(x for x, _y in own.points)
    lines = Chart("Time to first token", "Streams", "ms", (ghost, own, high), steps)
    bars = Chart("Generation", "Length, tokens", "tok/s", (Series("tg", ((128.0, 61.0),)),))
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(ChartView(lines), 1)
    row.addWidget(ChartView(bars), 1)
    return _column(Segments(("Speed", "Load test")), box)


def _composers() -> QWidget:
    empty, typed, busy, editing = Composer(), Composer(), Composer(), Composer()
    for one in (empty, typed, busy, editing):
        one.set_placeholder("Message Qwen3-8B")
        one.set_context(3_100, 32_768)
    typed.set_text("Is a 64 GB Mac better than a 24 GB GPU for local models?\nShow the arithmetic.")
    busy.set_busy(True)
    editing.set_mode("Editing your message; the old version is kept")
    editing.set_text("Is a 32 GB Mac better?")
    return _column(empty, typed, busy, editing)


def _errors() -> tuple[DeskError, ...]:
    return (
        RequestError("The file is no GGUF model.", "Choose another one."),
        ResourceError("The model needs 42 GB, 24 GB are free.", "Try Q3 or fewer layers."),
        EngineError("The engine stopped while it computed."),
    )


def _banners() -> QWidget:
    box = _column(*(Banner(banner_kind(one), one.message, one.hint) for one in _errors()))
    space = QWidget()
    space.setFixedHeight(170)
    toast = Toast(space)
    toast.show_text("“Rust notes” deleted", "Undo", toast.hide)
    box.layout().addWidget(space)  # type: ignore[union-attr]
    return box


def _sidebar(actions: Actions) -> QWidget:
    sidebar = ConversationList(actions)
    now = time.time()
    made = [
        Conversation(str(n), title, now, now - days * 86_400 - n)
        for n, (title, days) in enumerate(_TITLES)
    ]
    sidebar.set_conversations(made)
    sidebar.set_current("0")
    sidebar.model.set_busy(frozenset({"1"}))
    sidebar.setFixedWidth(tokens.SIDEBAR_WIDTH)
    return _row(sidebar)


def _models() -> tuple[ModelFile, ...]:
    return (
        ModelFile("starter", Path("/m/starter.gguf"), "Starter", 10_567_936, is_starter=True),
        ModelFile("qwen", Path("/m/qwen.gguf"), "Qwen3-8B-Instruct", 5_000_000_000),
        ModelFile("bad", Path("/m/bad.gguf"), "half", 7, problem=FileDamaged("half.gguf is cut.")),
    )


def _model_info(file: ModelFile) -> ModelInfo:
    gpu = MemoryUse("CUDA0", file.size_bytes, 1 << 30, 300 << 20)
    return ModelInfo(
        key=file.id,
        path=str(file.path),
        name=file.name,
        architecture="qwen3",
        n_params=8_200_000_000,
        size_bytes=file.size_bytes,
        n_ctx=32_768,
        n_ctx_train=32_768,
        n_layers=36,
        n_gpu_layers=36,
        n_slots=4,
        n_vocab=151_936,
        device="RTX 4090",
        has_chat_template=True,
        load_s=2.1,
        memory=(gpu, MemoryUse("CPU", file.size_bytes // 10, 0, 20 << 20)),
    )


def _loaded_models(files: tuple[ModelFile, ...]) -> tuple[LoadedModel, ...]:
    return tuple(
        LoadedModel(file, _model_info(file), LoadParams(file.id, str(file.path)), ())
        for file in files
        if file.problem is None
    )


def _picker(actions: Actions) -> QWidget:
    box = QWidget()
    picker = ModelPicker(actions, box)
    picker.setWindowFlags(Qt.WindowType.Widget)
    files = _models()
    picker.set_files(files, "starter", _loaded_models(files))
    picker.set_state(LoadState(LoadPhase.LOADING, files[1], 0.42))
    return _row(picker)


def _status_bars() -> QWidget:
    file = _models()[1]
    info = _model_info(file)
    bars = []
    for state in (
        LoadState(),
        LoadState(LoadPhase.LOADING, file, 0.42),
        LoadState(LoadPhase.READY, file, 1.0, info),
        LoadState(LoadPhase.FAILED, file, error=EngineError("The model could not be loaded.")),
    ):
        bar = StatusBar()
        bar.set_state(state)
        bar.set_stats(EngineStats(running=1, waiting=2))
        bars.append(bar)
    return _column(*bars)


def main(argv: list[str]) -> int:
    """Show the gallery, or save a picture of all of it."""
    asked = argparse.ArgumentParser(prog="python -m desk_llm.ui.gallery")
    asked.add_argument("--shot", type=Path, help="save a picture and end")
    asked.add_argument("--dark", action="store_true")
    asked.add_argument("--zoom", type=int, default=100)
    asked.add_argument("--language", default="en")
    options = asked.parse_args(argv)
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    Language(app).use(options.language)
    Style(app).apply("dark" if options.dark else "light", options.zoom)
    gallery = Gallery()
    if options.shot is None:
        gallery.show()
        return app.exec()
    gallery.show()
    app.processEvents()
    gallery.resize(_WIDTH, gallery.whole_height() + 4)
    app.processEvents()
    is_saved = gallery.grab().save(str(options.shot))
    gallery.close()
    return 0 if is_saved else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
