"""Typed and bounded access to the metadata of a header."""

from __future__ import annotations

import math

from desk_llm.errors import QT_TRANSLATE_NOOP, FileDamaged, Unsupported
from desk_llm.models.gguf.foreign import AGAIN
from desk_llm.models.gguf.header import Header, LongArray, Value
from desk_llm.models.names import file_name, plain


class Fields:
    """Keys beginning with "." are the architecture's own."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.architecture = ""
        self.architecture = plain(self.text("general.architecture"), 64)

    def _get(self, key: str) -> Value | None:
        return self.header.metadata.get(self._full(key))

    def _full(self, key: str) -> str:
        return self.architecture + key if key.startswith(".") else key

    def has(self, key: str) -> bool:
        """Whether the header has it at all."""
        return self._full(key) in self.header.metadata

    def text(self, key: str) -> str:
        """A text; empty when there is none."""
        value = self._get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        value = self._get(key)
        if value is None:
            return default
        if type(value) is not int or not low <= value <= high:
            raise self.impossible(key, value)
        return value

    def per_layer(self, key: str, default: tuple[int, ...], n_layers: int) -> tuple[int, ...]:
        """One number per layer; a single one stands for all layers."""
        value = self._get(key)
        if value is None:
            return default
        numbers = value if isinstance(value, tuple) else (value,) * n_layers
        if len(numbers) < n_layers or not all(
            type(one) is int and 0 <= one <= 65_536 for one in numbers
        ):
            raise self.impossible(key, value)
        return tuple(int(one) for one in numbers[:n_layers] if not isinstance(one, str | LongArray))

    def check_finite(self, key: str) -> None:
        """llama.cpp aborts at the first token over an epsilon that is NaN or negative."""
        value = self._get(key)
        if value is not None and not (isinstance(value, float) and 0 <= value < math.inf):
            raise self.impossible(key, value)

    def list_length(self, key: str) -> int:
        """The number of entries of a list; 0 when there is none."""
        value = self._get(key)
        if isinstance(value, LongArray):
            return value.count
        return len(value) if isinstance(value, tuple) else 0

    def impossible(self, key: str, value: object) -> FileDamaged:
        """The error for a value that cannot be."""
        return self.damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: “{key}” cannot be {value}."),
            key=self._full(key),
            value=plain(str(value), 40),
        )

    def damaged(self, message: str, **values: object) -> FileDamaged:
        """FileDamaged with the file's name."""
        return FileDamaged(message, AGAIN, "", file=file_name(self.header.path), **values)

    def unsupported(self, message: str, hint: str, **values: object) -> Unsupported:
        """Unsupported with the file's name."""
        return Unsupported(message, hint, "", file=file_name(self.header.path), **values)
