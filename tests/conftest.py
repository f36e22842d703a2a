"""For every test: nothing of this machine is used, and an error in our log fails the test."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("desk", deadline=None)  # no test judges the speed of this machine
settings.load_profile("desk")


class _ErrorList(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []
        self.are_expected = False

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _logfail() -> Iterator[_ErrorList]:
    """Fail when a `desk.` logger says ERROR or worse and the test does not ask for `log_errors`."""
    handler = _ErrorList()
    logger = logging.getLogger("desk")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    if handler.records and not handler.are_expected:
        said = "\n".join(record.getMessage() for record in handler.records)
        pytest.fail(f"logged as error:\n{said}")


@pytest.fixture
def log_errors(_logfail: _ErrorList) -> list[logging.LogRecord]:
    """For tests in which errors are logged on purpose: the records."""
    _logfail.are_expected = True
    return _logfail.records


@pytest.fixture(autouse=True)
def _own_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the person's profile and trash, or the models of other apps."""
    monkeypatch.setenv("DESK_LLM_PROFILE", str(tmp_path / "profile"))
    for variable in ("HF_HUB_CACHE", "LLAMA_CACHE", "OLLAMA_MODELS"):
        monkeypatch.setenv(variable, str(tmp_path / "no-other-apps"))
    monkeypatch.setattr("desk_llm.models.library.places._lm_studio", lambda: iter(()))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))
    if sys.platform == "linux":  # send2trash asks for it once, when it is imported
        home = str(tmp_path / "data-home")
        monkeypatch.setattr("send2trash.plat_other.XDG_DATA_HOME", home.encode())
        monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", f"{home}/Trash".encode())
