"""For the Models window's tests: real services, small models, a Hub on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from desk_llm.services import Services
from desk_llm.ui.models.window import ModelsWindow
from desk_llm.ui.theme.style import Style
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.model_files import put

PATIENCE_MS = 20_000


@pytest.fixture
def folder(services: Services) -> Path:
    """The models folder, with three models and a file that is none."""
    services.settings.change("models", other_apps=False)
    made = services.models_folder
    put(made / "qwen" / "qwen3" / "qwen3-q4.gguf", "Qwen3 tiny", llama__context_length=32_768)
    put(made / "meta" / "llama" / "llama-70b.gguf", "Llama tiny", data=50_000)
    put(made / "embed.gguf", "Bge tiny", general__license="mit")
    (made / "notes.gguf").write_bytes(b"no model at all")
    services.library.refresh()
    return made


@pytest.fixture
def hub(services: Services, tmp_path: Path) -> Iterator[FakeHub]:
    """Serves one model; the app knows no other server."""
    root = tmp_path / "hub"
    put(root / "owner" / "fresh" / "fresh-q8.gguf", "Fresh", data=400_000)
    put(root / "owner" / "other" / "other-q4.gguf", "Other", data=200_000)
    with FakeHub(root) as made:
        services.settings.change("network", endpoint=made.url)
        yield made
        services.downloads.pause_all()


@pytest.fixture
def models_window(
    services: Services, folder: Path, style: Style, qtbot: QtBot
) -> Iterator[ModelsWindow]:
    """The Models window over `folder`, listed."""
    del folder, style
    made = ModelsWindow(services)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: len(made.library.model.all) == 5, timeout=PATIENCE_MS)
    yield made
    if not shiboken6.isValid(made):
        return  # a test closed it
    made.close()
    QCoreApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)
