"""A load panel over real services with two tiny models; memory and GPUs as a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desk_llm.engine.types import DeviceInfo
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui.models.load.panel import LoadPanel
from desk_llm.ui.theme.style import Style
from tests.helpers.gguf_models import tiny_model

MIB = 1 << 20


@dataclass
class Machine:
    """Memory that is free."""

    ram: int = 8 << 30
    gpus: tuple[DeviceInfo, ...] = ()

    def add_gpu(self, free: int, total: int = 24 << 30) -> None:
        name = f"CUDA{len(self.gpus)}"
        self.gpus = (*self.gpus, DeviceInfo(name, f"Card {len(self.gpus)}", "CUDA", total, free))


@pytest.fixture
def machine(services: Services) -> Machine:
    made = Machine()
    services.fit._free_ram = lambda: made.ram
    services.fit.devices = lambda: made.gpus
    return made


@pytest.fixture
def folder(services: Services) -> Path:
    path = services.models_folder
    path.mkdir(parents=True, exist_ok=True)
    tiny_model(path / "big.gguf", n_layers=6, n_ctx=32_768)
    tiny_model(path / "small.gguf", n_layers=1)
    services.library.refresh()
    return path


@pytest.fixture
def big(services: Services, folder: Path) -> ModelFile:
    del folder
    return services.library.get("big")


Make = Callable[[ModelFile], LoadPanel]


@pytest.fixture
def show(services: Services, machine: Machine, style: Style, qtbot: QtBot) -> Make:
    """A panel that shows a model and knows what the simulation says."""
    del machine, style

    def make(file: ModelFile) -> LoadPanel:
        panel = LoadPanel(services)
        qtbot.addWidget(panel)
        panel.resize(360, 900)
        panel.show()
        panel.set_file(file)
        qtbot.waitUntil(lambda: panel.fit is not None and not panel.is_asking, timeout=20_000)
        return panel

    return make
