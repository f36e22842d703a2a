"""Logs: the file, the ring, and names that try to write lines of their own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_llm import log


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    log.ring.clear()
    yield
    log.close()
    logging.getLogger("desk").setLevel(logging.NOTSET)
    log.ring.clear()


def _written(folder: Path) -> str:
    """The file, once the writing thread has emptied its queue."""
    log.close()
    return (folder / "desk.log").read_text("utf-8")


def test_a_line_reaches_the_file_and_the_ring(tmp_path: Path) -> None:
    log.setup(tmp_path / "logs")
    logging.getLogger("desk.engine").info("loaded %s", "Qwen")
    (line,) = _written(tmp_path / "logs").splitlines()
    assert "INFO    desk.engine [MainThread] loaded Qwen" in line
    assert list(log.ring) == [line]


def test_the_level_is_kept(tmp_path: Path) -> None:
    log.setup(tmp_path, "warning")
    logging.getLogger("desk.ui").info("small talk")
    assert not log.ring


def test_setup_twice_writes_once(tmp_path: Path) -> None:
    log.setup(tmp_path)
    log.setup(tmp_path)
    logging.getLogger("desk.ui").info("once")
    assert len(log.ring) == 1


@pytest.mark.parametrize(
    "name",
    ["evil\n2026-01-01 ERROR desk fake", "a\r\nb", "\x1b]52;c;x\x07", "\u202egnp.exe", "\x85"],
)
def test_a_name_cannot_write_a_line_of_its_own(tmp_path: Path, name: str) -> None:
    log.setup(tmp_path)
    logging.getLogger("desk.models").warning("found %s", name)
    text = _written(tmp_path)
    assert len(text.splitlines()) == 1
    assert text.removesuffix("\n").isprintable()


def test_a_traceback_stays_readable(tmp_path: Path, log_errors: list[logging.LogRecord]) -> None:
    log.setup(tmp_path)
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("desk.ui").exception("failed")
    lines = _written(tmp_path).splitlines()
    assert len(lines) > 3
    assert all(line.startswith("    ") for line in lines[1:])


def test_the_file_is_private_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "FILE_BYTES", 1000)
    log.setup(tmp_path)
    for n in range(100):
        logging.getLogger("desk.ui").info("line %d", n)
    log.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) == log.FILE_COUNT
    for file in files:
        assert file.stat().st_size <= 1000
        assert file.stat().st_mode & 0o077 == 0


def test_the_ring_is_bounded(tmp_path: Path) -> None:
    log.setup(None)
    for n in range(log.RING_SIZE + 5):
        logging.getLogger("desk.ui").info("%d", n)
    assert len(log.ring) == log.RING_SIZE


def test_a_folder_that_cannot_be_written_is_said_in_the_ring(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log.setup(tmp_path / "file" / "logs")
    assert "no log file" in log.ring[0]


def test_lone_surrogates_in_a_file_name_are_written(tmp_path: Path) -> None:
    log.setup(tmp_path)
    logging.getLogger("desk.models").info("found %s", "m\udcff.gguf")
    assert "found m" in _written(tmp_path)
