"""Hub, downloads and library together, as the app builds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_llm.downloads.types import DownloadState
from desk_llm.models.types import Origin
from desk_llm.paths import Paths
from desk_llm.services import Services
from tests.downloads.conftest import World, wait_for
from tests.helpers.gguf_bytes import Gguf
from tests.helpers.waiting import wait_until

NAME = "maker/Tiny-GGUF"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "profile")


def _open(paths: Paths, world: World) -> Services:
    services = Services.open(paths)
    services.settings.change("network", endpoint=world.hub.url)
    services.settings.change("models", other_apps=False)
    return services


def test_from_a_name_to_a_model_of_the_library(world: World, paths: Paths) -> None:
    digest = world.hub.repos.write(f"{NAME}/Tiny-Q4_K_M.gguf", Gguf().encode())
    services = _open(paths, world)
    download_id = services.downloads.add(services.hub.resolve(f"{NAME}:Q4_K_M"))
    done = wait_for(services.downloads, download_id, DownloadState.DONE)
    wait_until(lambda: any(str(one.path) == done.path for one in services.library.files))
    model = next(one for one in services.library.files if str(one.path) == done.path)
    assert Path(done.path).is_relative_to(services.models_folder)
    assert (model.origin, model.repo, model.sha256) == (Origin.APP, NAME, digest)
    assert model.problem is None
    n_asked = len(world.hub.log)
    again = services.downloads.add(services.hub.resolve(f"{NAME}:Q4_K_M"))
    wait_for(services.downloads, again, DownloadState.DONE)
    assert not [one for one in world.hub.log[n_asked:] if one.path.startswith("/cdn/")]
    services.close()


def test_closing_the_app_keeps_what_came(world: World, paths: Paths) -> None:
    data = Gguf(data=2_000_000).encode()
    world.hub.repos.write(f"{NAME}/Tiny-Q4_K_M.gguf", data)
    world.hub.faults.bytes_per_s = 1e6
    services = _open(paths, world)
    download_id = services.downloads.add(services.hub.resolve(f"{NAME}:Q4_K_M"))
    wait_until(lambda: services.downloads.all[0].done_bytes > 300_000)
    services.close()
    world.hub.faults.bytes_per_s = 0
    services = _open(paths, world)
    wait_until(lambda: services.downloads.all[0].done_bytes > 300_000)
    assert services.downloads.all[0].state is DownloadState.PAUSED
    services.library.refresh()
    assert [one for one in services.library.files if not one.is_starter] == []
    services.downloads.resume(download_id)
    done = wait_for(services.downloads, download_id, DownloadState.DONE)
    assert Path(done.path).read_bytes() == data
    services.close()
    first, second = world.ranges()
    assert first == 0
    assert second > 300_000
