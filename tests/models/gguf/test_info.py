"""read_gguf: the facts of good headers, a sentence for every bad one, and never a hang."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk_llm.errors import DeskError, DiskProblem, FileDamaged, ModelNotFound, Unsupported
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.gguf.projector import Projector
from tests.helpers.gguf_bytes import ARRAY, BOOL, F32, STRING, U8, U16, U32, U64, Gguf
from tests.helpers.gguf_models import scripted_model, tiny_model

VALID = Gguf().encode()
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def read(folder: Path, content: bytes, name: str = "model.gguf") -> object:
    path = folder / name
    path.write_bytes(content)
    return read_gguf(path)


def complaint(folder: Path, content: bytes) -> DeskError:
    with pytest.raises(DeskError) as caught:
        read(folder, content)
    assert "model.gguf" in caught.value.message
    return caught.value


def test_a_real_file_is_described(tmp_path: Path) -> None:
    info = read_gguf(tiny_model(tmp_path / "tiny.gguf", n_ctx=512, n_layers=2))
    assert (info.architecture, info.quant, info.version) == ("llama", "F32", 3)
    assert (info.n_layers, info.n_ctx_train, info.n_embd) == (2, 512, 64)
    assert (info.n_head, info.n_head_kv, info.n_head_kv_sum) == (4, 2, 4)
    assert (info.head_dim_k, info.head_dim_v) == (16, 16)
    assert info.n_vocab == 387
    assert info.tensor_bytes == info.n_params * 4
    assert 0 < info.layer_bytes < info.tensor_bytes


def test_a_missing_chat_template_is_no_error(tmp_path: Path) -> None:
    assert read_gguf(tiny_model(tmp_path / "a.gguf", chat_template=False)).chat_template == ""
    assert "script:hello" in read_gguf(scripted_model(tmp_path / "b.gguf")).chat_template


def test_metadata_of_the_small_header(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(VALID)
    info = read_gguf(path)
    assert (info.name, info.quant, info.licence) == ("Small one", "Q4_K_M", "apache-2.0")
    assert (info.n_vocab, info.n_params) == (4, 64 * 4 + 64 * 64)


def test_the_quant_falls_back_to_the_dominating_type(tmp_path: Path) -> None:
    header = Gguf()
    header.metadata = [one for one in header.metadata if one[0] != "general.file_type"]
    header.tensors[1] = ("blk.0.attn_q.weight", (64, 64), 8, 1024)
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    assert read_gguf(path).quant == "Q8_0"


def test_layers_may_have_different_heads(tmp_path: Path) -> None:
    header = Gguf().set("llama.block_count", U32, 3)
    header.set("llama.attention.head_count_kv", U32, [2, 0, 4])
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    info = read_gguf(path)
    assert (info.n_head_kv, info.n_head_kv_sum) == (4, 6)


def test_an_unknown_architecture_is_read(tmp_path: Path) -> None:
    header = Gguf().set("general.architecture", STRING, "someday")
    header.set("someday.block_count", U32, 7)
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    assert (read_gguf(path).architecture, read_gguf(path).n_layers) == ("someday", 7)


def test_hidden_characters_do_not_reach_people(tmp_path: Path) -> None:
    header = Gguf().set("general.name", STRING, "evil\u202egpj\n<img src=x>\x07")
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    assert read_gguf(path).name == "evilgpj <img src=x>"


FOREIGN = {
    b"": "is empty",
    b"PK\x03\x04" + bytes(100): "is a packed archive (ZIP)",
    b"\x1f\x8b" + bytes(100): "is a packed archive (gzip)",
    b"\n<!DOCTYPE html><html>": "is a web page",
    b"<html><head>": "is a web page",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:0": "is only a Git LFS pointer",
    struct.pack("<Q", 50) + b'{"__metadata__":{}}': "is in the safetensors format",
    b"tjgg" + bytes(100): "is in the old GGML format",
    bytes(4096): "begins with zeros",
    b"hello": "is not a GGUF model",
    b"GGU": "is not a GGUF model",
}


@pytest.mark.parametrize(("content", "sentence"), FOREIGN.items(), ids=FOREIGN.values())
def test_other_files_are_called_by_their_name(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    error = complaint(tmp_path, content)
    assert sentence in error.message
    assert error.hint


Change = Callable[[Gguf], object]
BAD: dict[str, tuple[Change, type[DeskError], str]] = {
    "version 1": (lambda g: setattr(g, "version", 1), Unsupported, "first GGUF format"),
    "version 4": (lambda g: setattr(g, "version", 4), Unsupported, "GGUF version 4"),
    "big-endian": (lambda g: setattr(g, "version", 3 << 24), Unsupported, "big-endian"),
    "tensors": (lambda g: setattr(g, "n_tensors", 1 << 40), FileDamaged, "1099511627776 tensors"),
    "keys": (lambda g: setattr(g, "n_keys", 1 << 63), FileDamaged, "9223372036854775808 keys"),
    "no layers": (lambda g: g.set("llama.block_count", U32, 0), FileDamaged, "cannot be 0"),
    "513 layers": (lambda g: g.set("llama.block_count", U32, 513), FileDamaged, "cannot be 513"),
    "2^32-1 layers": (
        lambda g: g.set("llama.block_count", U32, 2**32 - 1),
        FileDamaged,
        "“llama.block_count” cannot be 4294967295",
    ),
    "text layers": (lambda g: g.set("llama.block_count", STRING, "x"), FileDamaged, "cannot be x"),
    "bool layers": (lambda g: g.set("llama.block_count", BOOL, True), FileDamaged, "be True"),
    "alignment 1": (lambda g: g.set("general.alignment", U32, 1), FileDamaged, "alignment of 1"),
    "alignment 8": (lambda g: g.set("general.alignment", U32, 8), FileDamaged, "alignment of 8"),
    "alignment 48": (lambda g: g.set("general.alignment", U32, 48), FileDamaged, "alignment of 48"),
    "alignment 8192": (lambda g: g.set("general.alignment", U32, 8192), FileDamaged, "of 8192"),
    "twice": (
        lambda g: g.metadata.append(("general.name", STRING, "again")),
        FileDamaged,
        "it has “general.name” twice",
    ),
    "same tensor": (
        lambda g: g.tensors.append(g.tensors[0]),
        FileDamaged,
        "two tensors have one name",
    ),
    "bidi key": (lambda g: g.set("a\u202eb", U8, 1), FileDamaged, "not readable text"),
    "expert count": (lambda g: g.set("llama.expert_count", U32, 8), FileDamaged, "0 of 8 experts"),
    "experts used": (
        lambda g: g.set("llama.expert_used_count", U32, 2),
        FileDamaged,
        "2 of 0 experts",
    ),
    "expert groups": (
        lambda g: g.set("llama.expert_group_count", U32, 1),
        FileDamaged,
        "0 of 0 experts",
    ),
    "extra layers": (
        lambda g: g.set("llama.nextn_predict_layers", U32, 2),
        FileDamaged,
        "“llama.nextn_predict_layers” cannot be 2",
    ),
    "no words": (
        lambda g: g.set("tokenizer.ggml.model", STRING, "no_vocab"),
        Unsupported,
        "has no vocabulary",
    ),
    "epsilon": (
        lambda g: g.set("llama.attention.layer_norm_rms_epsilon", F32, float("nan")),
        FileDamaged,
        "cannot be nan",
    ),
    "bert words": (
        lambda g: g.set("tokenizer.ggml.model", STRING, "bert"),
        Unsupported,
        "makes embeddings",
    ),
    "adapter": (lambda g: g.set("general.type", STRING, "adapter"), Unsupported, "LoRA adapter"),
    "imatrix": (lambda g: g.set("general.type", STRING, "imatrix"), Unsupported, "type is"),
    "projector": (lambda g: g.set("general.type", STRING, "mmproj"), Projector, "image part"),
    "no weights": (lambda g: g.tensors.clear(), Unsupported, "only a vocabulary"),
    "5 dimensions": (
        lambda g: g.tensors.append(("x", (1, 1, 1, 1, 1), 0, 0)),
        FileDamaged,
        "“x” has no possible shape",
    ),
    "0 elements": (lambda g: g.tensors.append(("x", (0,), 0, 0)), FileDamaged, "no possible shape"),
    "2^80 elements": (
        lambda g: g.tensors.append(("x", (1 << 40, 1 << 40), 0, 0)),
        FileDamaged,
        "no possible shape",
    ),
    "half a block": (lambda g: g.tensors.append(("x", (33,), 8, 0)), FileDamaged, "no possible"),
    "tensor behind the end": (
        lambda g: g.tensors.append(("x", (8,), 0, 1 << 50)),
        FileDamaged,
        "is incomplete: only 0 % of it is there",
    ),
    "half the data": (lambda g: setattr(g, "data", 8000), FileDamaged, "incomplete: only 48 %"),
    "no architecture": (
        lambda g: g.metadata.pop(0),
        FileDamaged,
        "does not name an architecture",
    ),
    "nested list": (
        lambda g: g.metadata.append(("x", ARRAY, [])),
        FileDamaged,
        "value type 9 does not exist",
    ),
    "part without a number": (
        lambda g: g.set("split.count", U16, 3),
        Unsupported,
        "is one of 3 parts",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_headers_are_named(tmp_path: Path, case: str) -> None:
    change, kind, sentence = BAD[case]
    header = Gguf()
    change(header)
    error = complaint(tmp_path, header.encode())
    assert isinstance(error, kind)
    assert sentence in error.message
    assert error.hint


def test_absurd_lengths_end_at_once(tmp_path: Path) -> None:
    start = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)
    key = struct.pack("<Q", 1) + b"k"
    array = key + struct.pack("<IIQ", ARRAY, STRING, 1 << 40)
    assert "1099511627776 entries" in complaint(tmp_path, start + array).message
    string = key + struct.pack("<IQ", STRING, 1 << 62)
    assert "claims 4611686018427387904 bytes" in complaint(tmp_path, start + string).message
    tokens = key + struct.pack("<IIQ", ARRAY, STRING, 2) + struct.pack("<Q", 1 << 30)
    assert "claims 1073741824 bytes" in complaint(tmp_path, start + tokens + bytes(64)).message


def test_a_header_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    start = b"GGUF" + struct.pack("<IQQ", 3, 0, 2)
    many = struct.pack("<IIQ", ARRAY, U64, 16 << 20)  # 128 MiB of numbers
    with path.open("wb") as file:  # sparse: no disk is used
        file.write(start + struct.pack("<Q", 1) + b"a" + many)
        file.truncate(1 << 30)
    with pytest.raises(FileDamaged, match="header is over 128 MB"):
        read_gguf(path)


@pytest.mark.parametrize("kept", [5, 12, 23, 24, 60, 200, len(VALID) - 64 * 64 * 4 - 1024 - 1])
def test_truncated_headers(tmp_path: Path, kept: int) -> None:
    assert "is incomplete" in complaint(tmp_path, VALID[:kept]).message


def test_one_missing_byte_of_data_is_noticed(tmp_path: Path) -> None:
    read(tmp_path, VALID)
    assert "only 99 %" in complaint(tmp_path, VALID[:-1]).message


def test_strings_may_cross_the_window(tmp_path: Path) -> None:
    words = BYTES + [f"{n:04}" * (n % 400) for n in range(1, 5000)]
    header = Gguf().set("tokenizer.ggml.tokens", STRING, words)
    header.set("z.after", U32, 1).set("llama.block_count", U32, 5)
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    assert path.stat().st_size > 3 << 20
    for check_words in (False, True):
        info = read_gguf(path, check_words=check_words)
        assert (info.n_vocab, info.n_layers) == (len(words), 5)


def with_words(path: Path, words: list[str]) -> Path:
    header = Gguf().set("tokenizer.ggml.tokens", STRING, words)
    path.write_bytes(header.encode())
    return path


def test_the_vocabulary_is_checked_before_a_load(tmp_path: Path) -> None:
    path = with_words(tmp_path / "model.gguf", [*BYTES, "a", "b", "a"])
    assert read_gguf(path).n_vocab == 259
    with pytest.raises(FileDamaged, match="has a word twice"):
        read_gguf(path, check_words=True)
    with_words(path, [*BYTES, "", "a", "", ""])
    assert read_gguf(path, check_words=True).n_vocab == 260
    with_words(path, BYTES[:-2])
    with pytest.raises(FileDamaged, match="lacks 2 of 256 bytes"):
        read_gguf(path, check_words=True)
    with_words(path, [*BYTES[:65], "A", *BYTES[66:]])  # a letter stands for its own byte
    assert read_gguf(path, check_words=True).n_vocab == 256


def test_models_with_experts(tmp_path: Path) -> None:
    header = Gguf().set("llama.expert_count", U32, 8).set("llama.expert_used_count", U32, 2)
    header.tensors[1] = ("blk.0.ffn_up_exps.weight", (64, 64), 0, 1024)
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    assert read_gguf(path).n_layers == 1
    header.set("llama.expert_group_count", U32, 4).set("llama.expert_group_used_count", U32, 2)
    path.write_bytes(header.encode())
    assert read_gguf(path).n_layers == 1
    header.set("llama.expert_group_count", U32, 3)
    assert "experts do not match" in complaint(tmp_path, header.encode()).message


def test_a_large_vocabulary_is_read_fast(tmp_path: Path) -> None:
    header = Gguf().set("tokenizer.ggml.tokens", STRING, [f"token{n}" for n in range(150_000)])
    header.set("tokenizer.ggml.scores", F32, [0.0] * 150_000)
    path = tmp_path / "model.gguf"
    path.write_bytes(header.encode())
    times = []
    for _ in range(5):
        started = time.perf_counter()
        read_gguf(path)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.15  # 20 ms on an idle machine


def test_missing_unreadable_and_odd_files(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"“gone\.gguf” is gone"):
        read_gguf(tmp_path / "gone.gguf")
    with pytest.raises(DeskError):
        read_gguf(tmp_path)
    with pytest.raises(DiskProblem):
        read_gguf(Path("nul\0byte.gguf"))
    with pytest.raises(DiskProblem):
        read_gguf(tmp_path / ("x" * 300))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.gguf"
    os.mkfifo(pipe)
    with pytest.raises(Unsupported, match="is not a file"):
        read_gguf(pipe)


def split_model(folder: Path, count: int) -> Path:
    for number in range(1, count + 1):
        header = Gguf().set("split.count", U16, count).set("split.no", U16, number - 1)
        header.tensors = [(f"blk.{number}.w", (64,), 0, 0)]
        (folder / f"big-{number:05}-of-{count:05}.gguf").write_bytes(header.encode())
    return folder / f"big-00001-of-{count:05}.gguf"


def test_a_split_model_is_read_as_a_whole(tmp_path: Path) -> None:
    info = read_gguf(split_model(tmp_path, 3))
    assert (info.n_params, info.tensor_bytes) == (3 * 64, 3 * 256)


def test_parts_that_are_missing_or_not_the_first(tmp_path: Path) -> None:
    first = split_model(tmp_path, 3)
    with pytest.raises(Unsupported, match="is part 2 of 3"):
        read_gguf(tmp_path / "big-00002-of-00003.gguf")
    (tmp_path / "big-00003-of-00003.gguf").unlink()
    with pytest.raises(FileDamaged, match="Part 3 of 3 of “big-00001"):
        read_gguf(first)


@settings(max_examples=300, deadline=2000)
@given(data=st.data())
def test_mutations_never_raise_anything_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(VALID[: len(VALID) - 64 * 64 * 4])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            patch = struct.pack("<Q", data.draw(st.integers(0, 2**64 - 1)))
        else:
            patch = data.draw(st.binary(max_size=9))
        content[at : at + len(patch)] = patch
    kept = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    path = tmp_path_factory.getbasetemp() / "mutated.gguf"
    path.write_bytes(content[:kept])
    try:
        read_gguf(path, check_words=data.draw(st.booleans()))
    except DeskError as error:
        assert error.message  # noqa: PT017  the sentence can be made
