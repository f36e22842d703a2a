"""RunForm: what to measure, of which model or server, and with which load parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desk_llm.benchmark.types import LoadOptions, LoadSpec, Spec, SpeedSpec
from desk_llm.engine.types import KvType
from desk_llm.models.types import ModelFile
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.fields import Choice, Decimal, Number
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.segments import Segments

_LIST = QRegularExpression(r"[0-9][0-9,;，、\s]*")
SERVER = "\x00server"  # the choice's value for "a server": no model has this id
_LONG = frozenset({"model", "url", "key", "server_model"})  # a line of their own
_FIELD_WIDTH = 132
_DOWN, _ACROSS = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
_KV_TYPES: tuple[KvType, ...] = get_args(KvType)

EXAMPLE_URL = "http://127.0.0.1:8000/v1"


def numbers(text: str) -> tuple[int, ...]:
    """Numbers with anything between them, each once.

    >>> numbers("1, 2 4，8"), numbers(" ")
    ((1, 2, 4, 8), ())
    """
    return tuple(dict.fromkeys(int(one) for one in re.findall(r"[0-9]+", text)))


class RunForm(QWidget):
    """`spec` is what the person chose; `changed` when the kind of test changed."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = Segments((self.tr("Speed"), self.tr("Load test")))
        self.kind.setAccessibleName(self.tr("Kind of test"))
        self.model = Choice()
        self.url = QLineEdit()
        self.url.setPlaceholderText(EXAMPLE_URL)
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setPlaceholderText(self.tr("None"))
        self.server_model = QLineEdit()
        self.server_model.setPlaceholderText(self.tr("Its first one"))
        self.prompts = _number_list("512")
        self.gens = _number_list("128")
        self.depths = _number_list("0, 2048")
        self.reps = _number(3, 1, 100)
        self.streams = _number_list("1, 2, 4, 8")
        self.requests = _number(0, 0, 100_000, self.tr("Automatic"))
        self.input_tokens = _number(256, 1, 1 << 20)
        self.output_tokens = _number(128, 1, 1 << 20)
        self.rate = Decimal()
        self.rate.setRange(0.0, 10_000.0)
        self.rate.setSpecialValueText(self.tr("No limit"))
        self._make_load_fields()
        self._build()
        self.kind.chosen.connect(lambda _place: self._show_fields())
        self.model.currentIndexChanged.connect(lambda _place: self._show_fields())
        self._show_fields()

    def _make_load_fields(self) -> None:
        as_app = self.tr("As in the app")
        self.threads = _number(0, 0, 1024, as_app)
        self.gpu_layers = _number(-2, -2, 1000, as_app)
        self.n_ctx = _number(0, 0, 1 << 22, self.tr("What the tests need"))
        self.slots = _number(0, 0, 256, self.tr("One per stream"))
        self.kv_type = Choice()
        self.kv_type.addItem(as_app, None)
        for one in _KV_TYPES:
            self.kv_type.addItem(one, one)
        self.flash_attn = Choice()
        for text, value in ((as_app, None), (self.tr("On"), True), (self.tr("Off"), False)):
            self.flash_attn.addItem(text, value)
        self._more = TextButton(self.tr("Load parameters"), "row", "chevron-right")
        self._more.clicked.connect(self._on_more_clicked)
        self._is_open = False

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self.kind)
        column.addSpacing(tokens.SPACE_1)
        self._rows: dict[str, QWidget] = {}
        for name, text, field in (
            ("model", self.tr("Model"), self.model),
            ("url", self.tr("Address"), self.url),
            ("key", self.tr("API key"), self.key),
            ("server_model", self.tr("Model on the server"), self.server_model),
            ("prompts", self.tr("Prompt, tokens"), self.prompts),
            ("gens", self.tr("Generation, tokens"), self.gens),
            ("depths", self.tr("Context before, tokens"), self.depths),
            ("reps", self.tr("Repetitions"), self.reps),
            ("streams", self.tr("Streams at once"), self.streams),
            ("requests", self.tr("Requests of each level"), self.requests),
            ("input_tokens", self.tr("Prompt, tokens"), self.input_tokens),
            ("output_tokens", self.tr("Reply, tokens"), self.output_tokens),
            ("rate", self.tr("Requests per second"), self.rate),
        ):
            self._add_row(column, name, text, field)
        column.addWidget(self._more)
        for name, text, field in (
            ("threads", self.tr("Threads"), self.threads),
            ("gpu_layers", self.tr("GPU layers (-1: all)"), self.gpu_layers),
            ("n_ctx", self.tr("Context, tokens"), self.n_ctx),
            ("slots", self.tr("Slots"), self.slots),
            ("kv_type", self.tr("KV cache type"), self.kv_type),
            ("flash_attn", self.tr("Flash attention"), self.flash_attn),
        ):
            self._add_row(column, name, text, field)
        column.addStretch(1)

    def _add_row(self, column: QVBoxLayout, name: str, text: str, field: QWidget) -> None:
        box = QWidget()
        is_long = name in _LONG
        inner = QBoxLayout(_DOWN if is_long else _ACROSS, box)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(tokens.SPACE_1 if is_long else tokens.SPACE_3)
        label = Label.wrapped(text, "small")
        label.setBuddy(field)
        field.setAccessibleName(text)
        inner.addWidget(label, 0 if is_long else 1)
        inner.addWidget(field)
        if not is_long:
            field.setFixedWidth(tokens.px(_FIELD_WIDTH))
        column.addWidget(box)
        self._rows[name] = box

    # ── what is shown ────────────────────────────────────────────────────

    @property
    def is_speed(self) -> bool:
        """False: a load test."""
        return self.kind.current == 0

    @property
    def is_server(self) -> bool:
        """A load test of an address."""
        return not self.is_speed and self.model.currentData() == SERVER

    def set_files(self, files: Sequence[ModelFile], chosen: str) -> None:
        """The models to choose from; those that cannot be used are left out."""
        before = self.model.currentData() or chosen
        self.model.blockSignals(True)
        self.model.clear()
        for file in files:
            if file.problem is None:
                quant = file.info.quant if file.info else ""
                self.model.addItem(f"{file.name} · {quant}" if quant else file.name, file.id)
        self.model.addItem(self.tr("A server (OpenAI API)…"), SERVER)
        self.model.setCurrentIndex(max(0, self.model.findData(before)))
        self.model.blockSignals(False)
        self._show_fields()

    def _show_fields(self) -> None:
        if self.is_speed and self.model.currentData() == SERVER:
            self.model.setCurrentIndex(0)
        speed, server, more = self.is_speed, self.is_server, self._is_open
        shown = {
            **dict.fromkeys(("url", "key", "server_model"), server),
            **dict.fromkeys(("prompts", "gens", "depths", "reps"), speed),
            **dict.fromkeys(
                ("streams", "requests", "input_tokens", "output_tokens", "rate"), not speed
            ),
            **dict.fromkeys(
                ("threads", "gpu_layers", "n_ctx", "kv_type", "flash_attn"), more and not server
            ),
            "slots": more and not server and not speed,
        }
        for name, is_shown in shown.items():
            self._rows[name].setVisible(is_shown)
        self._more.setVisible(not server)
        self.changed.emit()

    def _on_more_clicked(self) -> None:
        self._is_open = not self._is_open
        self._more.set_icon("chevron-down" if self._is_open else "chevron-right")
        self._show_fields()

    # ── what was chosen ──────────────────────────────────────────────────

    def spec(self) -> Spec:
        """The benchmark to run; whether it can be run is for others to say."""
        if self.is_speed:
            return SpeedSpec(
                model=self._model_id(),
                prompts=tuple(one for one in numbers(self.prompts.text()) if one),
                gens=tuple(one for one in numbers(self.gens.text()) if one),
                depths=numbers(self.depths.text()) or (0,),
                reps=self.reps.value(),
                load=self._load(),
            )
        server = self.is_server
        return LoadSpec(
            model=self.server_model.text().strip() if server else self._model_id(),
            url=_address(self.url.text()) if server else "",
            concurrency=numbers(self.streams.text()),
            n_requests=self.requests.value() or None,
            rate=self.rate.value() or None,
            input_tokens=self.input_tokens.value(),
            output_tokens=self.output_tokens.value(),
            load=LoadOptions() if server else self._load(),
        )

    def api_key(self) -> str:
        """Never kept."""
        return self.key.text() if self.is_server else ""

    def _model_id(self) -> str:
        chosen = self.model.currentData()
        return "" if chosen in (None, SERVER) else str(chosen)

    def _load(self) -> LoadOptions:
        layers = self.gpu_layers.value()
        return LoadOptions(
            n_threads=self.threads.value() or None,
            n_gpu_layers=None if layers == self.gpu_layers.minimum() else layers,
            n_ctx=self.n_ctx.value() or None,
            n_slots=None if self.is_speed else self.slots.value() or None,
            type_kv=self.kv_type.currentData(),
            flash_attn=self.flash_attn.currentData(),
        )


def _address(text: str) -> str:
    """An empty field is a wrong address, not the own engine; a bare host is http."""
    typed = text.strip()
    return typed if "://" in typed else f"http://{typed}"


def _number_list(text: str) -> QLineEdit:
    made = QLineEdit(text)
    made.setValidator(QRegularExpressionValidator(_LIST, made))
    return made


def _number(value: int, least: int, most: int, special: str = "") -> Number:
    made = Number()
    made.setRange(least, most)
    made.setGroupSeparatorShown(True)
    if special:
        made.setSpecialValueText(special)
    made.setValue(value)
    return made
