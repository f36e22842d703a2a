"""Sampling: how the next token is chosen.

    prepare(params)        prepare thread: checks every value, schema → grammar, grammar bombs
    make_sampler(…)        engine thread: a Sampler for one request (sampler.py)
    chain.py               which native samplers, in what order, and why
    constrained.py         the choice under a grammar
    logprobs.py            log probabilities of the raw logits
    backend.py             sampling inside the compute graph
    grammar.py             what native code must not see: over gbnf.py, circles.py, ambiguity.py
    json_schema.py         JSON schema → GBNF

Importing the package loads no native library and no numpy.
"""

from desk_llm.engine.sampling.grammar import check_grammar
from desk_llm.engine.sampling.json_schema import compile_schema
from desk_llm.engine.sampling.prepare import prepare

__all__ = ["check_grammar", "compile_schema", "prepare"]
