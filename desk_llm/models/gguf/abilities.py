"""What a model can do besides talking, read from its header: tools, thinking, vision, …"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from desk_llm.models.gguf.header import Value

TOOLS, THINKING, INFILL = "tools", "thinking", "infill"
VISION, AUDIO = "vision", "audio"
EMBEDDING, RERANK = "embedding", "rerank"
ABILITIES = (TOOLS, THINKING, VISION, AUDIO, INFILL, EMBEDDING, RERANK)
"""In the order in which people are shown them."""

NOT_FOR_CHAT = frozenset({EMBEDDING, RERANK})

_POOLING_NONE, _POOLING_RANK = 0, 4  # enum llama_pooling_type
_TOOL_WORDS = re.compile(r"\btools\b|\btool_calls?\b|\bfunctions\b|\bavailable_tools\b")
_THINKING_WORDS = re.compile(
    r"</?think(ing)?>|enable_thinking|reasoning_content|\[THINK\]|<\|channel\|>|<seed:think>|"
    r"thinking_budget|<\|START_THINKING\|>"
)
_TOOL_TEMPLATE = "tokenizer.chat_template.tool_use"
_INFILL_KEYS = ("tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id")


def abilities_of(metadata: Mapping[str, Value], architecture: str, template: str) -> frozenset[str]:
    """The abilities that a model's own header tells; a projector beside it adds more."""
    found = set()
    if _TOOL_WORDS.search(template) or _TOOL_TEMPLATE in metadata:
        found.add(TOOLS)
    if _THINKING_WORDS.search(template):
        found.add(THINKING)
    if any(key in metadata for key in _INFILL_KEYS):
        found.add(INFILL)
    found |= _without_words(metadata, architecture)
    return frozenset(found)


def _without_words(metadata: Mapping[str, Value], architecture: str) -> set[str]:
    """Models that answer with numbers: those are made by pooling, or see the whole text at once."""
    pooling = metadata.get(f"{architecture}.pooling_type", _POOLING_NONE)
    if pooling == _POOLING_RANK:
        return {RERANK}
    is_encoder = metadata.get(f"{architecture}.attention.causal") is False
    if is_encoder or pooling != _POOLING_NONE or metadata.get("tokenizer.ggml.model") == "bert":
        return {EMBEDDING}
    return set()


def cannot_chat(abilities: Collection[str]) -> bool:
    """True for models that answer with numbers instead of words."""
    return not NOT_FOR_CHAT.isdisjoint(abilities)
