"""The controls of the load panel; what they say is a Preset, and silence is "automatic"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.engine.threads import physical_cores
from desk_llm.engine.types import ALL_LAYERS, LoadParams
from desk_llm.models.fit.buffers import KV_BITS
from desk_llm.models.presets.types import Preset, SettingValue
from desk_llm.models.types import GgufInfo, ModelFile
from desk_llm.settings import EngineSettings, describe
from desk_llm.ui.models.load.adapters import AdapterList
from desk_llm.ui.models.load.context_row import ContextRow
from desk_llm.ui.models.load.draft import DraftChoice
from desk_llm.ui.models.load.inputs import AutoChoice, AutoLine, AutoNumber, on_off, switch_choice
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.fold import Fold
from desk_llm.ui.widgets.labels import Label

Input = AutoChoice | AutoNumber | AutoLine
_WIDTH = 150
KV_BLOCK = 32  # numbers in a block of every quantised type of the cache
_UNQUANTISED_BITS = 16
_SETTINGS = dict(describe(EngineSettings))
FIELDS = (
    "n_gpu_layers",
    "kv_type",
    "n_slots",
    "flash_attn",
    "n_cpu_moe",
    "tensor_split",
    "n_threads",
    "use_mmap",
    "use_mlock",
)
_FIRST = ("n_gpu_layers", "kv_type", "n_slots")  # the others are folded away


class LoadForm(QWidget):
    """`changed`: the person changed something; it comes for every step of a drag."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = ContextRow()
        self.inputs: dict[str, Input] = {name: _make_input(name) for name in FIELDS}
        self.adapters = AdapterList()
        self.draft = DraftChoice()
        self.fold = Fold(self.tr("More"))
        self._rows: dict[str, QWidget] = {}
        self._build()
        self.context.changed.connect(self.changed)
        for made in self.inputs.values():
            made.edited.connect(self.changed)
        self.adapters.edited.connect(self.changed)
        self.draft.edited.connect(self.changed)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(self.context)
        for name, made in self.inputs.items():
            setting = _SETTINGS[name]
            label = QCoreApplication.translate("settings", setting.label)
            made.setAccessibleName(label)
            made.setToolTip(QCoreApplication.translate("settings", setting.help))
            made.setFixedWidth(tokens.px(_WIDTH))
            self._rows[name] = row = _row(label, made)
            (column if name in _FIRST else self.fold.column).addWidget(row)
        self._rows["draft"] = self._draft_row()
        column.addWidget(self._rows["draft"])
        column.addWidget(self.adapters)
        column.addWidget(self.fold)

    def _draft_row(self) -> QWidget:
        """Names of models are long: a line of its own."""
        row = QWidget()
        texts = QVBoxLayout(row)
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(0)
        texts.addWidget(Label(self.tr("Draft model")))
        texts.addWidget(
            Label.wrapped(
                self.tr("A smaller model guesses what comes next: faster, and never another text."),
                "small",
            )
        )
        texts.addSpacing(tokens.SPACE_1)
        texts.addWidget(self.draft)
        return row

    # ── what is shown ────────────────────────────────────────────────────

    def show_file(self, file: ModelFile, files: Sequence[ModelFile], n_devices: int) -> None:
        """Limits of another model, and rows that mean nothing for it."""
        info = file.info
        assert info is not None
        limit = int(_SETTINGS["n_ctx"].maximum or 1 << 20)
        self.context.set_most(info.n_ctx_train, limit)
        _number(self.inputs["n_gpu_layers"]).set_limits(0, info.n_layers + 1)
        _number(self.inputs["n_cpu_moe"]).set_limits(1, info.n_layers)
        kv_type = self.inputs["kv_type"]
        assert isinstance(kv_type, AutoChoice)
        kv_type.set_possible(_cache_types(info))
        self._rows["n_gpu_layers"].setVisible(n_devices > 0)
        self._rows["n_cpu_moe"].setVisible(bool(info.expert_sizes) and n_devices > 0)
        self._rows["tensor_split"].setVisible(n_devices > 1)
        self.draft.show_candidates(file, files, self.draft.path())

    def show_preset(self, preset: Preset, file: ModelFile, files: Sequence[ModelFile]) -> None:
        """What was saved, or wished."""
        n_ctx = preset.load.get("n_ctx")
        self.context.show_value(n_ctx if isinstance(n_ctx, int) else None)
        for name, made in self.inputs.items():
            value = preset.load.get(name)
            is_automatic = name in preset.load and value in _AUTOMATIC.get(name, ())
            made.show_value(None if is_automatic else value)
        self.adapters.show_adapters(file, preset.adapters)
        self.draft.show_candidates(file, files, preset.draft)
        self._rows["draft"].setVisible(self.draft.has_candidates())

    def show_automatic(self, params: LoadParams, settings: EngineSettings, info: GgufInfo) -> None:
        """What "automatic" means for each of them at present."""
        self.context.set_automatic(params.n_ctx or 0)
        for name, meaning in _meanings(params, settings, info).items():
            self.inputs[name].set_automatic(meaning)

    # ── what it says ─────────────────────────────────────────────────────

    def preset(self, base: Preset) -> Preset:
        """`base` with what this form is about."""
        load = {name: value for name, value in base.load.items() if name not in (*FIELDS, "n_ctx")}
        if self.context.value() is not None:
            load["n_ctx"] = self.context.value()
        for name, made in self.inputs.items():
            value = made.number() if isinstance(made, AutoNumber) else made.value()
            if value is not None:
                load[name] = value
        return replace(base, load=load, adapters=self.adapters.adapters(), draft=self.draft.path())


# Values of a preset that leave the choice to the app.
_AUTOMATIC: dict[str, tuple[SettingValue, ...]] = {
    "n_gpu_layers": (ALL_LAYERS,),
    "kv_type": ("auto",),
    "n_cpu_moe": (0,),
    "tensor_split": ("",),
    "flash_attn": (None,),
    "n_threads": (None,),
}


def cleared(preset: Preset) -> Preset:
    """A preset without anything that this form is about."""
    load = {name: value for name, value in preset.load.items() if name not in (*FIELDS, "n_ctx")}
    return replace(preset, load=load, adapters=(), draft="")


def _make_input(name: str) -> Input:
    setting = _SETTINGS[name]
    if setting.choices:
        return AutoChoice(
            [(one.label, one.value) for one in setting.choices if one.value != "auto"]
        )
    if name in {"flash_attn", "use_mmap", "use_mlock"}:
        return switch_choice()
    if name == "tensor_split":
        return AutoLine()
    return AutoNumber(max(0, int(setting.minimum or 0)), int(setting.maximum or 0))


def _cache_types(info: GgufInfo) -> list[str]:
    """A head's keys and values must be whole blocks of a quantised type."""
    has_blocks = info.head_dim_k % KV_BLOCK == 0 and info.head_dim_v % KV_BLOCK == 0
    return [name for name, bits in KV_BITS.items() if has_blocks or bits >= _UNQUANTISED_BITS]


def _number(made: Input) -> AutoNumber:
    assert isinstance(made, AutoNumber)
    return made


def _row(label: str, made: QWidget, help_text: str = "") -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(tokens.SPACE_3)
    texts = QVBoxLayout()
    texts.setSpacing(0)
    texts.addWidget(Label.wrapped(label))
    if help_text:
        texts.addWidget(Label.wrapped(help_text, "small"))
    line.addLayout(texts, 1)
    line.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
    return row


def _meanings(params: LoadParams, settings: EngineSettings, info: GgufInfo) -> dict[str, str]:
    layers = info.n_layers + 1
    on_gpu = layers if params.n_gpu_layers == ALL_LAYERS else params.n_gpu_layers
    threads = settings.n_threads or physical_cores()
    return {
        "n_gpu_layers": f"{min(on_gpu, layers)}/{layers}",
        "kv_type": params.type_k.upper(),
        "n_slots": str(settings.n_slots),
        "flash_attn": "" if settings.flash_attn is None else on_off(settings.flash_attn),
        "n_cpu_moe": str(params.n_cpu_moe),
        "tensor_split": settings.tensor_split,
        "n_threads": str(threads),
        "use_mmap": on_off(settings.use_mmap),
        "use_mlock": on_off(settings.use_mlock),
    }
