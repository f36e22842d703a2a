"""Pictures of cards: only of the web, only of known kinds, never too large."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desk_llm.hub.tokens import Tokens
from desk_llm.services import Services
from desk_llm.ui.models.discover import pictures
from desk_llm.ui.models.discover.pictures import PictureFetch, address, decode
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.pictures import png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("https://a.example/x.png", "https://a.example/x.png"),
        ("x.png", "https://h.example/o/r/x.png"),
        ("../x.png", "https://h.example/o/x.png"),
        ("//evil.example/x.png", "https://evil.example/x.png"),
        ("file:///etc/passwd", ""),
        ("data:image/png;base64,AAAA", ""),
        ("javascript:alert(1)", ""),
        ("smb://host/share", ""),
    ],
)
def test_addresses(source: str, found: str) -> None:
    assert address(source, "https://h.example/o/r/") == found


def test_known_kinds_are_decoded_and_large_ones_made_smaller() -> None:
    assert decode(png(40, 30)).width() == 40
    assert decode(png(4000, 30)).width() == pictures.WIDTH


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", SVG, png()[:40], b"GIF89a"])
def test_anything_else_is_null(data: bytes) -> None:
    assert decode(data).isNull()


def test_too_many_pixels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXELS", 1000)
    assert decode(png(40, 30)).isNull()


def _fetch(services: Services, tmp_path: Path, *urls: str) -> dict[str, QImage]:
    fetch = PictureFetch(services.settings, Tokens(tmp_path / "none"))
    found: dict[str, QImage] = {}
    fetch.found.connect(lambda one: found.update([one]))
    fetch.fetch(urls)
    return found


def test_a_card_does_not_reach_into_the_network_around_us(
    connected: Services, server: FakeHub, tmp_path: Path
) -> None:
    """The hub itself may be there; another name of the same machine may not."""
    server.repos.write("o/r/a.png", png())
    own = f"{server.url}/o/r/resolve/main/a.png"
    near = f"{server.cdn}/o/r/resolve/main/a.png"
    found = _fetch(connected, tmp_path, own, near, "http://169.254.169.254/latest")
    assert not found[own].isNull()
    assert found[near].isNull()
    assert found["http://169.254.169.254/latest"].isNull()


def test_a_body_that_is_too_large_is_not_read(
    connected: Services, server: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "BYTES", 1000)
    server.repos.write("o/r/a.png", png() + bytes(100_000))
    url = f"{server.url}/o/r/resolve/main/a.png"
    assert _fetch(connected, tmp_path, url)[url].isNull()


def test_one_that_is_missing_does_not_stop_the_others(
    connected: Services, server: FakeHub, tmp_path: Path
) -> None:
    server.repos.write("o/r/a.png", png())
    good, bad = (f"{server.url}/o/r/resolve/main/{name}.png" for name in ("a", "b"))
    found = _fetch(connected, tmp_path, bad, good)
    assert found[bad].isNull()
    assert not found[good].isNull()


def test_offline_asks_nobody(connected: Services, server: FakeHub, tmp_path: Path) -> None:
    connected.settings.change("network", offline=True)
    url = f"{server.url}/o/r/resolve/main/a.png"
    assert _fetch(connected, tmp_path, url)[url].isNull()
    assert server.log == []
