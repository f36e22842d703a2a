"""Modelfiles: read as Ollama reads them, written so that they are read the same again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk_llm.errors import DeskError, FileDamaged, RequestError
from desk_llm.models.presets.modelfile import OWN, Command, Modelfile, dump, parse

WHOLE = '''\
# A comment, "with" """marks""" in it
FROM ./model-00001-of-00002.gguf
from  ./model-00002-of-00002.gguf

ParaMeter temperature 0.3
PARAMETER Stop "<|im_end|>"
PARAMETER stop  a b \t
TEMPLATE """{{ if .System }}<|system|>
{{ .System }}# no comment{{ end }}
"""
SYSTEM "You are
a poet."
ADAPTER /tmp/中文 adapter.gguf
MESSAGE User Hi
MESSAGE assistant """He said "hello".
"""
REQUIRES 0.14.0
# desk_llm: load.kv_type = "q8_0"
LICENSE """
MIT
"""'''


def test_everything_that_a_modelfile_can_say() -> None:
    modelfile = parse(WHOLE)
    assert modelfile.commands == (
        Command("from", "./model-00001-of-00002.gguf"),
        Command("from", "./model-00002-of-00002.gguf"),
        Command("parameter", "0.3", "temperature"),
        Command("parameter", "<|im_end|>", "stop"),
        Command("parameter", "a b", "stop"),
        Command("template", "{{ if .System }}<|system|>\n{{ .System }}# no comment{{ end }}\n"),
        Command("system", "You are\na poet."),
        Command("adapter", "/tmp/中文 adapter.gguf"),
        Command("message", "Hi", "user"),
        Command("message", 'He said "hello".\n', "assistant"),
        Command("requires", "0.14.0"),
        Command(OWN, '"q8_0"', "load.kv_type"),
        Command("license", "\nMIT\n"),
    )
    lines = [one.line for one in modelfile.commands]
    assert lines == [2, 3, 5, 6, 7, 8, 11, 13, 14, 15, 17, 18, 19]
    assert parse(dump(modelfile)) == modelfile


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_ends_of_lines_and_a_byte_order_mark(ending: str) -> None:
    text = "\ufeff" + ending.join(["from a.gguf", 'system """one', 'two"""', "parameter top_k 3"])
    assert parse(text).commands == (
        Command("from", "a.gguf"),
        Command("system", f"one{ending}two"),
        Command("parameter", "3", "top_k"),
    )
    assert parse(text).commands[-1].line == 4


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("FROM a\nTEMPERATURE 1", 2, "temperature"),
        ('FROM a\n\n# x\nSYSTEM """never\nends', 4, "SYSTEM"),
        ('FROM a\nSYSTEM "never', 2, "SYSTEM"),
        ("FROM a\nMESSAGE robot hi", 2, "system, user, assistant"),
        ("FROM a\nPARAMETER top-k 3", 2, "top-k"),
        ("FROM a\nPARAMETER top_k", 2, "PARAMETER"),
        ("FROM\nSYSTEM x", 1, "FROM"),
        ("FROM a\r\nADAPTER  \r\n", 2, "ADAPTER"),
    ],
)
def test_errors_name_the_line(text: str, line: int, said: str) -> None:
    with pytest.raises(FileDamaged) as caught:
        parse(text)
    assert f"Line {line} " in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n# FROM a\n", "SYSTEM x", "FROM a\nSYSTEM \0"])
def test_what_is_no_modelfile(text: str) -> None:
    with pytest.raises(FileDamaged):
        parse(text)


def test_a_text_that_the_format_cannot_hold_is_refused() -> None:
    text = 'def f():\n    """Doc."""\n    return 1'
    with pytest.raises(RequestError) as caught:
        dump(Modelfile((Command("from", "a"), Command("system", text))))
    assert "SYSTEM" in str(caught.value)


def test_a_long_text_is_read_in_one_go() -> None:
    licence = '"quoted" line\n' * 100_000
    modelfile = Modelfile((Command("from", "a"), Command("license", licence)))
    assert parse(dump(modelfile)) == modelfile


_TEXT = st.text(st.sampled_from("ab\"#'\\ \t\n\r{}é中\u2028\x0b\u3000"), max_size=24) | st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), max_size=24
)
_WORD = _TEXT.filter(bool)
_COMMANDS = st.one_of(
    st.builds(Command, st.sampled_from(["system", "template", "license", "requires"]), _TEXT),
    st.builds(Command, st.sampled_from(["from", "adapter"]), _WORD),
    st.builds(Command, st.just("message"), _TEXT, st.sampled_from(["user", "assistant", "system"])),
    st.builds(Command, st.just("parameter"), _WORD, st.sampled_from(["stop", "num_ctx"])),
    st.builds(Command, st.just(OWN), st.sampled_from(['"q8_0"', "null", "[1, 2]"]), st.just("a.b")),
)


@given(st.lists(_COMMANDS, max_size=8))
@settings(max_examples=400, deadline=None)
def test_what_was_written_is_read_the_same(commands: list[Command]) -> None:
    modelfile = Modelfile((Command("from", "a"), *commands))
    try:
        text = dump(modelfile)
    except RequestError:  # only for what no quotation marks can hold
        assert any(re.search(r'"""[ \t]*[\r\n]', one.value) for one in commands)
    else:
        assert parse(text) == modelfile


@given(st.text(st.sampled_from('FROMfrom system"# \n\r\tPARAMETERstop1é'), max_size=80))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        modelfile = parse("FROM a\n" + text)
    except DeskError as error:
        told = str(error)
    else:
        told = "read"
        assert parse(dump(modelfile)) == modelfile
    assert told
