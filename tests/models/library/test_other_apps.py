"""Models of other apps: found where they are, named, never touched; and what is left out."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import pytest

from desk_llm.errors import Unsupported
from desk_llm.models.library.library import Library
from desk_llm.models.library.places import other_apps
from desk_llm.models.library.types import Layout, Place
from desk_llm.models.types import ModelFile, Origin
from tests.helpers.gguf_bytes import STRING, U32, Gguf
from tests.helpers.model_stores import model, projector, put, put_hf, put_ollama

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")


def library_of(tmp_path: Path, *places: Place) -> Library:
    (tmp_path / "own").mkdir(exist_ok=True)
    library = Library(lambda: [tmp_path / "own"], tmp_path / "none", others=lambda: places)
    library.refresh()
    assert library.problems == ()
    return library


def by_id(library: Library) -> dict[str, ModelFile]:
    return {file.id: file for file in library.files}


class TestHuggingFaceCache:
    def place(self, tmp_path: Path, origin: Origin = Origin.HF_CACHE) -> Place:
        return Place(origin, tmp_path / "hub", Layout.HF_CACHE)

    def test_a_file_is_known_with_its_repository_and_digest(self, tmp_path: Path) -> None:
        content = model("Small")
        link = put_hf(tmp_path / "hub", "own-er/re--po", "sub/small-Q4_K_M.gguf", content)
        put(tmp_path / "hub" / "datasets--x--y" / "snapshots" / "1" / "data.gguf", content)
        (file,) = library_of(tmp_path, self.place(tmp_path)).files
        assert file.id == "hf:own-er/re--po/sub/small-Q4_K_M"
        assert (file.path, file.origin, file.repo) == (link, Origin.HF_CACHE, "own-er/re--po")
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert file.problem is None

    def test_a_file_of_two_commits_is_listed_once_and_a_changed_one_twice(
        self, tmp_path: Path
    ) -> None:
        hub = tmp_path / "hub"
        put_hf(hub, "o/r", "same.gguf", model("Same"), commit="aaaaaaaaaa", main=False)
        put_hf(hub, "o/r", "new.gguf", model("New", marker=1), commit="aaaaaaaaaa", main=False)
        put_hf(hub, "o/r", "same.gguf", model("Same"), commit="bbbbbbbbbb")
        put_hf(hub, "o/r", "new.gguf", model("New", marker=2), commit="bbbbbbbbbb")
        files = by_id(library_of(tmp_path, self.place(tmp_path)))
        assert set(files) == {"hf:o/r/same", "hf:o/r/new", "hf:o/r/new@aaaaaaa"}
        assert files["hf:o/r/new"].path.parent.name == "bbbbbbbbbb"

    def test_unfinished_blobs_and_lost_ones_are_not_listed(self, tmp_path: Path) -> None:
        hub = tmp_path / "hub"
        link = put_hf(hub, "o/r", "lost.gguf", model())
        link.resolve().unlink()
        put(hub / "models--o--r" / "blobs" / "abc.incomplete", model()[:100])
        assert library_of(tmp_path, self.place(tmp_path)).files == ()

    def test_parts_are_one_model_and_the_projector_sees_for_it(self, tmp_path: Path) -> None:
        hub = tmp_path / "hub"
        for number in (1, 2):
            part = Gguf().set("split.count", U32, 2).set("test.part", U32, number)
            put_hf(hub, "o/r", f"Q8/big-0000{number}-of-00002.gguf", part.encode())
        eye = put_hf(hub, "o/r", "mmproj-F16.gguf", projector())
        (file,) = library_of(tmp_path, self.place(tmp_path)).files
        assert (file.id, len(file.parts), file.projector) == ("hf:o/r/Q8/big", 2, eye)
        assert file.info is not None
        assert "vision" in file.info.abilities

    def test_llama_cpp_keeps_the_same_layout(self, tmp_path: Path) -> None:
        put_hf(tmp_path / "hub", "o/r", "a.gguf", model())
        (file,) = library_of(tmp_path, self.place(tmp_path, Origin.LLAMA_CPP)).files
        assert (file.id, file.origin) == ("llama.cpp:o/r/a", Origin.LLAMA_CPP)


class TestFlatCache:
    def library(self, tmp_path: Path) -> dict[str, ModelFile]:
        place = Place(Origin.LLAMA_CPP, tmp_path / "flat", Layout.FLAT_CACHE)
        return by_id(library_of(tmp_path, place))

    def test_the_repository_is_told_by_manifest_url_or_name(self, tmp_path: Path) -> None:
        flat = tmp_path / "flat"
        put(flat / "own_er_re_po_a.gguf", model(marker=1))
        put(flat / "manifest=own_er=re_po=latest.json", b"{}")
        put(flat / "b.gguf", model(marker=2))
        put(flat / "b.gguf.json", json.dumps({"url": "https://hf.co/x/y/resolve/main/b"}).encode())
        put(flat / "ggml-org_Qwen3-GGUF_q.gguf", model(marker=3))
        put(flat / "unknown.gguf", model("", marker=4))
        files = self.library(tmp_path)
        assert files["llama.cpp:unknown"].name == "unknown"
        repos = {name: file.repo for name, file in files.items()}
        assert repos == {
            "llama.cpp:own_er_re_po_a": "own_er/re_po",
            "llama.cpp:b": "x/y",
            "llama.cpp:ggml-org_Qwen3-GGUF_q": "ggml-org/Qwen3-GGUF",
            "llama.cpp:unknown": "",
        }

    def test_an_etag_that_is_a_digest_is_one(self, tmp_path: Path) -> None:
        put(tmp_path / "flat" / "a.gguf", model())
        put(tmp_path / "flat" / "a.gguf.etag", b'"' + b"ab" * 32 + b'"')
        put(tmp_path / "flat" / "b.gguf", model(marker=1))
        put(tmp_path / "flat" / "b.gguf.etag", b'"5d41402abc4b2a76b9719d911017c592"')
        files = self.library(tmp_path)
        assert files["llama.cpp:a"].sha256 == "ab" * 32
        assert files["llama.cpp:b"].sha256 == ""

    def test_downloads_under_way_are_not_listed(self, tmp_path: Path) -> None:
        put(tmp_path / "flat" / "a.gguf.downloadInProgress", model()[:2000])
        put(tmp_path / "flat" / "b.gguf", model()[:2000])
        put(tmp_path / "flat" / "b.gguf.downloadInProgress", b"")
        assert self.library(tmp_path) == {}


def test_lm_studio_models_have_a_publisher(tmp_path: Path) -> None:
    place = Place(Origin.LM_STUDIO, tmp_path / "lm")
    put(tmp_path / "lm" / "pub" / "Model-GGUF" / "m-Q4_K_M.gguf", model("M"))
    (file,) = library_of(tmp_path, place).files
    assert (file.id, file.repo) == ("lmstudio:pub/Model-GGUF/m-Q4_K_M", "pub/Model-GGUF")
    assert file.origin is Origin.LM_STUDIO


class TestOllama:
    def library(self, tmp_path: Path) -> Library:
        return library_of(tmp_path, Place(Origin.OLLAMA, tmp_path / "store", Layout.OLLAMA))

    def test_a_blob_is_used_in_place_under_its_name(self, tmp_path: Path) -> None:
        content = model("")
        store = tmp_path / "store"
        put_ollama(store, "qwen3:0.6b", {"model": content, "template": b"t", "params": b"{}"})
        put_ollama(store, "qwen3:latest", {"model": content})
        put_ollama(store, "someone/tune:7b", {"model": model("", marker=1)})
        put_ollama(store, "hf.co/o/r:Q4_K_M", {"model": model("", marker=2)})
        library = self.library(tmp_path)
        files = by_id(library)
        assert set(files) == {
            "ollama:qwen3:0.6b",
            "ollama:someone/tune:7b",
            "ollama:hf.co/o/r:Q4_K_M",
        }
        file = files["ollama:qwen3:0.6b"]
        digest = hashlib.sha256(content).hexdigest()
        assert (file.sha256, file.name, file.repo) == (digest, "qwen3:0.6b", "qwen3:0.6b")
        assert file.path == store / "blobs" / f"sha256-{digest}"
        assert library.find("qwen3:0.6b") == file

    def test_projectors_belong_to_their_model_alone(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        put_ollama(store, "eyes:4b", {"model": model("E"), "projector": projector()})
        put_ollama(store, "blind:4b", {"model": model("B", marker=1)})
        files = by_id(self.library(tmp_path))
        eyes = files["ollama:eyes:4b"]
        assert eyes.projector is not None
        assert eyes.info is not None
        assert "vision" in eyes.info.abilities
        assert files["ollama:blind:4b"].projector is None
        assert len(files) == 2

    def test_other_kinds_partial_blobs_and_bad_manifests_are_left_out(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        put_ollama(store, "mlx:8b", {"tensor": b"x" * 50, "model": model()})
        put_ollama(store, "growing:1b", {"model": model(marker=1)}, size_change=100)
        put_ollama(store, "nothing:1b", {"system": b"You are"})
        library = store / "manifests" / "registry.ollama.ai" / "library"
        for tag, text in {
            "cut": '{"layers": [',
            "list": "[]",
            "deep": "[" * 100_000,
            "numbers": '{"layers": 5}',
            "way out": json.dumps({"layers": [{"digest": "sha256:../../x", "size": 3}]}),
            "no size": json.dumps({"layers": [{"digest": "sha256:" + "a" * 64}]}),
        }.items():
            put(library / "bad" / tag, text.encode())
        assert self.library(tmp_path).files == ()

    def test_what_llama_cpp_cannot_load_is_said(self, tmp_path: Path) -> None:
        no_epsilon = Gguf().set("general.name", STRING, "Gemma 3")
        no_epsilon.metadata = [one for one in no_epsilon.metadata if "epsilon" not in one[0]]
        encoder_inside = Gguf()
        encoder_inside.tensors.append(("v.blk.0.attn_q.weight", (64,), 0, 0))
        store = tmp_path / "store"
        put_ollama(store, "gemma3:4b", {"model": no_epsilon.encode()})
        put_ollama(store, "gemma4:4b", {"model": encoder_inside.encode()})
        put_ollama(store, "fine:4b", {"model": Gguf().encode()})
        files = by_id(self.library(tmp_path))
        for name in ("gemma3:4b", "gemma4:4b"):
            problem = files[f"ollama:{name}"].problem
            assert isinstance(problem, Unsupported)
            assert f"“{name}” is an Ollama-only file" in problem.message
        assert files["ollama:fine:4b"].problem is None


def test_a_linked_file_is_listed_once_where_it_counts_most(tmp_path: Path) -> None:
    link = put_hf(tmp_path / "hub", "o/r", "a.gguf", model())
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.gguf").symlink_to(link)
    library = library_of(tmp_path, Place(Origin.HF_CACHE, tmp_path / "hub", Layout.HF_CACHE))
    assert [(file.id, file.origin) for file in library.files] == [("mine", Origin.APP)]
    assert library.totals() == {Origin.APP: len(model())}


class TestPlaces:
    @pytest.fixture(autouse=True)
    def _home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()  # the isolation of all other tests
        monkeypatch.setenv("HOME", str(tmp_path))
        for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv("LLAMA_CACHE", raising=False)
        monkeypatch.delenv("OLLAMA_MODELS", raising=False)

    @staticmethod
    def found(tmp_path: Path, origin: Origin, **environ: str) -> list[str]:
        return [
            str(place.path.relative_to(tmp_path))
            for place in other_apps(environ)
            if place.origin is origin and place.path.is_relative_to(tmp_path)
        ]

    def test_only_places_that_exist(self, tmp_path: Path) -> None:
        assert not [one for one in other_apps({}) if one.path.is_relative_to(tmp_path)]

    def test_the_first_variable_counts(self, tmp_path: Path) -> None:
        for name in ("a", "b", "c/hub", "d/huggingface/hub", ".cache/huggingface/hub"):
            (tmp_path / name).mkdir(parents=True)
        environ = {
            "HF_HUB_CACHE": str(tmp_path / "a"),
            "HUGGINGFACE_HUB_CACHE": str(tmp_path / "b"),
            "HF_HOME": str(tmp_path / "c"),
            "XDG_CACHE_HOME": str(tmp_path / "d"),
        }
        for expected in ("a", "b", "c/hub", "d/huggingface/hub", ".cache/huggingface/hub"):
            assert self.found(tmp_path, Origin.HF_CACHE, **environ) == [expected]
            if environ:
                del environ[next(iter(environ))]

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems have other places")
    def test_llama_cpp_reads_two_layouts_in_its_folder(self, tmp_path: Path) -> None:
        (tmp_path / ".cache" / "llama.cpp").mkdir(parents=True)
        (tmp_path / "x").mkdir()
        assert self.found(tmp_path, Origin.LLAMA_CPP) == [".cache/llama.cpp"] * 2
        chosen = str(tmp_path / "x")
        assert self.found(tmp_path, Origin.LLAMA_CPP, LLAMA_CACHE=chosen) == ["x", "x"]

    def test_lm_studio_tells_its_home_and_its_folder(self, tmp_path: Path) -> None:
        for name in (".lmstudio/models", ".cache/lm-studio/models", "moved/models", "big disk"):
            (tmp_path / name).mkdir(parents=True)
        assert self.found(tmp_path, Origin.LM_STUDIO) == [
            ".lmstudio/models",
            ".cache/lm-studio/models",
        ]
        put(tmp_path / ".lmstudio-home-pointer", f"{tmp_path / 'moved'}\n".encode())
        chosen = json.dumps({"downloadsFolder": str(tmp_path / "big disk")})
        put(tmp_path / "moved" / "settings.json", chosen.encode())
        assert self.found(tmp_path, Origin.LM_STUDIO)[:2] == ["big disk", "moved/models"]
        put(tmp_path / "moved" / "settings.json", b"[" * 100_000)
        assert self.found(tmp_path, Origin.LM_STUDIO)[0] == "moved/models"

    def test_ollama(self, tmp_path: Path) -> None:
        for name in (".ollama/models", "store"):
            (tmp_path / name).mkdir(parents=True)
        assert self.found(tmp_path, Origin.OLLAMA) == [".ollama/models"]
        chosen = str(tmp_path / "store")
        assert self.found(tmp_path, Origin.OLLAMA, OLLAMA_MODELS=chosen) == ["store"]
