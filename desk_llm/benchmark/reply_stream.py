"""One streamed reply of an OpenAI-compatible server: its chunks on a clock, and what they count."""

from __future__ import annotations

import json
from typing import Any

from desk_llm.benchmark.target import Record

_TEXTS = ("content", "reasoning_content", "reasoning")  # a thinking model's first token counts


class BadStream(Exception):
    """What came is no stream of chat or text completions; `kind` is the kind of error."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


class ReplyStream:
    """`add` each event with the seconds since the request; `record` at the end."""

    def __init__(self) -> None:
        self.n_chunks = 0
        self.input_tokens = 0
        self.output_tokens = 0  # 0: the server does not say
        self.text = ""
        self._first_s = 0.0
        self._last_s = 0.0
        self._is_ended = False

    def add(self, data: str, now_s: float) -> None:
        """Raises BadStream."""
        if data == "[DONE]":
            self._is_ended = True
            return
        event = _parse(data)
        self._add_usage(event.get("usage"))
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices:
            return
        choice = choices[0]
        if not isinstance(choice, dict):
            raise BadStream("bad stream", data[:200])
        self._is_ended |= bool(choice.get("finish_reason"))
        text = _text(choice)
        if text:
            self.n_chunks += 1
            self.text += text
            self._first_s = self._first_s or now_s
            self._last_s = now_s

    def record(self, end_s: float) -> Record:
        """The figures of the whole reply."""
        if not self._is_ended:
            return Record("cut off", f"after {self.n_chunks} chunks")
        if not self.n_chunks:
            return Record("empty reply")
        return Record(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens or self.n_chunks,
            ttft_s=self._first_s,
            decode_s=self._last_s - self._first_s,
            e2e_s=end_s,
        )

    def _add_usage(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self.input_tokens = _number(usage.get("prompt_tokens")) or self.input_tokens
            self.output_tokens = _number(usage.get("completion_tokens")) or self.output_tokens


def _parse(data: str) -> dict[str, Any]:
    try:
        event = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadStream("bad stream", data[:200]) from error
    if not isinstance(event, dict):
        raise BadStream("bad stream", data[:200])
    if event.get("error"):
        raise BadStream("server error", message_of(event))
    return event


def _text(choice: dict[str, Any]) -> str:
    delta = choice.get("delta")
    if isinstance(delta, dict):
        return "".join(part for name in _TEXTS if isinstance(part := delta.get(name), str))
    text = choice.get("text")
    return text if isinstance(text, str) else ""


def _number(value: Any) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and value > 0 else 0


def message_of(body: Any) -> str:
    """The sentence in an error body, in any of the shapes that servers give it."""
    if isinstance(body, dict):
        for name in ("error", "message", "detail"):
            if body.get(name):
                return message_of(body[name])
        return json.dumps(body, ensure_ascii=False)[:300]
    return str(body)[:300]
