"""Library: what is listed, under which id and name, and how it is found."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from desk_llm.errors import DiskProblem, FileDamaged, ModelNotFound
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.library.library import Library
from desk_llm.models.types import Origin
from tests.helpers.gguf_bytes import STRING, U16, U32, Gguf


def put(path: Path, name: str = "", **changes: object) -> Path:
    """Write a small model called `name`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = Gguf().set("general.name", STRING, name)
    for key, value in changes.items():
        assert isinstance(value, str | int)
        header.set(key.replace("__", "."), STRING if isinstance(value, str) else U32, value)
    path.write_bytes(header.encode())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Library:
    put(tmp_path / "starter" / "first.gguf", "Starter")
    return Library(lambda: [folder], tmp_path / "starter")


def ids(library: Library) -> list[str]:
    return [file.id for file in library.files]


def test_the_starter_model_comes_first(library: Library, folder: Path) -> None:
    put(folder / "zebra.gguf")
    put(folder / "sub" / "Apple.gguf")
    library.refresh()
    assert ids(library) == ["first", "sub/Apple", "zebra"]
    assert [file.name for file in library.files] == ["Starter", "Apple", "zebra"]
    assert [file.is_starter for file in library.files] == [True, False, False]


def test_an_empty_library(tmp_path: Path) -> None:
    library = Library(lambda: [tmp_path], tmp_path / "nowhere")
    library.refresh()
    assert library.files == ()
    assert library.problems == ()
    with pytest.raises(ModelNotFound, match="There is no model “x”"):
        library.find("x")


def test_names_in_the_file_count_when_they_tell_something(library: Library, folder: Path) -> None:
    put(folder / "a.gguf", "Qwen3 8B Instruct")
    put(folder / "b.gguf", "/mnt/models/x")
    put(folder / "c.gguf", ".")
    put(folder / "d.gguf", "通义千问")
    library.refresh()
    names = {file.id: file.name for file in library.files}
    assert names == {
        "first": "Starter",
        "a": "Qwen3 8B Instruct",
        "b": "b",
        "c": "c",
        "d": "通义千问",
    }


def test_same_names_are_told_apart_but_quants_may_share_one(library: Library, folder: Path) -> None:
    put(folder / "one.gguf", "Twin")
    put(folder / "two.gguf", "Twin")
    put(folder / "half.gguf", "Twin", general__file_type=7)
    library.refresh()
    assert {file.id: file.name for file in library.files} == {
        "first": "Starter",
        "one": "one",
        "two": "two",
        "half": "Twin",
    }


def test_broken_files_are_listed_with_their_problem(library: Library, folder: Path) -> None:
    (folder / "broken.gguf").write_bytes(b"<html>")
    (folder / "notes.txt").write_text("no model")
    library.refresh()
    broken = library.files[1]
    assert (broken.id, broken.name, broken.info) == ("broken", "broken", None)
    assert isinstance(broken.problem, FileDamaged)
    assert library.find("broken") is broken


def test_parts_are_one_model_and_projectors_none(library: Library, folder: Path) -> None:
    for number in (1, 2):
        header = Gguf().set("split.count", U16, 2)
        (folder / f"big-0000{number}-of-00002.gguf").write_bytes(header.encode())
    put(folder / "mmproj-model-f16.gguf")
    put(folder / "eyes.gguf", general__type="mmproj")
    (folder / "lost-00002-of-00002.gguf").write_bytes(Gguf().encode())
    library.refresh()
    assert sorted(ids(library)) == ["big", "first", "lost"]
    big, lost = library.find("big"), library.find("lost")
    assert big.problem is None
    assert big.path.name == "big-00001-of-00002.gguf"
    assert big.size_bytes == sum(
        (folder / f"big-0000{n}-of-00002.gguf").stat().st_size for n in (1, 2)
    )
    assert lost.problem is not None
    assert "Part 1 of 2" in lost.problem.message


def test_foreign_and_long_names(library: Library, folder: Path) -> None:
    put(folder / "模型 – ñandú 😀.gguf")
    put(folder / ("x" * 240 + ".gguf"))
    put(folder / "UPPER.GGUF")
    library.refresh()
    assert set(ids(library)) == {"first", "模型 – ñandú 😀", "x" * 240, "UPPER"}
    assert library.find("模型").id == "模型 – ñandú 😀"
    assert all(file.problem is None for file in library.files)


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_names_that_are_no_text_and_names_with_tricks(library: Library, folder: Path) -> None:
    put(folder / os.fsdecode(b"bad\xff.gguf"))
    put(folder / "line\nbreak\u202e.gguf")
    library.refresh()
    assert ids(library) == ["first", "bad", "line break"]
    for file in library.files:
        file.id.encode()
        file.name.encode()
        assert file.problem is None


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_links(library: Library, folder: Path, tmp_path: Path) -> None:
    blob = put(tmp_path / "blobs" / "sha256-abc")
    (folder / "linked.gguf").symlink_to(blob)
    (folder / "dead.gguf").symlink_to(tmp_path / "gone")
    (folder / "loop").symlink_to(folder)
    library.refresh()
    assert ids(library) == ["first", "linked"]


def test_hidden_and_very_deep_folders_are_left(library: Library, folder: Path) -> None:
    put(folder / ".cache" / "hidden.gguf")
    put(folder.joinpath(*"abcdefgh") / "deep.gguf")
    put(folder.joinpath(*"abcdefghi") / "deeper.gguf")
    library.refresh()
    assert ids(library) == ["first", "a/b/c/d/e/f/g/h/deep"]


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    library = Library(lambda: [tmp_path / "gone"], tmp_path / "nowhere")
    library.refresh()
    assert [type(problem) for problem in library.problems] == [DiskProblem]
    assert str(tmp_path / "gone") in library.problems[0].message


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_does_not_hide_the_others(library: Library, folder: Path) -> None:
    put(folder / "locked" / "inside.gguf")
    put(folder / "open.gguf")
    (folder / "locked").chmod(0)
    try:
        library.refresh()
    finally:
        (folder / "locked").chmod(0o700)
    assert ids(library) == ["first", "open"]
    assert len(library.problems) == 1


def test_extra_files_and_the_same_file_twice(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    inside = put(folder / "inside.gguf")
    extra = put(tmp_path / "elsewhere" / "first.gguf", "Other")
    with_extras = Library(
        lambda: [folder, folder], tmp_path / "starter", lambda: [extra, inside, tmp_path / "gone"]
    )
    with_extras.refresh()
    assert ids(with_extras) == ["first", "inside", "first (2)"]


def test_headers_are_read_once(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counting(path: Path, **_kinds: bool) -> object:
        read.append(path.name)
        return read_gguf(path)

    monkeypatch.setattr("desk_llm.models.library.header_cache.read_gguf", counting)
    model = put(folder / "a.gguf")
    library.refresh()
    library.refresh()
    assert sorted(read) == ["a.gguf", "first.gguf"]
    model.write_bytes(b"<html>")
    library.refresh()
    assert read[2:] == ["a.gguf"]
    assert library.find("a").problem is not None


def test_news_come_only_with_changes(library: Library, folder: Path) -> None:
    news: list[None] = []
    library.changed.connect(news.append)
    assert library.refresh_if_changed()
    assert len(news) == 1
    assert not library.refresh_if_changed()
    library.refresh()
    assert len(news) == 1
    put(folder / "new" / "a.gguf")
    assert library.refresh_if_changed()
    assert len(news) == 2
    shutil.rmtree(folder / "new")
    assert library.refresh_if_changed()
    assert len(news) == 3
    assert ids(library) == ["first"]


def test_ways_to_find_a_model(library: Library, folder: Path) -> None:
    put(folder / "sub" / "qwen3-8b-q4_k_m.gguf", "Qwen3 8B")
    put(folder / "llama-1b.gguf", "Llama 1B")
    library.refresh()
    for name in ("sub/qwen3-8b-q4_k_m", "Qwen3 8B", "qwen3 8b", "qwen3-8b-q4_k_m.gguf", "QWEN"):
        assert library.find(name).name == "Qwen3 8B", name
    assert library.find("llama-1b.gguf").id == "llama-1b"


def test_no_model_of_that_name(library: Library, folder: Path) -> None:
    put(folder / "llama-1b.gguf")
    put(folder / "llama-3b.gguf")
    library.refresh()
    with pytest.raises(ModelNotFound) as several:
        library.find("llama")
    assert several.value.hint == "Choose one of: llama-1b, llama-3b."
    with pytest.raises(ModelNotFound) as wrong:
        library.find("lama-1b")
    assert "Did you mean llama-1b" in wrong.value.hint
    for name in ("", " ", "zzzz", "../../etc/passwd", "C:\\x", "\0", "x" * 5000, "{name}"):
        with pytest.raises(ModelNotFound):
            library.get(name)


def test_a_path_is_a_name_too(library: Library, folder: Path, tmp_path: Path) -> None:
    listed = put(folder / "a.gguf")
    other = put(tmp_path / "far" / "b.gguf", "Far away")
    library.refresh()
    assert library.find(str(listed)).id == "a"
    found = library.find(str(other))
    assert (found.id, found.name, found.path) == (str(other), "Far away", other)
    assert library.find(found.id) == found
    with pytest.raises(ModelNotFound, match=r"“none\.gguf” is gone"):
        library.find(str(tmp_path / "none.gguf"))
    with pytest.raises(ModelNotFound):
        library.get(str(other))


def test_a_repository_is_told_by_its_folder(library: Library, folder: Path) -> None:
    put(folder / "ggml-org" / "Qwen3-GGUF" / "q.gguf", "Qwen")
    put(folder / "loose" / "x.gguf", "X")
    library.refresh()
    file = library.find("ggml-org/Qwen3-GGUF/q")
    assert (file.repo, file.origin) == ("ggml-org/Qwen3-GGUF", Origin.APP)
    assert library.find("x").repo == ""
    assert library.find("ggml-org/Qwen3-GGUF:Q4_K_M") == file
    assert library.find("ggml-org/qwen3-gguf") == file


def test_added_folders_come_with_files_in_their_root(folder: Path, tmp_path: Path) -> None:
    more = tmp_path / "我的模型" / "很长的名字"
    put(more / "根目录.gguf", "根")
    put(more.joinpath(*["深" * 80] * 6) / "x.gguf", "深")
    library = Library(lambda: [folder, more], folder / "none")
    library.refresh()
    assert [file.origin for file in library.files] == [Origin.FOLDER] * 2
    assert all(file.problem is None for file in library.files)
    assert max(len(os.fsencode(file.path)) for file in library.files) > 1_400


def test_sizes_count_every_part_and_companion_once(library: Library, folder: Path) -> None:
    for number in (1, 2):
        header = Gguf().set("split.count", U16, 2)
        (folder / f"big-0000{number}-of-00002.gguf").write_bytes(header.encode())
    put(folder / "mmproj-x.gguf", general__type="mmproj")
    os.link(folder / "mmproj-x.gguf", folder / "mmproj-y.gguf")
    library.refresh()
    totals = library.totals()
    on_disk = {one.stat().st_ino: one.stat().st_size for one in folder.iterdir()}
    assert totals[Origin.APP] == sum(on_disk.values())
    assert set(totals) == {Origin.STARTER, Origin.APP}
    assert len(library.find("big").parts) == 2
    assert (
        library.find("big").size_bytes
        == totals[Origin.APP] - on_disk[(folder / "mmproj-x.gguf").stat().st_ino]
    )


def test_nothing_is_refused_for_its_architecture(library: Library, folder: Path) -> None:
    for name in ("llama5", "gpt-oss-2", "someday", "LLaMA", "模型"):
        path = folder / f"{name}.gguf"
        header = Gguf().set("general.architecture", STRING, name)
        header.set(f"{name}.block_count", U32, 1).set(f"{name}.context_length", U32, 4096)
        path.write_bytes(header.encode())
    library.refresh()
    for file in library.files[1:]:
        assert file.problem is None
        assert file.info is not None
        assert (file.info.architecture, file.info.n_ctx_train) == (file.path.stem, 4096)


def test_embedding_models_are_listed_with_their_facts_but_not_for_chat(
    tmp_path: Path, folder: Path
) -> None:
    put(folder / "bge.gguf", "BGE", tokenizer__ggml__model="bert")
    library = Library(lambda: [folder], tmp_path / "none")
    library.refresh()
    file = library.files[0]
    assert file.info is not None
    assert file.info.abilities == {"embedding"}
    assert file.problem is not None
    assert "makes embeddings: it cannot chat" in file.problem.message
    with pytest.raises(ModelNotFound, match="no model that can be used"):
        library.usable("bge")


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_folders_behind_links_are_read_once(library: Library, folder: Path, tmp_path: Path) -> None:
    put(tmp_path / "big disk" / "a.gguf", "A")
    (folder / "link").symlink_to(tmp_path / "big disk", target_is_directory=True)
    (tmp_path / "big disk" / "back").symlink_to(folder, target_is_directory=True)
    library.refresh()
    assert ids(library) == ["first", "link/a"]


def test_what_is_known_is_shown_while_the_rest_is_read(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk_llm.models.library.library.BATCH_S", -1.0)
    for n in range(5):
        put(folder / f"{n}.gguf", f"Model {n}")
    counts: list[int] = []
    library.changed.connect(lambda _none: counts.append(len(library.files)))
    library.refresh()
    assert counts == [1, 2, 3, 4, 5, 6, 6]
    library.refresh()
    assert len(counts) == 7


def test_metadata_is_there_for_listed_models_only(library: Library, folder: Path) -> None:
    put(folder / "a.gguf", "A")
    library.refresh()
    rows = {row.key: row.value for row in library.metadata("a")}
    assert rows["general.name"] == "A"
    with pytest.raises(ModelNotFound):
        library.metadata("../a")
