"""Text from tokens: characters and stop strings at every possible boundary."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from desk_llm.engine.detokenizer import Detokenizer


def _run(raw: bytes, cuts: list[int], stop: tuple[str, ...]) -> tuple[str, bool, list[str]]:
    edges = [0, *sorted({c % (len(raw) + 1) for c in cuts}), len(raw)]
    pieces = [raw[a:b] for a, b in itertools.pairwise(edges)]
    detokenizer = Detokenizer(pieces.__getitem__, stop)
    texts = []
    for token in range(len(pieces)):
        texts.append(detokenizer.add(token))
        if detokenizer.is_stopped:
            break
    texts.append(detokenizer.flush())
    return "".join(texts), detokenizer.is_stopped, texts


@given(st.text(), st.lists(st.integers(0, 200)))
def test_any_chunking_gives_the_same_text(text: str, cuts: list[int]) -> None:
    assert _run(text.encode(), cuts, ())[0] == text


@given(
    st.text(alphabet="abSTOP"),
    st.lists(st.integers(0, 200)),
    st.lists(st.text(alphabet="STOP", min_size=1, max_size=4), min_size=1, max_size=3),
)
def test_text_ends_at_the_first_stop_string(text: str, cuts: list[int], stops: list[str]) -> None:
    result, is_stopped, _ = _run(text.encode(), cuts, tuple(stops))
    assert not any(stop in result for stop in stops)
    assert is_stopped == any(stop in text for stop in stops)
    assert text.startswith(result)
    if not is_stopped:
        assert result == text


def test_broken_bytes_become_replacement_characters() -> None:
    assert _run(b"a\xffb\xf0\x9f", [], ())[0] == "a\ufffdb\ufffd"
