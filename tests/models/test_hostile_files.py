"""What read_gguf lets through must not kill the engine: 400 mutated files, in a child process.

Run it (`pytest -m fault tests/models`) after every update of llama.cpp: its assertions change.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from desk_llm.errors import DeskError
from desk_llm.models.gguf.info import read_gguf
from tests.helpers.gguf_models import tiny_model
from tests.helpers.gguf_mutations import Mutations

pytestmark = pytest.mark.fault

CHILD = """
import sys
from desk_llm.engine.engine import Engine
from desk_llm.engine.types import GenerationRequest, LoadParams, SamplingParams
from desk_llm.errors import DeskError
engine = Engine()
for line in sys.stdin:
    try:
        params = LoadParams("m", line.strip(), n_ctx=256, n_threads=1, n_slots=1, n_batch=64)
        engine.load(params).result(30)
        request = GenerationRequest(
            "r", "m", prompt="Hello word1", sampling=SamplingParams(max_tokens=3, seed=1)
        )
        engine.submit(request).result()
    except DeskError:
        pass
    print(line.strip(), flush=True)
"""


def passes(path: Path) -> bool:
    try:
        read_gguf(path, check_words=True)
    except DeskError:
        return False
    return True


def test_the_engine_survives_what_the_header_check_lets_through(tmp_path: Path) -> None:
    base = tiny_model(tmp_path / "base.gguf", n_layers=1)
    paths = []
    for n, content in enumerate(Mutations(base).all()):
        path = tmp_path / f"{n}.gguf"
        path.write_bytes(content)
        paths.append(path)
    accepted = [path for path in paths if passes(path)]
    assert 100 < len(accepted) < len(paths)
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input="\n".join(map(str, accepted)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    survived = child.stdout.splitlines()
    died_over = accepted[len(survived)] if len(survived) < len(accepted) else None
    assert died_over is None, child.stderr[-1000:]
    assert child.returncode == 0


APP = """
import json, sys, time
from pathlib import Path
from desk_llm.errors import DeskError
from desk_llm.paths import Paths
from desk_llm.services import Core
core = Core.open(Paths(Path(sys.argv[1])))
core.paths.ensure()
for line in sys.stdin:
    started, sentence = time.perf_counter(), ""
    try:
        core.loader.ensure(line.strip(), is_choice=True).result(60)
    except DeskError as error:
        sentence = str(error)
    took = time.perf_counter() - started
    print(json.dumps([line.strip(), took, sentence]), flush=True)
core.close()
"""
N_MUTATED, N_TRUNCATED = 256, 50
LATEST_S = 2.0


def test_the_app_survives_damaged_files(tmp_path: Path) -> None:
    """The way a person takes: header check, trial in a child process, then the engine."""
    base = tiny_model(tmp_path / "base.gguf", n_layers=1)
    chance, whole = random.Random(5), base.read_bytes()
    contents = chance.sample(list(Mutations(base).all()), N_MUTATED)
    contents += [whole[: chance.randrange(len(whole))] for _ in range(N_TRUNCATED)]
    paths = []
    for n, content in enumerate(contents):
        paths.append(tmp_path / f"damaged {n}.gguf")
        paths[-1].write_bytes(content)
    app = subprocess.run(
        [sys.executable, "-c", APP, str(tmp_path / "profile")],
        input="\n".join(map(str, paths)),
        stdout=subprocess.PIPE,
        text=True,
        timeout=1200,
        check=False,
    )
    answers = [json.loads(line) for line in app.stdout.splitlines()]
    refused = [sentence for _path, _took, sentence in answers if sentence]
    worst = max(answers, key=lambda answer: float(answer[1]))
    sys.stdout.write(
        f"\n{len(answers)} damaged files: {len(refused)} refused in a sentence, the others load; "
        f"the latest answer after {worst[1]:.2f} s: {worst[2] or 'loaded'}\n"
    )
    assert app.returncode == 0
    assert [answer[0] for answer in answers] == [str(path) for path in paths]
    assert not any("unexpected" in sentence for sentence in refused), refused
    assert len(refused) >= N_TRUNCATED
    assert worst[1] <= LATEST_S
