"""A model's vocabulary: text to token ids and back."""

from __future__ import annotations

import ctypes as c
from collections.abc import Hashable

from desk_llm.engine.llama.library import L
from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported

MAX_TOKENIZE_BYTES = 64 << 20
MAX_DRY_SAMPLERS = 8


class Vocab:
    """Text to token ids and back."""

    def __init__(self, pointer: int) -> None:
        self.pointer = pointer
        self.n_tokens: int = L.llama_vocab_n_tokens(pointer)
        self.kind: int = L.llama_vocab_type(pointer)
        self.bos_text = self._text(L.llama_vocab_bos(pointer))
        self.eos_text = self._text(L.llama_vocab_eos(pointer))
        self._pieces: dict[int, bytes] = {}
        self._is_eog: dict[int, bool] = {}
        self._eog: list[int] | None = None
        self._buffer = c.create_string_buffer(512)
        self.dry_samplers: dict[Hashable, int | None] = {}  # to copy from: dear to make

    def _text(self, token: int) -> str:
        return self.raw_text(token).decode("utf-8", "replace")

    def raw_text(self, token: int) -> bytes:
        """A token as the file spells it; empty for one that does not exist."""
        if not 0 <= token < self.n_tokens:
            return b""
        raw: bytes = L.llama_vocab_get_text(self.pointer, token) or b""
        return raw

    def control_texts(self) -> tuple[str, ...]:
        """The spellings that `parse_special` would turn into control tokens, longest first."""
        control, attr, vocab = L.LLAMA_TOKEN_ATTR_CONTROL, L.llama_vocab_get_attr, self.pointer
        texts = (self._text(t) for t in range(self.n_tokens) if attr(vocab, t) & control)
        return tuple(sorted(filter(None, texts), key=len, reverse=True))

    def tokenize(self, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
        """Token ids of `text`. Raises Unsupported when the text is absurdly long."""
        raw = text.encode("utf-8", "replace")
        if len(raw) > MAX_TOKENIZE_BYTES:
            raise Unsupported(
                QT_TRANSLATE_NOOP("errors", "The text is longer than {limit} MB."),
                limit=MAX_TOKENIZE_BYTES >> 20,
            )
        room = len(raw) + 16
        for _ in range(2):
            out = (c.c_int32 * room)()
            n: int = L.llama_tokenize(
                self.pointer, raw, len(raw), out, room, add_special, parse_special
            )
            if n >= 0:
                return out[:n]
            room = -n
        raise Unsupported(QT_TRANSLATE_NOOP("errors", "The model cannot read this text."))

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; control tokens are empty."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._read_piece(token)
        return known

    def _read_piece(self, token: int) -> bytes:
        if not 0 <= token < self.n_tokens:  # a C++ exception, which ends the process
            return b""
        buffer = self._buffer
        n = L.llama_token_to_piece(self.pointer, token, buffer, len(buffer), 0, False)
        if n < 0:
            buffer = c.create_string_buffer(-n)
            n = L.llama_token_to_piece(self.pointer, token, buffer, -n, 0, False)
        return buffer.raw[: max(n, 0)]

    def is_eog(self, token: int) -> bool:
        """True for the tokens that end a reply."""
        known = self._is_eog.get(token)
        if known is None:
            known = self._is_eog[token] = bool(L.llama_vocab_is_eog(self.pointer, token))
        return known

    def eog_tokens(self) -> list[int]:
        """All tokens that end a reply; the first call walks the vocabulary (40 ms at 152k)."""
        if self._eog is None:
            is_eog, vocab = L.llama_vocab_is_eog, self.pointer
            self._eog = [t for t in range(self.n_tokens) if is_eog(vocab, t)]
        return self._eog

    def keep_dry_sampler(self, key: Hashable, sampler: int | None) -> None:
        """Keep one for the requests with the same settings; the oldest goes."""
        if len(self.dry_samplers) >= MAX_DRY_SAMPLERS:
            L.llama_sampler_free(self.dry_samplers.pop(next(iter(self.dry_samplers))))
        self.dry_samplers[key] = sampler

    def free(self) -> None:
        """Free what was kept; before the model."""
        for sampler in filter(None, self.dry_samplers.values()):
            L.llama_sampler_free(sampler)
        self.dry_samplers.clear()
