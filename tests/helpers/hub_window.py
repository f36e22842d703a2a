"""A window's services over a local hub: no keyring, token, proxy or server of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from desk_llm.services import Services
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.gguf_models import tiny_model

CARD = """---
license: mit
---
<h1>Tiny</h1>

A **small** model. ![Chart](chart.png) See [more](https://more.example/x).

```bash
llama-cli -hf maker/tiny-GGUF
```
"""


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("HF_", "HUGGING_FACE_HUB_T")):
            monkeypatch.delenv(name)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeHub]:
    """The model server of `services`."""
    with FakeHub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def connected(services: Services, server: FakeHub) -> Services:
    """Services whose model server is `server`."""
    services.settings.change("network", endpoint=server.url)
    return services


@pytest.fixture
def tiny(server: FakeHub) -> str:
    """A repository with two quants, a split one, a projector and a card."""
    repo = "maker/tiny-GGUF"
    folder = server.repos.root / repo
    (folder / "BF16").mkdir(parents=True)
    tiny_model(folder / "tiny-Q4_K_M.gguf", seed=1)
    tiny_model(folder / "tiny-Q8_0.gguf", seed=2, n_layers=4)
    for part in (1, 2):
        tiny_model(folder / "BF16" / f"tiny-BF16-0000{part}-of-00002.gguf", seed=part, n_layers=6)
    tiny_model(folder / "mmproj-F16.gguf", seed=3)
    (folder / "README.md").write_text(CARD)
    server.repos.gguf[repo] = {"total": 8_190_000_000, "architecture": "qwen3"}
    server.repos.details[repo] = {"downloads": 1_234_567, "likes": 12}
    return repo
