"""`desk-llm chat`: one question, or a conversation, in the terminal."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from desk_llm import log
from desk_llm.engine.generation import Generation, Result
from desk_llm.engine.types import (
    ChatMessage,
    FinishReason,
    GenerationRequest,
    ModelInfo,
    SamplingParams,
    TokenLogprob,
)
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, RequestError
from desk_llm.models.presets.sampling import opening, sampling_params, system_text
from desk_llm.paths import Paths
from desk_llm.services import Core

DIM, PLAIN = "\x1b[2m", "\x1b[0m"


@dataclass(slots=True)
class _Chat:
    core: Core
    info: ModelInfo
    messages: tuple[ChatMessage, ...]
    sampling: SamplingParams
    as_json: bool
    n_asked: int = 0

    def ask(self, text: str) -> Result:
        """Print the reply as it comes; Ctrl-C ends the reply, not the chat."""
        self.n_asked += 1
        messages = (*self.messages, ChatMessage("user", text))
        request = GenerationRequest(
            f"cli-{self.n_asked}", self.info.key, messages, sampling=self.sampling, source="cli"
        )
        result = self._follow(self.core.engine.submit(request))
        self.messages = (*messages, ChatMessage("assistant", result.text))
        return result

    def _follow(self, generation: Generation) -> Result:
        texts: list[str] = []
        logprobs: list[TokenLogprob] = []
        while True:
            try:
                for delta in generation:
                    texts.append(delta.text)
                    logprobs += delta.logprobs
                    if not self.as_json:
                        print(delta.text, end="", flush=True)
                    if delta.finish_reason is not None and generation.error is None:
                        return Result(
                            "".join(texts),
                            delta.finish_reason,
                            delta.usage,
                            delta.timings,
                            tuple(logprobs),
                        )
            except KeyboardInterrupt:
                generation.abort()


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """The verb. Raises DeskError, and KeyboardInterrupt when the one reply was stopped."""
    log.setup(None, getattr(arguments, "log_level", "warning"))
    core = Core.open(paths)
    try:
        chat = _open(core, arguments)
        if arguments.prompt is None:
            return _converse(chat)
        prompt = sys.stdin.read() if arguments.prompt == "-" else arguments.prompt
        if _answer(chat, prompt).finish_reason is FinishReason.ABORT:
            raise KeyboardInterrupt
        return 0
    finally:
        core.close()


def _open(core: Core, arguments: argparse.Namespace) -> _Chat:
    core.library.refresh()
    settings, library = core.settings.current, core.library
    wanted: str | None = arguments.model
    file = library.find(wanted) if wanted else library.usable(settings.models.last)
    info = core.loader.ensure(file.id).result()
    for warning in core.loader.state.warnings:
        print(f"desk-llm: {warning}", file=sys.stderr)
    sampling = core.presets.sampling(file.id, settings.sampling)
    preset = core.presets.get(file.id)
    system = arguments.system if arguments.system is not None else system_text(sampling, preset)
    messages = [ChatMessage("system", system)] if system.strip() else []
    messages += [ChatMessage(one.role, one.text) for one in opening(preset)]
    params = _changed(sampling_params(sampling, info, preset.stop), arguments)
    return _Chat(core, info, tuple(messages), params, arguments.json)


def _changed(params: SamplingParams, arguments: argparse.Namespace) -> SamplingParams:
    """What was asked for this once comes first."""
    if arguments.seed is not None:
        params = replace(params, seed=arguments.seed)
    if arguments.grammar is not None:
        params = replace(params, grammar=_read(arguments.grammar))
    if arguments.schema is not None:
        params = replace(params, json_schema=_read(arguments.schema))
    if arguments.logprobs is not None:
        params = replace(params, n_probs=arguments.logprobs)
    if arguments.max_tokens is not None:
        params = replace(params, max_tokens=arguments.max_tokens)
    if arguments.temperature is not None:
        params = replace(params, temperature=arguments.temperature)
    return params


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "{path} cannot be read."),
            detail=str(error),
            path=str(path),
        ) from error


def _answer(chat: _Chat, text: str) -> Result:
    result = chat.ask(text)
    if chat.as_json:
        print(json.dumps(as_json(result, chat.info), ensure_ascii=False))
    else:
        print(f"\n{_dim(figures(result))}")
    return result


def as_json(result: Result, info: ModelInfo) -> dict[str, object]:
    """What `--json` prints."""
    usage, timings = result.usage, result.timings
    logprobs = {"logprobs": [_logprob(one) for one in result.logprobs]} if result.logprobs else {}
    return {
        "text": result.text,
        "finish_reason": result.finish_reason.value,
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cached_tokens": usage.cached_tokens,
        },
        "timings": {
            "queue_s": round(timings.queue_s, 6),
            "prefill_s": round(timings.prefill_s, 6),
            "ttft_s": round(timings.ttft_s, 6),
            "decode_tok_s": round(timings.decode_tok_s, 3),
            "total_s": round(timings.total_s, 6),
        },
        "model": info.name,
        "device": info.device,
        **logprobs,
    }


def _logprob(one: TokenLogprob) -> dict[str, object]:
    return {
        **_token(one.token, one.text, one.logprob),
        "top_logprobs": [_token(*alternative) for alternative in one.top],
    }


def _token(token: int, text: bytes, logprob: float) -> dict[str, object]:
    return {"id": token, "token": text.decode("utf-8", "replace"), "logprob": round(logprob, 6)}


def figures(result: Result) -> str:
    """A line for people: tokens, speed, time to first token."""
    usage, timings = result.usage, result.timings
    ending = " · stopped" if result.finish_reason is FinishReason.ABORT else ""
    word = "token" if usage.completion_tokens == 1 else "tokens"
    return (
        f"{usage.completion_tokens} {word} · {timings.decode_tok_s:.1f} tok/s · "
        f"{timings.ttft_s:.2f} s to first token{ending}"
    )


def _dim(text: str) -> str:
    return f"{DIM}{text}{PLAIN}" if sys.stdout.isatty() else text


def _converse(chat: _Chat) -> int:
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        print(_dim(f"{chat.info.name} on {chat.info.device}. Ctrl-C stops a reply, Ctrl-D ends."))
    while True:
        if is_terminal:
            print("› ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return 0
        if not line.strip():
            continue
        try:
            _answer(chat, line.strip())
        except DeskError as error:
            print(f"desk-llm: {error}", file=sys.stderr)
