"""The fit service: at once by formula, soon by simulation, later by what was measured."""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import gguf
import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import DeviceInfo
from desk_llm.errors import Cancelled, FileDamaged, OutOfMemory
from desk_llm.models.fit.forecast import MachineSpeed
from desk_llm.models.fit.formula import total
from desk_llm.models.fit.service import FitService
from desk_llm.models.fit.types import Evidence, Fit, Free, Verdict
from desk_llm.models.library.library import Library
from desk_llm.models.loading.loader import Loader
from desk_llm.models.types import ModelFile
from desk_llm.settings import EngineSettings, SettingsStore
from tests.helpers.gguf_models import scripted_model, tiny_model
from tests.helpers.gguf_shapes import shaped_model
from tests.helpers.waiting import wait_until
from tests.models.fit.conftest import MakeFile, listed

WAIT = 60.0
GIB = 1 << 30


def test_the_formula_answers_at_once_and_the_simulation_after_it(
    service: FitService, make_file: MakeFile
) -> None:
    file = make_file("qwen2 (tied, Q4_0)")
    params = service.params(file)
    first = service.quick(file, params)
    assert first.evidence is Evidence.FORMULA
    assert first.verdict is Verdict.CPU
    assert first.params.n_ctx == 8192
    exact = service.exact(file, params).result(WAIT)
    assert exact.evidence is Evidence.SIMULATED
    assert service.quick(file, params).need == exact.need


def test_what_a_simulation_taught_corrects_the_formula_for_other_settings(
    service: FitService, make_file: MakeFile
) -> None:
    file = make_file("qwen2 (tied, Q4_0)")
    params = service.params(file)
    service.exact(file, params).result(WAIT)
    longer = replace(params, n_ctx=16_384)
    guessed = service.quick(file, longer)
    assert guessed.evidence is Evidence.FORMULA
    exact = service.exact(file, longer).result(WAIT)
    assert guessed.total_bytes == pytest.approx(exact.total_bytes, rel=0.05)
    assert sum(one.weights for one in guessed.need) == pytest.approx(
        sum(one.weights for one in exact.need), rel=0.01
    )


def test_a_header_alone_is_enough(service: FitService, make_file: MakeFile) -> None:
    file = make_file("mamba")
    assert file.info is not None
    params = service.params(file)
    assert service.quick(file.info, params).need == service.quick(file, params).need


def outcome(future: Future[Fit]) -> Fit | None:
    try:
        return future.result(WAIT)
    except Cancelled:
        return None


def test_the_newest_question_of_an_owner_wins(service: FitService, make_file: MakeFile) -> None:
    file = make_file("llama (GQA 4:1)")
    params = service.params(file)
    other = service.exact(file, params, "somebody else")
    asked = [
        service.exact(file, replace(params, n_ctx=n), "slider") for n in range(512, 9_000, 256)
    ]
    found = [outcome(one) for one in asked]
    assert found[-1] is not None
    assert found[-1].params.n_ctx == 8960
    assert found.count(None) > len(found) // 2
    assert outcome(other) is not None


def test_it_says_when_quick_answers_may_be_others(service: FitService, make_file: MakeFile) -> None:
    file = make_file("mamba")
    params = service.params(file)
    told: list[None] = []
    service.changed.connect(told.append)
    assert service.quick(file, params).forecast.decode_tok_s is None
    wait_until(lambda: len(told) == 1)
    service.machine = lambda: MachineSpeed({"CPU": 1e10}, {"CPU": 1e11})
    service.refresh()
    wait_until(lambda: len(told) == 2)
    assert service.quick(file, params).forecast.decode_tok_s is not None


def test_a_closed_service_cancels(engine: Engine, make_file: MakeFile) -> None:
    service = FitService(engine, None)
    file = make_file("mamba")
    params = service.params(file)
    service.close()
    with pytest.raises(Cancelled):
        service.exact(file, params).result(WAIT)
    service.close()


# ── verdicts ─────────────────────────────────────────────────────────────


def gpu(free: int, name: str = "CUDA0") -> DeviceInfo:
    return DeviceInfo(name, "GPU", "CUDA", 24 * GIB, free)


@pytest.fixture
def big(make_file: MakeFile) -> ModelFile:
    """Four layers of 2 GiB."""
    file = make_file("llama (GQA 4:1)")
    assert file.info is not None
    info = replace(
        file.info,
        layer_sizes=(2 * GIB,) * 4,
        layer_bytes=8 * GIB,
        tensor_bytes=9 * GIB,
        output_bytes=GIB // 2,
        embedding_bytes=GIB // 2,
    )
    return replace(file, info=info, size_bytes=9 * GIB)


@pytest.mark.parametrize(
    ("free", "verdict"),
    [
        (Free(64 * GIB, (gpu(20 * GIB),)), Verdict.GPU),
        (Free(64 * GIB, (gpu(6 * GIB),)), Verdict.SPLIT),
        (Free(64 * GIB, (gpu(GIB),)), Verdict.CPU),
        (Free(64 * GIB), Verdict.CPU),
        (Free(1 << 20), Verdict.NO),
    ],
)
def test_where_it_would_run(
    service: FitService, big: ModelFile, free: Free, verdict: Verdict
) -> None:
    fit = service.quick(big, service.params(big), free)
    assert fit.verdict is verdict
    assert fit.free == free
    assert (fit.problem is not None) == (verdict is Verdict.NO)
    if verdict is Verdict.SPLIT:
        assert 0 < fit.params.n_gpu_layers <= 4


def test_layers_that_were_asked_for_are_not_moved(service: FitService, big: ModelFile) -> None:
    params = replace(service.params(big), n_gpu_layers=5)
    fit = service.quick(big, params, Free(64 * GIB, (gpu(6 * GIB),)))
    assert fit.verdict is Verdict.NO
    assert fit.params.n_gpu_layers == 5
    assert isinstance(fit.problem, OutOfMemory)


def test_mapped_weights_over_the_ram_are_slow_and_not_impossible(
    service: FitService, big: ModelFile
) -> None:
    params = service.params(big)
    fit = service.quick(big, params, Free(4 * GIB))
    assert fit.verdict is Verdict.CPU
    assert fit.problem is not None
    assert "slowly" in fit.problem.hint
    assert service.quick(big, replace(params, use_mmap=False), Free(4 * GIB)).verdict is Verdict.NO


def test_the_best_setting_shortens_a_context_that_does_not_fit(
    engine: Engine, make_file: MakeFile
) -> None:
    file = make_file("llama (all heads have KV)")
    asked = EngineSettings(n_ctx=32_768)
    service = FitService(engine, None, settings=lambda: asked, free_ram=lambda: 60 << 20)
    best = service.best(file).result(WAIT)
    as_asked = service.exact(file, service.params(file)).result(WAIT)
    service.close()
    assert as_asked.verdict is Verdict.NO
    assert best.verdict is Verdict.CPU
    assert best.evidence is Evidence.SIMULATED
    assert (best.params.type_k, best.params.type_v) == ("q8_0", "q8_0")
    assert 512 <= (best.params.n_ctx or 0) < 32_768
    assert best.problem is not None
    assert sum(one.kv_cache + one.compute for one in best.need) <= 60 << 20


def test_a_file_without_a_header_says_why(service: FitService, tmp_path: Path) -> None:
    problem = FileDamaged("“x” is damaged.")
    file = ModelFile("x", tmp_path / "x.gguf", "x", 10, problem=problem)
    with pytest.raises(FileDamaged):
        service.params(file)
    with pytest.raises(FileDamaged):
        service.best(file).result(WAIT)


# ── models on a server ───────────────────────────────────────────────────


class Header:
    """What hub/remote_header.py gives."""

    def __init__(self, file: ModelFile) -> None:
        self.file = file


def without_weights(path: Path, folder: Path) -> Path:
    """The header of a file, and a hole of the size of its weights."""
    start = int(gguf.GGUFReader(path).data_offset)
    sparse = folder / path.name
    with path.open("rb") as file, sparse.open("wb") as out:
        out.write(file.read(start))
        out.truncate(path.stat().st_size)
    return sparse


def test_a_sparse_header_file_is_simulated_like_the_file(
    service: FitService, make_file: MakeFile, tmp_path: Path
) -> None:
    here = make_file("gemma3 (window 512, tied)")
    (tmp_path / "headers").mkdir()
    there = listed(without_weights(here.path, tmp_path / "headers"))
    params = service.params(here)
    local = service.exact(here, params).result(WAIT)
    remote = service.remote(Header(there), params).result(WAIT)
    assert remote.evidence is Evidence.SIMULATED
    assert remote.need == local.need
    assert service.remote(Header(there)).result(WAIT).need == local.need


def test_the_parts_of_a_split_model_are_simulated_together(
    service: FitService, make_file: MakeFile, tmp_path: Path
) -> None:
    whole = make_file("llama (GQA 4:1)")
    parts = split(whole.path, tmp_path / "split", 12)
    assert len(parts) > 2
    (tmp_path / "headers").mkdir()
    sparse = [without_weights(part, tmp_path / "headers") for part in parts]
    one = service.exact(whole, service.params(whole)).result(WAIT)
    there = listed(sparse[0])
    several = service.remote(Header(there), service.params(there)).result(WAIT)
    assert several.evidence is Evidence.SIMULATED
    assert several.total_bytes == pytest.approx(one.total_bytes, rel=0.001)


def split(path: Path, stem: Path, n_tensors: int) -> list[Path]:
    """Parts with so many tensors each."""
    reader = gguf.GGUFReader(path)
    writer = gguf.GGUFWriter(stem.with_suffix(".gguf"), "llama", split_max_tensors=n_tensors)
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kind = field.types[0]
        sub = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=sub)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return sorted(stem.parent.glob(f"{stem.name}-*.gguf"))


# ── what loads teach ─────────────────────────────────────────────────────


def test_a_load_is_kept_beside_its_prediction_and_shown(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    path = scripted_model(folder / "scripted.gguf")
    settings = SettingsStore(tmp_path / "settings.toml")
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    loader = Loader(engine, library, settings, tmp_path)
    service = FitService(engine, tmp_path, loaded=lambda: loader.loaded)
    loader.loaded_changed.connect(service.look)
    info = loader.ensure(str(path)).result(WAIT)
    (loaded,) = loader.loaded
    fit = service.quick(loaded.file, service.params(loaded.file))
    assert fit.evidence is Evidence.MEASURED
    assert fit.need == fit.measured == info.memory
    (row,) = json.loads((tmp_path / "loads.json").read_text())["loads"]
    assert row["formula"]
    assert row["simulated"]
    assert row["measured"][0]["device"] == "CPU"

    again = FitService(engine, tmp_path)
    same = again.exact(loaded.file, again.params(loaded.file)).result(WAIT)
    assert same.measured == info.memory
    shorter = again.quick(loaded.file, replace(again.params(loaded.file), n_ctx=512))
    assert shorter.evidence is Evidence.FORMULA
    assert shorter.total_bytes < same.total_bytes

    held = sum(map(total, info.memory))
    kept, replaced = service.free_now(), service.free_now(loaded.file.id)
    assert replaced.ram - kept.ram == pytest.approx(held, abs=256 << 20)  # others use memory too
    again.close()
    service.close()
    loader.close()
    settings.close()
    library.close()


def test_a_draft_model_and_a_projector_are_counted(
    service: FitService, make_file: MakeFile, tmp_path: Path
) -> None:
    file = make_file("llama (GQA 4:1)")
    draft = tiny_model(tmp_path / "draft.gguf")
    params = service.params(file)
    alone = service.exact(file, params).result(WAIT)
    both = service.exact(file, replace(params, draft_path=str(draft))).result(WAIT)
    assert alone.extra == ()
    assert sum(map(total, both.extra)) > draft.stat().st_size
    assert both.total_bytes == sum(map(total, both.need)) + sum(map(total, both.extra))
    seeing = replace(file, projector=shaped_model(tmp_path / "eye.gguf", "mamba"))
    fit = service.quick(seeing, params, with_projector=True)
    assert fit.extra[0].weights == seeing.projector.stat().st_size if seeing.projector else False
