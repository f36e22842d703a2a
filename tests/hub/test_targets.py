"""Names of files from strangers become harmless names below the models folder."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.errors import RequestError
from desk_llm.hub.targets import MAX_NAME_BYTES, safe_name, target_of
from desk_llm.models.gguf.parts import split_part

LEAVING = [
    "../../etc/passwd.gguf",
    "..\\..\\x.gguf",
    "C:\\x.gguf",
    "C:x.gguf",
    "\\\\host\\share\\m.gguf",
    "/etc/x.gguf",
    "a//x.gguf",
    "./x.gguf",
    "a/../x.gguf",
    "x\0.gguf",
    "x\n.gguf",
    "model\u202eff.gguf",
    "",
    "x" * 5000 + ".gguf",
]


@pytest.mark.parametrize("path", LEAVING)
def test_refuses_paths_that_leave_or_hide(path: str) -> None:
    with pytest.raises(RequestError, match="cannot be saved"):
        target_of("ann", "cat-GGUF", path)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("CON.gguf", "_CON.gguf"),
        ("con", "_con"),
        ("nul.q4.gguf", "_nul.q4.gguf"),
        ("COM1.gguf", "_COM1.gguf"),
        ("LPT¹.gguf", "_LPT¹.gguf"),
        ("console.gguf", "console.gguf"),
        ("a<b>:c|d?e*.gguf", "a_b__c_d_e_.gguf"),
        ("trailing.gguf. ", "trailing.gguf"),
        (".hidden.gguf", "_hidden.gguf"),
        ("..", "_"),
        ("通义千问-7B.gguf", "通义千问-7B.gguf"),
        ("a\u202eb\u200b.gguf", "ab.gguf"),
    ],
)
def test_makes_names_that_every_system_takes(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_long_names_keep_their_ending_and_stay_apart() -> None:
    long = "很长的名字" * 40
    parts = [f"{long}-{n:05}-of-00002.gguf" for n in (1, 2)]
    first, second = map(safe_name, parts)
    assert len(first.encode()) <= MAX_NAME_BYTES
    told = split_part(first), split_part(second)
    assert told[0] is not None
    assert told[1] is not None
    assert told[0][0] == told[1][0]  # one model still
    assert (told[0][1], told[1][1]) == (1, 2)
    assert safe_name(f"{long}a.gguf") != safe_name(f"{long}b.gguf")


def test_folders_of_a_repository_go_into_the_name() -> None:
    assert (
        target_of("a", "b", "Q8_0/m-Q8_0-00001-of-00002.gguf") == "a/b/m-Q8_0-00001-of-00002.gguf"
    )
    assert target_of("a", "b", "big/Q8_0/m.gguf") == "a/b/big-Q8_0-m.gguf"


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=600))
def test_whatever_the_server_says(owner: str, repo: str, path: str) -> None:
    try:
        target = target_of(owner, repo, path)
    except RequestError:
        return
    parts = target.split("/")
    assert len(parts) == 3
    for part in parts:
        assert part not in ("", ".", "..")
        assert len(part.encode()) <= MAX_NAME_BYTES
        assert not set(part) & set('<>:"/\\|?*')
        assert not part.endswith((".", " "))
        assert not part.startswith(".")
        assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs") for char in part)
        assert safe_name(part) == part
