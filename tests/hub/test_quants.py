"""The files of a repository, grouped as people choose them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.hub.quants import default_quant, find_quant, group, quant_label
from desk_llm.hub.targets import target_of
from desk_llm.hub.types import RepoFile


def files(*listed: str | tuple[str, int]) -> list[RepoFile]:
    """Files of one megabyte, or of the size given."""
    pairs = [(one, 1 << 20) if isinstance(one, str) else one for one in listed]
    return [RepoFile(path, size) for path, size in pairs]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("Qwen3-8B-Q4_K_M.gguf", "Q4_K_M"),
        ("qwen3-8b-q4_k_m.gguf", "Q4_K_M"),
        ("Qwen3-8B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("UD-IQ1_S/DeepSeek-UD-IQ1_S-00001-of-00004.gguf", "UD-IQ1_S"),
        ("Llama-3.1.i1-IQ2_XXS.gguf", "IQ2_XXS"),
        ("model.Q8_0.gguf", "Q8_0"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("gpt-oss-20b-MXFP4_MOE.gguf", "MXFP4_MOE"),
        ("BF16/gemma-00001-of-00002.gguf", "BF16"),
        ("gemma-4-E2B-it-Q4_0.gguf", "Q4_0"),
        ("bitnet-TQ2_0.gguf", "TQ2_0"),
        ("phi-4-Q6_K_L.gguf", "Q6_K_L"),
        ("model-fp16.gguf", "FP16"),
        ("starcoder.gguf", ""),
        ("Q4-lovers-club.gguf", ""),
    ],
)
def test_label(path: str, label: str) -> None:
    assert quant_label(path) == label


def test_shards_are_one_quant_with_the_sum_of_their_sizes() -> None:
    found = group(
        files(
            ("Q8_0/big-Q8_0-00002-of-00002.gguf", 30),
            ("Q8_0/big-Q8_0-00001-of-00002.gguf", 50),
            ("big-Q4_K_M.gguf", 40),
        )
    )
    assert [(one.label, one.size_bytes) for one in found.quants] == [("Q4_K_M", 40), ("Q8_0", 80)]
    assert found.quants[1].path == "Q8_0/big-Q8_0-00001-of-00002.gguf"


def test_a_split_model_with_a_missing_part_is_no_quant() -> None:
    found = group(files("m-Q8_0-00001-of-00003.gguf", "m-Q8_0-00003-of-00003.gguf"))
    assert not found.quants
    assert len(found.others) == 2


def test_two_ways_to_split_are_two_models() -> None:
    names = [f"m-Q8_0-{n:05}-of-{of:05}.gguf" for of in (2, 3) for n in range(1, of + 1)]
    found = group(files(*names))
    assert [len(one.files) for one in found.quants] == [2, 3]
    assert not found.others


_PIECES = ["m", "cat", "Q4_K_M", "Q8_0", "mmproj", "imatrix", "mtp", "draft", "-", ".", "/", "_"]
_ENDS = ["-00001-of-00002", "-00002-of-00002", ".gguf", ".GGUF", ".imatrix", ".md"]


@given(
    st.dictionaries(
        st.lists(st.sampled_from(_PIECES + _ENDS), min_size=1, max_size=8).map("".join)
        | st.text(max_size=20),
        st.integers(0, 1 << 40),
        max_size=12,
    )
)
def test_every_file_is_in_one_place(sizes: dict[str, int]) -> None:
    found = group([RepoFile(path, size) for path, size in sizes.items()])
    sets = (*found.quants, *found.projectors, *found.drafts)
    listed = [file.path for one in sets for file in one.files]
    listed += [file.path for file in found.others]
    assert sorted(listed) == sorted(sizes)
    for one in sets:
        assert one.label
        target_of("ann", "cat", one.path)  # whatever is offered can be saved
        assert find_quant(sets, one.path) is one


def test_projectors_imatrices_and_drafts_are_set_apart() -> None:
    found = group(
        files(
            ("cat-Q4_K_M.gguf", 4000),
            ("cat-Q8_0.gguf", 8000),
            ("mmproj-cat-F16.gguf", 800),
            ("mmproj-BF16.gguf", 801),
            ("cat-imatrix.gguf", 5),
            ("imatrix_unsloth.gguf", 5),
            ("cat.imatrix", 5),
            ("mtp-cat-Q8_0.gguf", 600),
            ("draft/cat-Q4_0.gguf", 500),
            "README.md",
            "config.json",
        )
    )
    assert [one.label for one in found.quants] == ["Q4_K_M", "Q8_0"]
    assert [one.label for one in found.projectors] == ["F16", "BF16"]
    assert [one.path for one in found.drafts] == ["draft/cat-Q4_0.gguf", "mtp-cat-Q8_0.gguf"]
    assert [one.path for one in found.others] == [
        "README.md",
        "cat-imatrix.gguf",
        "cat.imatrix",
        "config.json",
        "imatrix_unsloth.gguf",
    ]


def test_models_with_mtp_inside_are_models() -> None:
    found = group(files(("Qwen3.6-27B-MTP-Q4_K_M.gguf", 4000), ("Qwen3.6-27B-MTP-Q8_0.gguf", 8000)))
    assert [one.label for one in found.quants] == ["Q4_K_M", "Q8_0"]
    assert not found.drafts
    mixed = group(files(("cat-Q8_0.gguf", 8000), ("cat-MTP-Q8_0.gguf", 8300)))
    assert len(mixed.quants) == 2


def test_a_quant_made_with_an_imatrix_is_a_quant() -> None:
    assert [one.label for one in group(files("cat-IQ4_XS-imatrix.gguf")).quants] == ["IQ4_XS"]


def test_two_models_in_one_repository_have_names_of_their_own() -> None:
    found = group(files("cat-Q4_K_M.gguf", "dog-Q4_K_M.gguf", "dog-Q8_0.gguf"))
    assert sorted(one.label for one in found.quants) == ["Q8_0", "cat-Q4_K_M", "dog-Q4_K_M"]


def test_hostile_names_are_left_out() -> None:
    found = group(files("../x-Q4_0.gguf", "a\\b-Q4_0.gguf", "a\u202e-Q4_0.gguf", "/q-Q4_0.gguf"))
    assert not found.quants


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (["Q2_K", "Q4_K_M", "Q8_0"], "Q4_K_M"),
        (["Q2_K", "UD-Q4_K_XL", "Q8_0"], "UD-Q4_K_XL"),
        (["Q8_0", "F16"], "Q8_0"),
        (["F16", "BF16"], "BF16"),
        (["MXFP4"], "MXFP4"),
    ],
)
def test_the_default_is_about_four_bits(labels: list[str], wanted: str) -> None:
    found = group(files(*((f"m-{label}.gguf", n + 1) for n, label in enumerate(reversed(labels)))))
    chosen = default_quant(found.quants)
    assert chosen is not None
    assert chosen.label == wanted


def test_finds_by_label_or_file() -> None:
    quants = group(files("a/m-UD-Q4_K_XL.gguf", "m-Q8_0.gguf")).quants
    for wanted in ("ud-q4_k_xl", "Q4_K_XL", "m-UD-Q4_K_XL.gguf", "a/m-UD-Q4_K_XL.gguf"):
        found = find_quant(quants, wanted)
        assert found is not None, wanted
        assert found.label == "UD-Q4_K_XL"
    assert find_quant(quants, "Q4_K_M") is None


def test_nothing_to_choose_from() -> None:
    assert default_quant(()) is None
