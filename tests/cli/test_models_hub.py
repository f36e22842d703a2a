"""`desk-llm models search|files|download|fit` against a server that speaks the Hub's API."""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Callable

import pytest

from desk_llm.cli.parser import EXIT_INTERRUPTED
from tests.cli.conftest import REPO, Child, Models, wait_for_bytes
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.gguf_models import tiny_model

Q4 = "ann/Tiny-GGUF/Tiny-Q4_K_M.gguf"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def whole(hub: FakeHub, name: str = Q4) -> bytes:
    return (hub.repos.root / name).read_bytes()


# ── search and files ─────────────────────────────────────────────────────


def test_search(models: Models, hub: FakeHub) -> None:
    found = models.json("search", "tiny", "--sort", "downloads", "--limit", "5")
    assert [one["name"] for one in found] == [REPO]
    assert set(found[0]) == {
        "name", "downloads", "likes", "updated_at", "n_params", "architecture", "n_ctx_train",
        "licence", "is_gated", "tags",
    }  # fmt: skip
    assert (found[0]["downloads"], found[0]["likes"]) == (12_345, 6)
    shown = models.text("search", "tiny")
    assert shown.splitlines()[0].startswith("Repository")
    assert "12 k" in shown
    assert models.text("search", "no-such-thing") == ""
    assert "Nothing was found" in models.error
    assert models.json("search", "no-such-thing") == []
    asked = [one.path for one in hub.log if "search=tiny" in one.path]
    assert "sort=downloads" in asked[0]
    assert "limit=5" in asked[0]


def test_search_by_size_and_author(models: Models, hub: FakeHub) -> None:
    models.json("search", "--author", "ann", "--min-params", "0.5B", "--max-params", "7b")
    asked = hub.log[-1].path
    assert "author=ann" in asked
    assert "500000000" in asked or "500M" in asked or "0.5B" in asked
    with pytest.raises(SystemExit):
        models.text("search", "--min-params", "many")


def test_files(models: Models, hub: FakeHub) -> None:
    found = models.json("files", REPO)
    assert (found["name"], found["is_readable"], found["problem"]) == (REPO, True, None)
    assert [one["quant"] for one in found["quants"]] == ["Q4_K_M", "F16"]
    assert [one["quant"] for one in found["projectors"]] == ["F16"]
    first = found["quants"][0]
    assert first["size_bytes"] == len(whole(hub))
    assert first["files"][0]["sha256"] == sha256(whole(hub))
    assert first["fit"]["verdict"] in ("gpu", "split", "cpu")
    assert first["fit"]["total_bytes"] > 0
    assert first["decode_tok_s"] == first["fit"]["forecast"]["decode_tok_s"] > 0
    shown = models.text("files", REPO)
    assert "Q4_K_M" in shown
    assert "Projectors" in shown


def test_a_gated_repository_explains_itself(models: Models, hub: FakeHub) -> None:
    hub.repos.gated[REPO] = "hf_secret"
    found = models.json("files", REPO)
    assert found["is_readable"] is False
    assert found["problem"]
    assert found["quants"][0]["fit"] is None
    assert REPO in models.fails("download", f"{REPO}:Q4_K_M")


def test_what_cannot_be_asked_is_a_sentence(models: Models, hub: FakeHub) -> None:
    assert "no-such" in models.fails("files", "ann/no-such")
    assert "not a name" in models.fails("download", "nonsense")
    assert "Q9_Z" in models.fails("download", f"{REPO}:Q9_Z")
    assert "already" in models.fails("download", f"{REPO}:F16", "--quant", "Q4_K_M")
    hub.faults.api_statuses += [Status(503)] * 9
    assert models.fails("search", "x", "--json")
    models.configure("http://127.0.0.1:9")
    assert "127.0.0.1" in models.fails("search", "x")


# ── download ─────────────────────────────────────────────────────────────


def test_download(models: Models, hub: FakeHub) -> None:
    done = models.json("download", REPO, "--quant", "Q4_K_M")
    path = models.models / Q4
    assert path.read_bytes() == whole(hub)
    assert set(done) == {
        "id", "title", "source", "repo", "commit", "state", "done_bytes", "total_bytes", "path",
        "error", "model",
    }  # fmt: skip
    assert (done["state"], done["path"], done["error"]) == ("done", str(path), None)
    assert done["done_bytes"] == done["total_bytes"] == len(whole(hub))
    assert done["model"]["path"] == str(path)
    listed = models.json("list")
    assert str(path) in [one["path"] for one in listed]
    n_asked = len(hub.log)
    assert models.text("download", f"{REPO}:Q4_K_M").strip() == str(path)
    assert not [one for one in hub.log[n_asked:] if "/cdn/" in one.path]


def test_download_with_its_projector(models: Models, hub: FakeHub) -> None:
    models.json("download", f"{REPO}:Q4_K_M", "--with-projector")
    assert (models.models / "ann/Tiny-GGUF/mmproj-F16.gguf").is_file()
    assert (models.models / Q4).read_bytes() == whole(hub)


def test_download_from_ollama(
    models: Models, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_LLM_OLLAMA_REGISTRY", hub.url)
    data = tiny_model(hub.repos.root / "x.gguf").read_bytes()
    hub.ollama.add("library/tiny:1b", data)
    done = models.json("download", "ollama:tiny:1b")
    assert done["source"] == "ollama"
    assert (models.models / done["path"]).read_bytes() == data
    assert models.json("download", "ollama:tiny", "--quant", "1b")["path"] == done["path"]


def test_a_wrong_digest_is_not_a_model(models: Models, hub: FakeHub) -> None:
    hub.repos.digests[Q4] = "0" * 64
    assert models.fails("download", f"{REPO}:Q4_K_M")
    assert not (models.models / Q4).exists()
    assert len(models.json("list")) == 1


def test_ctrl_c_pauses_and_says_how_to_go_on(
    models: Models, hub: FakeHub, child: Callable[..., Child]
) -> None:
    hub.faults.bytes_per_s = 150_000
    running = child("download", f"{REPO}:Q4_K_M", "--json")
    part = wait_for_bytes(models.models, 60_000)
    running.send(signal.SIGINT)
    code, out, error = running.end()
    assert code == EXIT_INTERRUPTED
    assert "Go on with: desk-llm models download ann/Tiny-GGUF:Q4_K_M" in error
    assert "Traceback" not in error
    paused = json.loads(out)
    assert paused["state"] == "paused"
    assert paused["error"] is None
    kept = part.stat().st_size
    assert kept >= 60_000
    assert len(models.json("list")) == 1  # a part is no model
    hub.faults.bytes_per_s = 0
    n_asked = len(hub.log)
    assert models.json("download", f"{REPO}:Q4_K_M")["state"] == "done"
    assert (models.models / Q4).read_bytes() == whole(hub)
    ranges = [one.range for one in hub.log[n_asked:] if "/cdn/" in one.path]
    assert ranges == [f"bytes={kept}-"]


@pytest.mark.fault
def test_a_killed_download_goes_on(
    models: Models, hub: FakeHub, child: Callable[..., Child]
) -> None:
    hub.faults.bytes_per_s = 150_000
    running = child("download", f"{REPO}:Q4_K_M")
    wait_for_bytes(models.models, 60_000)
    running.send(signal.SIGKILL)
    running.end()
    hub.faults.bytes_per_s = 0
    models.text("download", f"{REPO}:Q4_K_M")
    assert (models.models / Q4).read_bytes() == whole(hub)


# ── fit ──────────────────────────────────────────────────────────────────


def test_fit_of_a_remote_model(models: Models, hub: FakeHub) -> None:
    found = models.json("fit", f"{REPO}:Q4_K_M", "--ctx", "256", "--slots", "1", "--kv-type", "f16")
    assert found["is_local"] is False
    assert (found["params"]["n_ctx"], found["params"]["n_slots"]) == (256, 1)
    assert found["verdict"] in ("gpu", "split", "cpu")
    assert found["evidence"] == "simulated"
    fetched = sum(one.sent_bytes for one in hub.log if "/cdn/" in one.path)
    assert fetched <= 2 * len(whole(hub))
    assert not list(models.models.rglob("*.gguf"))
    assert "has no “Q9”" in models.fails("fit", f"{REPO}:Q9")


def test_fit_of_a_model_here(models: Models) -> None:
    models.put(n_ctx=4096)
    best = models.json("fit", "tiny-1")
    assert set(best) == {
        "model", "name", "size_bytes", "is_local", "verdict", "evidence", "total_bytes", "params",
        "need", "extra", "measured", "free", "forecast", "problem",
    }  # fmt: skip
    assert (best["is_local"], best["model"]) == (True, "ann/Tiny/tiny")
    assert best["evidence"] == "simulated"
    assert best["forecast"]["decode_tok_s"] > 0
    assert best["total_bytes"] == sum(
        sum(value for key, value in use.items() if key != "device") for use in best["need"]
    )
    larger = models.json("fit", "tiny-1", "--ctx", "4096", "--kv-type", "f32", "--gpu-layers", "0")
    assert larger["params"]["n_ctx"] == 4096
    smaller = models.json("fit", "tiny-1", "--ctx", "512", "--kv-type", "f16", "--gpu-layers", "0")
    cache = [one["need"][-1]["kv_cache_bytes"] for one in (smaller, larger)]
    assert cache[1] == pytest.approx(16 * cache[0], rel=0.06)  # the log rounds to 0.01 MiB
    models.text("preset", "tiny-1", "--set", "n_ctx=1024")
    assert models.json("fit", "tiny-1")["params"]["n_ctx"] == 1024
    shown = models.text("fit", "tiny-1")
    assert "Verdict" in shown
    assert "simulated by llama.cpp" in shown
    assert "Weights" in shown
    (models.models / "broken.gguf").write_bytes(b"GGUF")
    assert "broken.gguf" in models.fails("fit", "broken")
    assert "no model “nothing”" in models.fails("fit", "nothing")


def test_what_is_on_this_disk_is_not_fetched(models: Models, hub: FakeHub) -> None:
    """The same content under another name, in a folder that was added."""
    other = models.profile.parent / "elsewhere"
    other.mkdir()
    (other / "my-tiny.gguf").write_bytes(whole(hub))
    models.json("add", str(other))
    done = models.json("download", f"{REPO}:Q4_K_M")
    assert done["state"] == "done"
    assert not [one for one in hub.log if "/cdn/" in one.path and one.method == "GET"]
    assert done["model"] is not None


def test_offline_nothing_is_asked(models: Models, hub: FakeHub) -> None:
    settings = models.profile / "settings.toml"
    settings.write_text(settings.read_text().replace("[network]", "[network]\noffline = true"))
    assert "ffline" in models.fails("search", "tiny")
    assert "ffline" in models.fails("download", f"{REPO}:Q4_K_M")
    assert hub.log == []
