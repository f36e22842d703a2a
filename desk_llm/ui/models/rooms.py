"""The pages that other rooms of this window bring, imported when they are first shown."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from desk_llm.models.types import ModelFile
    from desk_llm.services import Services


class LoadSlot(QWidget):
    """What the details ask of the load panel."""

    def show_file(self, file: ModelFile | None) -> None:
        """Another model is current; None: none is."""


def discover_page(services: Services) -> Any:
    """`DiscoverPage(services)`."""
    from desk_llm.ui.models.discover.page import DiscoverPage

    return DiscoverPage(services)


def load_panel(services: Services) -> LoadSlot | None:
    """`LoadPanel(services)`; `show_file(file | None)` when another model is current."""
    module = "desk_llm.ui.models.load.panel"
    if importlib.util.find_spec("desk_llm.ui.models.load") is None:
        return None
    if importlib.util.find_spec(module) is None:
        return None
    made: LoadSlot = importlib.import_module(module).LoadPanel(services)
    return made
