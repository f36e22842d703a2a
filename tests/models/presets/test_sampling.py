"""Whose temperature counts: the person's, the makers', ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import gguf
import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import LoadParams, ModelInfo, SamplingParams
from desk_llm.models.presets.sampling import DEFAULT_TEMPERATURE, sampling_params
from desk_llm.settings import SamplingSettings
from tests.helpers.gguf_models import tiny_model


@pytest.fixture(scope="module")
def info(tmp_path_factory: pytest.TempPathFactory) -> ModelInfo:
    path = tiny_model(tmp_path_factory.mktemp("models") / "tiny.gguf")
    engine = Engine()
    info = engine.load(LoadParams("m", str(path))).result(30)
    engine.close()
    return info


def test_the_person_s_setting_wins(info: ModelInfo) -> None:
    recommended = replace(info, temperature=0.2)
    assert sampling_params(SamplingSettings(), info).temperature == DEFAULT_TEMPERATURE
    assert sampling_params(SamplingSettings(), recommended).temperature == 0.2
    assert sampling_params(SamplingSettings(temperature=0.0), recommended).temperature == 0.0


@pytest.mark.parametrize(("value", "expected"), [(0.25, 0.25), (99.0, None), (float("nan"), None)])
def test_what_the_file_recommends(tmp_path: Path, value: float, expected: float | None) -> None:
    source = tiny_model(tmp_path / "plain.gguf")
    target = tmp_path / "recommending.gguf"
    _copy_with(source, target, "general.sampling.temp", value)
    engine = Engine()
    info = engine.load(LoadParams("m", str(target))).result(30)
    engine.close()
    assert info.temperature == expected


def _copy_with(source: Path, target: Path, key: str, value: float) -> None:
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target, "llama")
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        kind = field.types[0]
        sub_type = field.types[-1] if kind is gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, sub_type)
    writer.add_float32(key, value)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_the_defaults_switch_every_sampler_off() -> None:
    info = ModelInfo("m", "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, "CPU", False, 0.0)
    assert sampling_params(SamplingSettings(), info) == SamplingParams()


def test_every_sampler_is_passed_on() -> None:
    info = ModelInfo("m", "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, "CPU", False, 0.0)
    settings = SamplingSettings(
        seed=7, mirostat="2", top_n_sigma=1.5, adaptive_target=0.3, dry_multiplier=0.8
    )
    params = sampling_params(settings, info)
    assert (params.seed, params.mirostat, params.top_n_sigma) == (7, 2, 1.5)
    assert (params.adaptive_target, params.dry_multiplier) == (0.3, 0.8)
