"""`desk-llm models preset|import-modelfile|export-modelfile`, and `chat` that follows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk_llm.cli.parser import main
from tests.cli.conftest import Models
from tests.helpers.gguf_lora import lora, merged
from tests.helpers.gguf_models import REPLIES, scripted_model, tiny_model
from tests.helpers.model_stores import put_ollama

ID = "ann/Tiny/tiny"


def ask(models: Models, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    """One reply of the scripted model."""
    command = ["chat", "--prompt", "script:hello", "--json", *arguments]
    assert main([*command, "--profile", str(models.profile)]) == 0
    value: dict[str, object] = json.loads(capsys.readouterr().out)
    return value


@pytest.fixture
def scripted(models: Models) -> str:
    """A model in the models folder; its id."""
    folder = models.models / "ann" / "Script"
    folder.mkdir(parents=True)
    scripted_model(folder / "剧本.gguf")
    return "ann/Script/剧本"


# ── preset ───────────────────────────────────────────────────────────────


def test_set_show_unset_clear(models: Models) -> None:
    models.put()
    assert models.text("preset", ID) == ""
    assert "no preset" in models.error
    arguments = ["--set", "load.n_ctx=256", "--set", "temperature=0.25", "--set", "flash_attn=on"]
    arguments += ["--set", "stop=###", "--set", "stop= a=b", "--set", "sampling.seed=none"]
    kept = models.json("preset", ID, *arguments)
    assert kept["id"] == ID
    assert kept["preset"] == {
        "load": {"n_ctx": 256, "flash_attn": True},
        "sampling": {"temperature": 0.25, "seed": None},
        "adapters": [],
        "draft": "",
        "stop": ["###", " a=b"],
        "messages": [],
        "template": "",
        "licence": "",
    }
    shown = models.text("preset", "tiny-1")  # by the name in the file
    assert "load.n_ctx            256" in shown
    assert "sampling.seed         automatic" in shown
    left = models.json("preset", ID, "--unset", "stop", "--unset", "load.n_ctx")["preset"]
    assert (left["stop"], left["load"]) == ([], {"flash_attn": True})
    again = models.json("preset", ID, "--clear", "--set", "top_k=3")["preset"]
    assert (again["load"], again["sampling"]) == ({}, {"top_k": 3})
    assert models.json("show", ID)["preset"] == again
    models.text("preset", ID, "--clear")
    assert json.loads((models.profile / "presets.json").read_text())["presets"] == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("load.n_ctx=12", "256"),
        ("n_ctx=many", "many"),
        ("kv_disk_mb=3", "no “kv_disk_mb”"),
        ("load.temperature=0.1", "load.temperature"),
        ("n_ctx", "gives no value"),
        ("kv_type=q9", "q8_0"),
        ("adapter=/no/such.gguf", "such.gguf"),
    ],
)
def test_what_cannot_be_set_is_a_sentence(models: Models, change: str, said: str) -> None:
    models.put()
    assert said in models.fails("preset", ID, "--set", "top_k=1", "--set", change)
    assert models.json("preset", ID)["preset"]["sampling"] == {}


def test_adapters_and_a_draft(models: Models, tmp_path: Path) -> None:
    models.put()
    path = lora(tmp_path / "lora@2.gguf")
    changes = ["--set", f"adapter={path}@0.5", "--set", f"adapter={path}", "--set", "draft=a.gguf"]
    kept = models.json("preset", ID, *changes)["preset"]
    assert kept["adapters"] == [
        {"path": str(path), "scale": 0.5},
        {"path": str(path), "scale": 1.0},
    ]
    assert kept["draft"] == str(Path("a.gguf").absolute())
    assert models.json("preset", ID, "--unset", "adapter")["preset"]["adapters"] == []
    other = lora(tmp_path / "other.gguf", architecture="qwen3")
    assert "another model" in models.fails("preset", ID, "--set", f"adapter={other}")


def test_chat_follows_the_preset(
    models: Models, scripted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = ask(models, capsys, "--model", scripted)
    assert plain["text"] == REPLIES["hello"]
    models.text("preset", scripted, "--set", "stop= scripted", "--set", "system_prompt=Be brief.")
    changed = ask(models, capsys, "--model", scripted)
    assert changed["text"] == "Hello, this is a"
    assert changed["finish_reason"] == "stop"
    assert changed["usage"]["prompt_tokens"] > plain["usage"]["prompt_tokens"]  # type: ignore[index]
    models.text("preset", scripted, "--clear", "--set", "max_tokens=2")
    assert ask(models, capsys, "--model", scripted)["finish_reason"] == "length"
    more = ask(models, capsys, "--model", scripted, "--max-tokens", "500")
    assert more["text"] == REPLIES["hello"]  # what is asked for this once comes first


# ── Modelfiles ───────────────────────────────────────────────────────────


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return str(path)


def test_a_modelfile_of_a_model_outside(
    models: Models, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file it names is listed where it is, and a chat begins as the Modelfile says."""
    folder = tmp_path / "ollama"
    folder.mkdir()
    scripted_model(folder / "剧本.gguf")
    modelfile = write(
        folder / "Modelfile",
        'FROM ./剧本.gguf\nPARAMETER stop "scripted"\nPARAMETER num_keep 5\nSYSTEM Be brief.\n'
        "MESSAGE user script:html\nMESSAGE assistant Done.\nTEMPLATE {{ .Prompt }}\n",
    )
    taken = models.json("import-modelfile", modelfile, "--name", "我的剧本")
    assert "Line 3 means nothing here and is left out: PARAMETER num_keep" in models.error
    assert taken["name"] == "我的剧本"
    assert taken["ignored"] == [{"line": 3, "command": "parameter", "key": "num_keep"}]
    assert taken["preset"]["template"] == "{{ .Prompt }}"
    assert [one["role"] for one in taken["preset"]["messages"]] == ["user", "assistant"]
    reply = ask(models, capsys, "--model", "我的剧本")
    assert reply["text"] == "Hello, this is a "
    exported = models.json("export-modelfile", "我的剧本")["modelfile"]
    assert exported.startswith(f"FROM {folder / '剧本.gguf'}\n")
    out = tmp_path / "out" / "Modelfile"
    out.parent.mkdir()
    assert models.text("export-modelfile", taken["id"], "-o", str(out)) == ""
    assert out.read_text("utf-8") == exported
    models.text("preset", taken["id"], "--clear")
    assert models.json("import-modelfile", str(out))["preset"] == taken["preset"]
    assert "cannot be written" in models.fails("export-modelfile", "我的剧本", "-o", "/no/x")


def test_from_names_models_in_every_way(models: Models, tmp_path: Path) -> None:
    path = models.put()
    models.put("ann/Other/other.gguf", seed=2)
    for number, source in enumerate(
        [
            str(path),
            ID,
            "tiny-1:latest",
            "hf.co/ann/Tiny:F32",
            f"{path.parent}/t*.gguf",
            f"{path.parent}",
        ]
    ):
        modelfile = write(tmp_path / "m" / str(number), f"from {source}\nparameter top_k 7")
        assert models.json("import-modelfile", modelfile)["id"] == ID, source
    for source, said in [
        ("./none.gguf", "Line 2 of the Modelfile: there is no GGUF file “./none.gguf”"),
        ("qwen3:0.6b", "“qwen3:0.6b” is not on this disk"),
        (f"{models.models}/*/*/*.gguf", "names 2 models"),
        (str(tmp_path / "m"), "there is no GGUF file"),
    ]:
        modelfile = write(tmp_path / "bad", f"# x\nFROM {source}")
        assert said in models.fails("import-modelfile", modelfile)
    assert "cannot be read" in models.fails("import-modelfile", str(tmp_path / "gone"))


def test_from_names_a_model_of_ollama(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in its store, used where it is, and one that this app downloaded from its registry."""
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    settings = models.profile / "settings.toml"
    settings.write_text("version = 1\n[models]\nother_apps = true\n")
    data = tiny_model(tmp_path / "x.gguf", seed=8).read_bytes()
    put_ollama(tmp_path / "ollama", "qwen3:0.6b", {"model": data})
    ours = models.put("ollama/llama3/llama3-1b.gguf")
    for source, origin in (("qwen3:0.6b", "ollama"), ("library/llama3:1b", "app")):
        modelfile = write(tmp_path / "Modelfile", f"FROM {source}\nSYSTEM {source}")
        taken = models.json("import-modelfile", modelfile)
        shown = models.json("show", taken["id"])
        blob = write(tmp_path / "Modelfile", f"FROM {shown['path']}\nTEMPLATE x")
        assert models.json("import-modelfile", blob)["id"] == taken["id"]  # as ollama show has it
        models.json(
            "import-modelfile", write(tmp_path / "Modelfile", f"FROM {source}\nSYSTEM {source}")
        )
        shown = models.json("show", taken["id"])
        assert shown["origin"] == origin, source
        assert shown["preset"]["sampling"]["system_prompt"] == source
    assert shown["path"] == str(ours)


def test_an_adapter_is_checked_at_once(models: Models, tmp_path: Path) -> None:
    path = models.put()
    lora(tmp_path / "lora.gguf")
    modelfile = write(tmp_path / "Modelfile", f"FROM {path}\nADAPTER lora.gguf\n")
    taken = models.json("import-modelfile", modelfile)
    assert taken["preset"]["adapters"] == [{"path": str(tmp_path / "lora.gguf"), "scale": 1.0}]
    modelfile = write(tmp_path / "Modelfile", f"FROM {path}\n\nADAPTER {path}\n")
    error = models.fails("import-modelfile", modelfile)
    assert "Line 3 of the Modelfile: the adapter “tiny.gguf” cannot be used." in error
    assert "no LoRA adapter" in error


def test_nothing_is_kept_of_a_wrong_modelfile(models: Models, tmp_path: Path) -> None:
    path = models.put()
    modelfile = write(tmp_path / "Modelfile", f"FROM {path}\nPARAMETER top_k 3\nPARAMETER top_p 7")
    assert "Line 3 of the Modelfile" in models.fails("import-modelfile", modelfile)
    assert models.json("preset", ID)["preset"]["sampling"] == {}


# ── with a real engine ───────────────────────────────────────────────────


def test_an_adapter_of_a_preset_changes_the_replies(
    models: Models, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Greedy, the base with its adapter says what the merged weights say."""
    models.put(n_ctx=512)
    both = models.models / "merged.gguf"
    merged(both)
    lora(tmp_path / "lora.gguf")
    greedy = ("--temperature", "0", "--max-tokens", "12")
    base = ask(models, capsys, "--model", ID, *greedy)["text"]
    models.text("preset", ID, "--set", f"adapter={tmp_path / 'lora.gguf'}")
    adapted = ask(models, capsys, "--model", ID, *greedy)["text"]
    assert adapted == ask(models, capsys, "--model", "merged", *greedy)["text"]
    assert adapted != base


def test_a_benchmark_loads_as_the_preset_says_and_asks_as_it_must(
    models: Models, capsys: pytest.CaptureFixture[str]
) -> None:
    models.put(n_ctx=2048)
    models.text("preset", ID, "--set", "n_threads=1", "--set", "max_tokens=1", "--set", "stop=a")
    command = ["bench", "--model", ID, "--prompt", "8", "--gen", "6", "--reps", "1", "--json"]
    for arguments, n_threads in (([], 1), (["--threads", "2"], 2)):
        assert main([*command, *arguments, "--profile", str(models.profile)]) == 0
        ran = json.loads(capsys.readouterr().out)
        assert ran["setup"]["n_threads"] == n_threads
        assert [row["test"] for row in ran["result"]["rows"]] == ["pp8", "tg6"]
        assert all(row["mean"] > 0 for row in ran["result"]["rows"])
