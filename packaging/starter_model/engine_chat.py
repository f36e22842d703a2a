"""Greedy chat with a GGUF file through llama.cpp itself: the judge of the evaluation."""

import ctypes
from collections.abc import Callable
from pathlib import Path

from llama_cpp import llama_cpp as native

Messages = list[tuple[str, str]]
Done = Callable[[str], bool]


def prompt_of(messages: Messages) -> str:
    """ChatML, as the file's own template writes it."""
    turns = "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in messages)
    return turns + "<|im_start|>assistant\n"


class Chat:
    """One loaded model and its context; use it in a process of its own."""

    def __init__(self, path: Path, n_ctx: int = 1024, threads: int = 1) -> None:
        self._quiet = native.llama_log_callback(lambda level, text, data: None)
        native.llama_log_set(self._quiet, ctypes.c_void_p())
        native.llama_backend_init()
        load = native.llama_model_default_params()
        load.n_gpu_layers = 0
        # llama.cpp's AMX buffers crash when a compiler has dropped stores; plain ones do not.
        load.use_extra_bufts = False
        self.model = native.llama_model_load_from_file(str(path).encode(), load)
        if not self.model:
            raise RuntimeError(f"llama.cpp cannot load {path}")
        self.vocab = native.llama_model_get_vocab(self.model)
        params = native.llama_context_default_params()
        params.n_ctx = params.n_batch = n_ctx
        params.n_threads = params.n_threads_batch = threads
        self.n_ctx = n_ctx
        self.context = native.llama_init_from_model(self.model, params)
        if not self.context:
            raise RuntimeError("llama.cpp cannot make a context")

    def tokenize(self, text: str) -> list[int]:
        """Token ids, control tokens included."""
        raw = text.encode()
        room = (native.llama_token * (len(raw) + 8))()
        count = native.llama_tokenize(self.vocab, raw, len(raw), room, len(room), False, True)
        return list(room[:count])

    def piece(self, token: int) -> bytes:
        """The bytes of one token."""
        room = ctypes.create_string_buffer(128)
        count = native.llama_token_to_piece(self.vocab, token, room, len(room), 0, False)
        return room.raw[:count]

    def logits(self, tokens: list[int]) -> list[float]:
        """Decode more tokens and return the logits after the last."""
        ids = (native.llama_token * len(tokens))(*tokens)
        if native.llama_decode(self.context, native.llama_batch_get_one(ids, len(tokens))):
            raise RuntimeError("llama_decode failed")
        size = native.llama_vocab_n_tokens(self.vocab)
        return list(native.llama_get_logits_ith(self.context, -1)[:size])

    def reply(self, messages: Messages, limit: int = 640, done: Done | None = None) -> str:
        """The greedy answer to a conversation; `done` may end it early."""
        native.llama_memory_clear(native.llama_get_memory(self.context), True)
        tokens = self.tokenize(prompt_of(messages))
        room = min(limit, self.n_ctx - len(tokens) - 1)
        out = b""
        sampler = native.llama_sampler_init_greedy()
        for _ in range(room):
            ids = (native.llama_token * len(tokens))(*tokens)
            if native.llama_decode(self.context, native.llama_batch_get_one(ids, len(tokens))):
                raise RuntimeError("llama_decode failed")
            token = native.llama_sampler_sample(sampler, self.context, -1)
            if native.llama_vocab_is_eog(self.vocab, token):
                break
            out += self.piece(token)
            tokens = [token]
            if done is not None and done(out.decode(errors="replace")):
                break
        native.llama_sampler_free(sampler)
        return out.decode(errors="replace")

    def close(self) -> None:
        """Give the memory back."""
        native.llama_free(self.context)
        native.llama_model_free(self.model)
