"""The pages that other rooms of this window bring, imported when they are first shown."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desk_llm.models.types import ModelFile
    from desk_llm.services import Services


class DiscoverSlot(Protocol):
    """What the window asks of the Discover page, which is a QWidget."""

    def search(self, query: str) -> None:
        """Look for this text; empty: only show the page."""


class LoadSlot(Protocol):
    """What the details ask of the load panel, which is a QWidget."""

    def show_file(self, file: ModelFile | None) -> None:
        """Another model is current; None: none is."""


def discover_page(services: Services) -> QWidget | None:
    """`DiscoverPage(services)`."""
    return _make("desk_llm.ui.models.discover.page", "DiscoverPage", services)


def load_panel(services: Services) -> QWidget | None:
    """`LoadPanel(services)`."""
    return _make("desk_llm.ui.models.load.panel", "LoadPanel", services)


def _make(module: str, name: str, services: Services) -> QWidget | None:
    parent = module.rpartition(".")[0]
    if importlib.util.find_spec(parent) is None or importlib.util.find_spec(module) is None:
        return None
    made = getattr(importlib.import_module(module), name)
    return cast("QWidget", made(services))
