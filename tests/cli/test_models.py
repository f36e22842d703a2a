"""`desk-llm models list|show|scan|add|remove`."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from desk_llm.cli.parser import main
from tests.cli.conftest import Models
from tests.helpers.gguf_models import tiny_model

ID = "ann/Tiny/tiny"
KEYS = {
    "id", "name", "alias", "path", "parts", "projector", "drafts", "size_bytes", "origin",
    "is_starter", "repo", "sha256", "modified_at", "architecture", "quant", "n_params",
    "n_layers", "n_ctx_train", "n_experts", "abilities", "licence", "has_chat_template",
    "problem",
}  # fmt: skip


def others(found: list[dict[str, object]]) -> list[dict[str, object]]:
    """Without the starter model."""
    return [one for one in found if not one["is_starter"]]


def test_list_is_an_array_with_the_promised_fields(models: Models) -> None:
    path = models.put()
    found = models.json("list")
    assert isinstance(found, list)
    assert all(set(one) == KEYS for one in found)
    assert found[0]["is_starter"] is True
    (tiny,) = others(found)
    assert (tiny["id"], tiny["name"], tiny["repo"]) == (ID, "tiny-1", "ann/Tiny")
    assert (tiny["path"], tiny["parts"]) == (str(path), [str(path)])
    assert tiny["size_bytes"] == path.stat().st_size
    assert (tiny["origin"], tiny["architecture"], tiny["n_ctx_train"]) == ("app", "llama", 512)
    assert tiny["problem"] is None
    assert models.json() == found  # the verb may be left out
    assert main(["models", "--json", "list", "--profile", str(models.profile)]) == 0


def test_a_table_for_people(models: Models) -> None:
    models.put("某人/模型/很长的名字.gguf")
    (models.models / "broken.gguf").write_bytes(b"PK\x03\x04")
    shown = models.text("list", "--all").splitlines()
    assert shown[0].split() == ["Name", "Quant", "Params", "Size", "Context", "From", "ID"]
    assert any("某人/模型/很长的名字" in line for line in shown)
    assert any(line.startswith("broken: ") for line in shown)
    assert any("Kind" in line for line in shown)
    assert "on disk" in models.error
    broken = [one for one in models.json("list") if one["problem"]]
    assert [one["id"] for one in broken] == ["broken"]


def test_show(models: Models) -> None:
    models.put()
    shown = models.json("show", ID)
    assert KEYS | {"preset", "metadata"} == set(shown)
    rows = {one["key"]: one for one in shown["metadata"]}
    assert rows["general.architecture"]["value"] == "llama"
    assert rows["llama.context_length"]["kind"] == "uint32"
    text = models.text("show", "tiny.gguf")
    assert "Architecture" in text
    assert "llama.context_length" in text
    outside = tiny_model(models.profile.parent / "outside.gguf", seed=5)
    assert models.json("show", str(outside))["id"] == str(outside)
    assert "no model “nothing”" in models.fails("show", "nothing")
    (models.models / "broken.gguf").write_bytes(b"GGUF")
    assert models.json("show", "broken")["problem"]


def test_scan_says_what_changed(models: Models) -> None:
    path = models.put()
    first = models.json("scan")
    assert {"n_models", "new", "gone", "broken", "problems"} == set(first)
    assert ID in [one["id"] for one in first["new"]]
    again = models.json("scan")
    assert (again["new"], again["gone"], again["broken"]) == ([], [], [])
    assert "0 new, 0 gone, 0 broken" in models.text("scan")
    path.rename(path.with_name("moved.gguf"))
    (models.models / "broken.gguf").write_bytes(b"GGUF" + bytes(99))
    now = models.json("scan")
    assert [one["id"] for one in now["gone"]] == [ID]
    assert {one["id"] for one in now["new"]} == {"ann/Tiny/moved", "broken"}
    assert [one["id"] for one in now["broken"]] == ["broken"]
    shown = models.text("scan")
    assert "1 broken" in shown
    assert "broken: " in shown


def test_add_a_folder_or_a_file(models: Models, tmp_path: Path) -> None:
    (tmp_path / "别处").mkdir()
    inside = tiny_model(tmp_path / "别处" / "root.gguf", seed=3)
    alone = tiny_model(tmp_path / "alone.gguf", seed=4)
    added = models.json("add", str(tmp_path / "别处"))
    assert [one["path"] for one in added["models"]] == [str(inside)]
    assert added["models"][0]["origin"] == "folder"
    assert "alone" in models.text("add", str(alone))
    paths = [one["path"] for one in models.json("list")]
    assert str(inside) in paths
    assert str(alone) in paths
    assert models.text("add", str(alone)) == ""
    assert "Nothing new" in models.error
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"nothing")
    assert "broken.gguf" in models.fails("add", str(broken))
    assert "no file or folder" in models.fails("add", str(tmp_path / "gone"))
    assert len(models.json("list")) == 3


def test_remove_and_undo(models: Models) -> None:
    path = models.put()
    data = path.read_bytes()
    removed = models.json("remove", ID, "--yes")["removed"]
    assert (removed["id"], removed["size_bytes"]) == (ID, len(data))
    assert not path.exists()
    assert others(models.json("list")) == []
    restored = models.json("remove", "--undo")["restored"]
    assert restored["files"][0]["was"] == str(path)
    assert path.read_bytes() == data
    assert "nothing to bring back" in models.fails("remove", "--undo")
    text = models.text("remove", "tiny-1", "--yes")
    assert "trash" in text
    assert "remove --undo" in models.error


def test_remove_asks_first(
    models: Models, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = models.put()
    assert "--yes" in models.fails("remove", ID)
    monkeypatch.setattr("sys.stdin", _Terminal("n\ny\n"))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert models.text("remove", ID, code=1) == ""
    assert "[y/N]" in models.error
    assert path.exists()
    models.text("remove", ID)
    assert not path.exists()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_not_ours_stays(models: Models) -> None:
    assert "belongs to the app" in models.fails("remove", "desk-llm-starter-F16", "--yes")
    assert "Say which" in models.fails("remove", "--yes")


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_path_that_is_no_text_is_still_json(models: Models, tmp_path: Path) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    os.mkdir(folder)
    path = tiny_model(Path(folder) / "x.gguf")
    shown = models.json("show", str(path))
    assert shown["path"] == str(path)
    assert models.text("show", str(path))
    json.dumps(shown).encode()
