"""Messages → chat template → token ids, on the prepare thread.

User text can never become control tokens: every spelling of a control token inside a message
is replaced by a placeholder before the template runs, and what the placeholder stood for is
tokenised afterwards as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from desk_llm.engine.template import PLAIN_STOP, PLAIN_TEMPLATE, TemplateRenderer
from desk_llm.engine.types import ChatMessage, GenerationRequest
from desk_llm.errors import Unsupported

# Private-use characters: no template looks at them, and no text of a person holds them by
# accident; those that hold them on purpose are masked too.
_OPEN, _CLOSE = "\U000f0a5e", "\U000f0a5f"
_PLACEHOLDER = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


class PromptVocab(Protocol):
    """What a prompt needs of a model."""

    chat_template: str
    bos_text: str
    eos_text: str
    control_texts: tuple[str, ...]

    def tokenize(self, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
        """Token ids of a text."""
        ...


class _Mask:
    """Hides control-token spellings in texts, and remembers them."""

    def __init__(self, control_texts: Sequence[str]) -> None:
        alternatives = [re.escape(t) for t in (*control_texts, _OPEN, _CLOSE)]
        self._pattern = re.compile("|".join(alternatives))
        self.hidden: list[str] = []

    def hide(self, text: str) -> str:
        return self._pattern.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        self.hidden.append(match.group())
        return f"{_OPEN}{len(self.hidden) - 1}{_CLOSE}"


def build_prompt(
    request: GenerationRequest, vocab: PromptVocab, renderer: TemplateRenderer
) -> list[int]:
    """Token ids for a request; never empty. Raises Unsupported when the template fails."""
    if request.prompt is not None:
        tokens = vocab.tokenize(request.prompt, add_special=True, parse_special=False)
    else:
        mask = _Mask(vocab.control_texts)
        messages = [ChatMessage(m.role, mask.hide(m.content)) for m in request.messages]
        text = _render(messages, vocab, renderer)
        tokens = _tokenize_masked(text, mask.hidden, vocab)
    # A model without BOS and an empty prompt: there must be one token to start from.
    return tokens or vocab.tokenize(" ", add_special=True, parse_special=False) or [0]


def stop_strings(request: GenerationRequest, vocab: PromptVocab) -> tuple[str, ...]:
    """The request's own, and those of the plain format when the model has no template."""
    if request.prompt is None and not vocab.chat_template:
        return (*request.sampling.stop, *PLAIN_STOP)
    return request.sampling.stop


def _render(messages: Sequence[ChatMessage], vocab: PromptVocab, renderer: TemplateRenderer) -> str:
    source = vocab.chat_template or PLAIN_TEMPLATE
    try:
        return _render_once(source, messages, vocab, renderer)
    except Unsupported:
        merged = _without_system(messages)
        if merged is None:
            raise
    # Some families (Gemma 1 and 2) refuse a system message: say it in the first user turn.
    return _render_once(source, merged, vocab, renderer)


def _render_once(
    source: str, messages: Sequence[ChatMessage], vocab: PromptVocab, renderer: TemplateRenderer
) -> str:
    return renderer.render(
        source,
        {
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "add_generation_prompt": True,
            "bos_token": vocab.bos_text,
            "eos_token": vocab.eos_text,
        },
    )


def _without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage] | None:
    if len(messages) < 2 or messages[0].role != "system" or messages[1].role != "user":
        return None
    first = ChatMessage("user", f"{messages[0].content}\n\n{messages[1].content}")
    return [first, *messages[2:]]


def _tokenize_masked(text: str, hidden: Sequence[str], vocab: PromptVocab) -> list[int]:
    # The template writes the BOS token itself, and so does add_special: one of them goes.
    if vocab.bos_text:
        text = text.removeprefix(vocab.bos_text)
    tokens: list[int] = []
    parts = _PLACEHOLDER.split(text)
    for index, part in enumerate(parts):
        is_hidden = index % 2 == 1
        if not part and index:
            continue
        if is_hidden:
            tokens += vocab.tokenize(hidden[int(part)], add_special=False, parse_special=False)
        else:
            tokens += vocab.tokenize(part, add_special=index == 0, parse_special=True)
    return tokens
