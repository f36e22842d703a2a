"""Modelfile ↔ preset."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.errors import FileDamaged
from desk_llm.models.presets import values
from desk_llm.models.presets.exchange import from_preset, to_preset
from desk_llm.models.presets.modelfile import dump, parse
from desk_llm.models.presets.types import Adapter, Preset, PresetMessage
from tests.models.presets.test_store import FULL

HERE = Path("/somewhere")


def taken(text: str) -> Preset:
    return to_preset(parse(text), HERE).preset


def test_examples_in_docstrings() -> None:
    result = doctest.testmod(values)
    assert (result.attempted > 0, result.failed) == (True, 0)


def test_ollama_s_words_are_our_settings() -> None:
    converted = to_preset(
        parse(
            "FROM a\nPARAMETER num_ctx 4096\nPARAMETER num_gpu 20\nPARAMETER num_thread 0\n"
            "PARAMETER TEMPERATURE 1\nPARAMETER top_k 20\nPARAMETER num_predict -1\n"
            "PARAMETER seed 42\nPARAMETER mirostat 2\nPARAMETER use_mmap false\n"
            'PARAMETER stop "<|end|>"\nPARAMETER stop ###\nPARAMETER num_keep 4\n'
            "SYSTEM one\nSYSTEM two\nADAPTER ./lora.gguf\nADAPTER /abs/lora.gguf\n"
            "MESSAGE user Hi\nMESSAGE assistant Hello.\nTEMPLATE {{ .Prompt }}\n"
            "LICENSE MIT\nLICENSE Apache\nREQUIRES 0.14\n"
        ),
        HERE,
    )
    assert converted.preset == Preset(
        load={"n_ctx": 4096, "n_gpu_layers": 20, "n_threads": None, "use_mmap": False},
        sampling={
            "temperature": 1.0,
            "top_k": 20,
            "max_tokens": None,
            "seed": 42,
            "mirostat": "2",
            "system_prompt": "two",
        },
        adapters=(Adapter("/somewhere/lora.gguf"), Adapter("/abs/lora.gguf")),
        stop=("<|end|>", "###"),
        messages=(PresetMessage("user", "Hi"), PresetMessage("assistant", "Hello.")),
        template="{{ .Prompt }}",
        licence="MIT\n\nApache",
    )
    assert [(one.name, one.key) for one in converted.ignored] == [
        ("parameter", "num_keep"),
        ("requires", ""),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("PARAMETER temperature hot", "temperature"),
        ("PARAMETER temperature 0.7 # inline", "temperature"),
        ("PARAMETER top_p 7", "0.0 to 1.0"),
        ("PARAMETER num_ctx 12", "256"),
        ("PARAMETER num_ctx nan", "n_ctx"),
        ('# desk_llm: load.kv_type = "q9"', "q8_0"),
        ("# desk_llm: load.kv_type = q8_0", "q8_0"),
        ("# desk_llm: load.kv_disk_mb = 3", "kv_disk_mb"),
        ("# desk_llm: adapter_scales = [1e9]", "adapter_scales"),
        ("# desk_llm: load.n_ctx = " + "[" * 99_999, "n_ctx"),
    ],
)
def test_wrong_values_name_their_line(line: str, said: str) -> None:
    with pytest.raises(FileDamaged) as caught:
        taken(f"FROM a\n\n{line}\n")
    assert "Line 3 of the Modelfile" in str(caught.value)
    assert said in str(caught.value)


def test_a_whole_preset_goes_out_and_comes_back() -> None:
    modelfile = from_preset(FULL, ["/m/模型.gguf"])
    text = dump(modelfile)
    assert parse(text) == modelfile
    assert taken(text) == FULL
    assert "PARAMETER num_ctx 4096" in text
    assert '# desk_llm: load.kv_type = "q8_0"' in text
    assert "q8_0" not in "".join(one for one in text.splitlines() if not one.startswith("#"))


_SAMPLING = {
    "temperature": st.none() | st.floats(0, 5),
    "max_tokens": st.none() | st.integers(1, 9999),
    "seed": st.none() | st.integers(0, 99),
    "repeat_last_n": st.integers(-1, 99),
    "dry_base": st.floats(1, 4),
    "system_prompt": st.text(st.sampled_from('ab\n "é'), min_size=1, max_size=9),
}
_LOAD = {
    "n_ctx": st.none() | st.integers(256, 9999),
    "n_threads": st.none() | st.integers(1, 9),
    "flash_attn": st.none() | st.booleans(),
    "use_mmap": st.booleans(),
    "tensor_split": st.sampled_from(["", "3,1"]),
}


@given(
    st.builds(
        Preset,
        load=st.fixed_dictionaries({}, optional=_LOAD),
        sampling=st.fixed_dictionaries({}, optional=_SAMPLING),
        stop=st.lists(st.sampled_from(["a", " b ", '"', "\n", "#"]), unique=True).map(tuple),
    )
)
def test_any_preset_goes_out_and_comes_back(preset: Preset) -> None:
    assert taken(dump(from_preset(preset, ["a"]))) == preset
