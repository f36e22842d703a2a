"""Do two models mean the same by a token? Else every guess would be another word."""

from __future__ import annotations

from desk_llm.engine.draft.params import VOCAB_DIFFERENCE
from desk_llm.engine.llama.vocab import Vocab

_FIRST = 5  # the first ones are control tokens, which families name differently


def difference(target: Vocab, draft: Vocab) -> str:
    """What keeps them apart, for the log; empty when they match (llama.cpp's own rules)."""
    if target.kind != draft.kind:
        return f"the tokenizers are of different kinds ({target.kind} and {draft.kind})"
    if abs(target.n_tokens - draft.n_tokens) > VOCAB_DIFFERENCE:
        return f"the vocabularies have {target.n_tokens} and {draft.n_tokens} tokens"
    for token in range(_FIRST, min(target.n_tokens, draft.n_tokens)):
        if target.raw_text(token) != draft.raw_text(token):
            return f"token {token} is another word"
    return ""
