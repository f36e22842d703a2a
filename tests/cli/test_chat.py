"""`desk-llm chat` over the starter model and over files by path."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from desk_llm import __version__
from desk_llm.cli.parser import main
from tests.helpers.gguf_models import REPLIES, scripted_model, tiny_model

Desk = Callable[..., int]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Run a verb in a profile of its own."""

    def run(*arguments: str) -> int:
        return main([*arguments, "--profile", str(tmp_path / "profile")])

    return run


@pytest.fixture
def scripted(tmp_path: Path) -> str:
    return str(scripted_model(tmp_path / "scripted.gguf"))


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_one_question_to_the_starter_model(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk("chat", "--prompt", "Hello!", "--temperature", "0") == 0
    text, figures = capsys.readouterr().out.rsplit("\n", 2)[:2]
    assert text.strip()
    assert "tok/s" in figures
    assert "s to first token" in figures


def test_json_is_one_object_with_the_promised_fields(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("chat", "--prompt", "What is a quant?", "--json", "--max-tokens", "12")
    assert desk(*arguments, "--seed", "3") == 0
    first = json.loads(capsys.readouterr().out)
    assert set(first) == {"text", "finish_reason", "usage", "timings", "model", "device"}
    assert set(first["usage"]) == {"prompt_tokens", "completion_tokens", "cached_tokens"}
    assert set(first["timings"]) == {
        "queue_s",
        "prefill_s",
        "ttft_s",
        "decode_tok_s",
        "total_s",
    }
    assert first["usage"]["completion_tokens"] <= 12
    assert first["timings"]["total_s"] >= first["timings"]["ttft_s"] > 0
    assert first["device"] == "CPU" or first["device"]
    desk(*arguments, "--seed", "3")
    assert json.loads(capsys.readouterr().out)["text"] == first["text"]


def test_a_model_by_its_path(desk: Desk, scripted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk("chat", "--model", scripted, "--prompt", "script:hello", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["text"] == REPLIES["hello"]
    assert answer["finish_reason"] == "stop"


def test_a_model_of_the_folder_by_its_name(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "profile" / "models" / "某人"
    folder.mkdir(parents=True)
    scripted_model(folder / "脚本模型.gguf")
    assert desk("chat", "--model", "脚本模型", "--prompt", "script:hello", "--json") == 0
    assert json.loads(capsys.readouterr().out)["text"] == REPLIES["hello"]


def test_a_last_model_that_is_gone_gives_way_to_the_starter(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "profile"
    folder.mkdir()
    (folder / "settings.toml").write_text('version = 1\n[models]\nlast = "gone"\n')
    assert desk("chat", "--prompt", "hi", "--max-tokens", "3", "--json") == 0
    assert json.loads(capsys.readouterr().out)["model"] == "desk_llm starter"


def test_an_unknown_model_is_a_sentence(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk("chat", "--model", "no-such-model", "--prompt", "hi") == 1
    captured = capsys.readouterr()
    assert "no-such-model" in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"GGUF\x03\x00\x00\x00"])
def test_a_broken_file_is_a_sentence(
    desk: Desk, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    assert desk("chat", "--model", str(path), "--prompt", "hi") == 1
    assert "broken.gguf" in capsys.readouterr().err


def test_a_prompt_longer_than_the_context(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tiny_model(tmp_path / "small.gguf", n_ctx=256)
    assert desk("chat", "--model", str(path), "--prompt", "word1 " * 900) == 1
    assert "256" in capsys.readouterr().err


def test_a_model_without_chat_template_answers_and_says_so(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tiny_model(tmp_path / "base.gguf", chat_template=False)
    assert desk("chat", "--model", str(path), "--prompt", "hi", "--max-tokens", "3") == 0
    captured = capsys.readouterr()
    assert "no chat template" in captured.err
    assert "tok/s" in captured.out


def test_a_conversation_over_standard_input(
    desk: Desk, scripted: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("script:hello\n\nscript:utf8\n"))
    assert desk("chat", "--model", scripted, "--json") == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == [REPLIES["hello"], REPLIES["utf8"]]
    assert answers[1]["usage"]["cached_tokens"] > 0


def test_a_prompt_from_standard_input(
    desk: Desk, scripted: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("please\nscript:hello"))
    assert desk("chat", "--model", scripted, "--prompt", "-", "--json") == 0
    assert json.loads(capsys.readouterr().out)["text"] == REPLIES["hello"]


def test_the_system_prompt_reaches_the_model(
    desk: Desk, scripted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("chat", "--model", scripted, "--prompt", "script:hello", "--json")
    desk(*arguments)
    plain = json.loads(capsys.readouterr().out)["usage"]["prompt_tokens"]
    desk(*arguments, "--system", "Be brief.")
    assert json.loads(capsys.readouterr().out)["usage"]["prompt_tokens"] > plain


@pytest.mark.parametrize(
    "bad", [("--temperature", "nan"), ("--temperature", "-1"), ("--max-tokens", "0")]
)
def test_bad_numbers_are_refused(
    desk: Desk, bad: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        desk("chat", "--prompt", "hi", *bad)
    assert caught.value.code == 2
    assert bad[0] in capsys.readouterr().err


def test_replies_follow_a_schema_or_a_grammar(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = str(tiny_model(tmp_path / "tiny.gguf"))
    schema, grammar = tmp_path / "schema.json", tmp_path / "words.gbnf"
    schema.write_text('{"type": "object", "properties": {"n": {"type": "integer"}}}', "utf-8")
    grammar.write_text('root ::= "one" | "two"\n', "utf-8")
    ask = ("chat", "--model", tiny, "--prompt", "Hello", "--json", "--seed", "1")
    assert desk(*ask, "--schema", str(schema)) == 0
    assert isinstance(json.loads(json.loads(capsys.readouterr().out)["text"]), dict)
    assert desk(*ask, "--grammar", str(grammar)) == 0
    assert json.loads(capsys.readouterr().out)["text"] in ("one", "two")
    grammar.write_text("root ::= root", "utf-8")
    assert desk(*ask, "--grammar", str(grammar)) == 1
    assert "can begin with itself" in capsys.readouterr().err
    assert desk(*ask, "--grammar", str(tmp_path / "none.gbnf")) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_logprobs(desk: Desk, scripted: str, capsys: pytest.CaptureFixture[str]) -> None:
    ask = ("chat", "--model", scripted, "--prompt", "script:hello", "--json", "--logprobs", "2")
    assert desk(*ask) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "".join(one["token"] for one in answer["logprobs"]) == REPLIES["hello"]
    for one in answer["logprobs"]:
        assert one["logprob"] <= 0
        assert len(one["top_logprobs"]) == 2
        assert one["top_logprobs"][0]["id"] == one["id"]
