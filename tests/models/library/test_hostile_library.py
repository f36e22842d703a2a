"""256 mutated headers and 50 truncations in one folder: each is listed, and the library lives."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from desk_llm.errors import DeskError
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.library.library import Library
from desk_llm.models.types import ModelFile
from tests.helpers.gguf_models import tiny_model
from tests.helpers.gguf_mutations import Mutations

N_MUTATED, N_TRUNCATED = 256, 50


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The damaged files, and a good one."""
    made = tmp_path_factory.mktemp("hostile")
    base = tiny_model(made / "good.gguf", n_layers=1)
    mutations, chance, whole = Mutations(base), random.Random(11), base.read_bytes()
    contents = chance.sample(list(mutations.all()), N_MUTATED)
    contents += [whole[: chance.randrange(len(whole))] for _ in range(N_TRUNCATED)]
    for n, content in enumerate(contents):
        kind = "mutated" if n < N_MUTATED else "cut"
        (made / f"{kind} {n}.gguf").write_bytes(content)
    return made


def test_each_is_listed_with_facts_or_a_sentence(folder: Path) -> None:
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    files = {file.id: file for file in library.files}
    assert len(files) == N_MUTATED + N_TRUNCATED + 1
    assert files["good"].problem is None
    cut = [file for name, file in files.items() if name.startswith("cut")]
    assert all(file.problem is not None for file in cut)
    refused = [file for file in files.values() if file.problem is not None]
    assert len(refused) > N_TRUNCATED + 80
    for file in files.values():
        check_entry(file)


def rows_or_sentence(library: Library, file: ModelFile) -> tuple[object, ...]:
    try:
        return library.metadata(file.id)
    except DeskError as error:
        return (error,) if file.path.name in error.message else ()


def words_of(error: DeskError | None) -> str:
    return error.message if error is not None else ""


def check_entry(file: ModelFile) -> None:
    """Either facts that can be shown, or a sentence that names the file; never neither."""
    assert file.name.isprintable()
    assert file.size_bytes == file.path.stat().st_size
    assert (file.info is not None) or (file.problem is not None)
    if file.problem is not None:
        assert file.path.name in file.problem.message
        assert "{" not in str(file.problem)
    if file.info is not None:
        assert 0 < file.info.n_layers <= 512
        assert len(file.info.layer_sizes) == file.info.n_layers


def test_the_first_look_finds_what_the_look_before_a_load_finds(folder: Path) -> None:
    """Both say the same; only words of a vocabulary are looked at before a load alone."""
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    for file in library.files:
        info, problem = None, None
        try:
            info = read_gguf(file.path, check_words=True, any_kind=True)
        except DeskError as error:
            problem = error
        if "vocabulary" in words_of(problem):
            continue
        assert info == file.info
        assert problem is None or words_of(problem) == words_of(file.problem)


def test_details_and_everything_else_answer_for_them(folder: Path) -> None:
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    answers = [rows_or_sentence(library, file) for file in library.files]
    assert sum(map(len, answers)) > 1_000
    assert library.duplicates() is not None
    assert sum(library.totals().values()) == sum(file.size_bytes for file in library.files)
