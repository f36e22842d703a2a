"""prepare: SamplingParams as the engine thread may see them."""

from __future__ import annotations

from dataclasses import replace

from desk_llm.engine.sampling.grammar import check_grammar
from desk_llm.engine.sampling.json_schema import compile_schema
from desk_llm.engine.sampling.params import check
from desk_llm.engine.types import SamplingParams


def prepare(params: SamplingParams) -> SamplingParams:
    """Check every value and make a grammar of the schema; prepare thread. Raises DeskError."""
    check(params)
    if params.json_schema:
        params = replace(params, grammar=compile_schema(params.json_schema), json_schema="")
    elif params.grammar:
        check_grammar(params.grammar)
    if params.grammar or params.n_probs is not None:
        import numpy as np  # here, and not in the middle of other replies on the engine thread

        del np
    return params
