"""DiscoverPage: the list of repositories, and the repository that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from desk_llm.services import Services


class DiscoverPage(QWidget):
    """What the Models window shows under "Discover"."""

    settings_wanted = Signal()  # the network settings: offline, another server, a token
    activity_wanted = Signal()  # the downloads
    model_wanted = Signal(str)  # path of a model that is here: show it among My models

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services

    def search(self, query: str) -> None:
        """Look for this text; empty: only show the page."""
