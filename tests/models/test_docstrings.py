"""Doctests of the small modules of the room."""

from __future__ import annotations

import doctest

import pytest

from desk_llm.models import names
from desk_llm.models.fit import factors, forecast, formula, pace, scaled
from desk_llm.models.gguf import parts, quants


@pytest.mark.parametrize("module", [factors, forecast, formula, names, pace, parts, quants, scaled])
def test_examples_in_docstrings(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0
