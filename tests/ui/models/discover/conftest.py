"""A Discover page over real services and a local hub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from desk_llm.services import Services
from desk_llm.ui.models.discover.page import DiscoverPage
from desk_llm.ui.models.discover.repo_page import RepoPage
from desk_llm.ui.theme.style import Style
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.hub_window import _clean_surroundings, connected, server, tiny
from tests.helpers.pictures import png

__all__ = ["_clean_surroundings", "connected", "server", "tiny"]


@pytest.fixture
def page(connected: Services, style: Style, qtbot: QtBot) -> Iterator[DiscoverPage]:
    """Shown as wide as the Models window."""
    del style
    made = DiscoverPage(connected)
    made.resize(1100, 700)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)


@pytest.fixture
def opened(page: DiscoverPage, tiny: str, server: FakeHub, qtbot: QtBot) -> RepoPage:
    """The repository with its card."""
    server.repos.write(f"{tiny}/chart.png", png())
    page.open_repo(tiny)
    repo = page.repo
    qtbot.waitUntil(lambda: bool(repo.card.view.column.blocks), timeout=20_000)
    return repo
