"""Which projector and which drafts a model gets, beside few and beside many others."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_llm.models.library.library import Library
from desk_llm.models.types import ModelFile
from tests.helpers.gguf_bytes import STRING, U32, Gguf
from tests.helpers.model_stores import model, projector, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def listed(folder: Path) -> dict[str, ModelFile]:
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    return {file.id: file for file in library.files}


def eye_of(file: ModelFile) -> str:
    return file.projector.name if file.projector else ""


def big(*, n_layers: int = 8, vocabulary: int = 4, **numbers: int) -> bytes:
    """A model with more weights than the small ones."""
    header = Gguf().set("llama.block_count", U32, n_layers)
    for key, value in numbers.items():
        header.set(f"llama.{key}", U32, value)
    header.set("tokenizer.ggml.tokens", STRING, [f"w{n}" for n in range(vocabulary)])
    rows = [(f"blk.{n}.attn_q.weight", (64, 64), 0, 0) for n in range(n_layers)]
    header.tensors = [("token_embd.weight", (64, 4), 0, 0), *rows]
    return header.encode()


def test_all_quants_of_a_repository_share_its_projector(folder: Path) -> None:
    repo = folder / "ggml-org" / "gemma-3-4b-it-GGUF"
    put(repo / "gemma-3-4b-it-Q4_K_M.gguf", model(marker=1))
    put(repo / "Q8_0" / "gemma-3-4b-it-Q8_0.gguf", model(marker=2))
    put(repo / "mmproj-model-f16.gguf", projector())
    files = listed(folder)
    assert [eye_of(file) for file in files.values()] == ["mmproj-model-f16.gguf"] * 2
    assert all(file.info and "vision" in file.info.abilities for file in files.values())


def test_among_strangers_the_names_must_agree(folder: Path) -> None:
    put(folder / "gemma-3-4b-it-Q4_K_M.gguf", model(marker=1))
    put(folder / "gemma-3-12b-it-Q4_K_M.gguf", model(marker=2))
    put(folder / "Qwen2.5-VL-7B-Instruct-Q4_K_M.gguf", model(marker=3))
    put(folder / "llama-3.2-1b.gguf", model(marker=4))
    put(folder / "mmproj-google_gemma-3-4b-it-f16.gguf", projector())
    put(folder / "Qwen2.5-VL-7B-Instruct-mmproj-bf16.gguf", projector())
    put(folder / "mmproj-F16.gguf", projector())
    assert {name: eye_of(file) for name, file in listed(folder).items()} == {
        "gemma-3-4b-it-Q4_K_M": "mmproj-google_gemma-3-4b-it-f16.gguf",
        "gemma-3-12b-it-Q4_K_M": "",
        "Qwen2.5-VL-7B-Instruct-Q4_K_M": "Qwen2.5-VL-7B-Instruct-mmproj-bf16.gguf",
        "llama-3.2-1b": "",
    }


def test_the_width_of_the_model_decides(folder: Path) -> None:
    put(folder / "a.gguf", model(n_embd=64))
    put(folder / "mmproj-F16.gguf", projector(n_embd=128))
    assert eye_of(listed(folder)["a"]) == ""


def test_of_several_the_best_compromise_is_taken(folder: Path) -> None:
    put(folder / "vision-model-Q4_K_M.gguf", model())
    for precision in ("F32", "BF16", "F16", "Q8_0"):
        put(folder / f"mmproj-{precision}.gguf", projector())
    assert eye_of(listed(folder)["vision-model-Q4_K_M"]) == "mmproj-F16.gguf"


def test_an_ear_lets_a_model_hear(folder: Path) -> None:
    put(folder / "ultravox.gguf", model())
    put(folder / "mmproj-ultravox.gguf", projector(hears=True))
    info = listed(folder)["ultravox"].info
    assert info is not None
    assert info.abilities == {"audio"}


def test_a_single_file_finds_the_projector_beside_it(folder: Path) -> None:
    single = put(folder / "downloads" / "llava-7b.gguf", model())
    put(folder / "downloads" / "qwen-7b.gguf", model())
    eye = put(folder / "downloads" / "llava-7b-mmproj.gguf", projector())
    (folder / "own").mkdir()
    library = Library(lambda: [folder / "own"], folder / "none", lambda: [single])
    assert library.find(str(single)).projector == eye  # before it is listed, too
    library.refresh()
    (file,) = library.files
    assert (file.id, file.projector) == ("llava-7b", eye)
    library.remove("llava-7b")
    assert eye.exists()


def test_a_broken_projector_is_no_model(folder: Path) -> None:
    put(folder / "mmproj-x.gguf", b"GGUF")
    assert listed(folder) == {}


class TestDrafts:
    def test_an_mtp_head_is_hidden_behind_its_model(self, folder: Path) -> None:
        repo = folder / "o" / "r"
        put(repo / "Qwen3.6-27B-Q4_K_M.gguf", big())
        head = Gguf().set("llama.block_count", U32, 2).set("llama.nextn_predict_layers", U32, 1)
        head.tensors = [("blk.1.nextn.eh_proj.weight", (64, 4), 0, 0)]
        path = put(repo / "Qwen3.6-27B-head.gguf", head.encode())
        files = listed(folder)
        assert list(files) == ["o/r/Qwen3.6-27B-Q4_K_M"]
        assert files["o/r/Qwen3.6-27B-Q4_K_M"].drafts == (path,)

    def test_a_head_without_its_model_is_listed(self, folder: Path) -> None:
        put(folder / "mtp-qwen.gguf", model())
        assert list(listed(folder)) == ["mtp-qwen"]

    def test_a_draft_model_stays_a_model(self, folder: Path) -> None:
        put(folder / "llama-8b.gguf", big())
        put(folder / "llama-1b-draft.gguf", model())
        files = listed(folder)
        assert [one.name for one in files["llama-8b"].drafts] == ["llama-1b-draft.gguf"]
        assert files["llama-1b-draft"].drafts == ()

    def test_another_vocabulary_or_another_family_cannot_guess(self, folder: Path) -> None:
        put(folder / "llama-8b.gguf", big(vocabulary=9))
        put(folder / "qwen-8b.gguf", big())
        put(folder / "llama-1b-draft.gguf", model())
        assert {name: len(file.drafts) for name, file in listed(folder).items()} == {
            "llama-8b": 0,
            "qwen-8b": 0,
            "llama-1b-draft": 0,
        }

    def test_two_quants_of_a_whole_model_with_mtp_are_two_models(self, folder: Path) -> None:
        put(folder / "o" / "r" / "Qwen3.5-4B-MTP-Q2_K.gguf", big(nextn_predict_layers=1))
        put(folder / "o" / "r" / "Qwen3.5-4B-MTP-Q8_0.gguf", big(nextn_predict_layers=1) + b"0")
        assert len(listed(folder)) == 2
