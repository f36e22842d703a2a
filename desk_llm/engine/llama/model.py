"""A loaded model file."""

from __future__ import annotations

import ctypes as c
import math
import os
from collections.abc import Callable
from typing import Any

from desk_llm.engine.llama.devices import cpu_buffer_type
from desk_llm.engine.llama.library import L, recent_problems
from desk_llm.engine.llama.vocab import Vocab
from desk_llm.engine.types import LoadParams
from desk_llm.errors import QT_TRANSLATE_NOOP, LoadFailed, OutOfMemory, Unsupported

MAX_DEVICES = int(L.llama_max_devices())
MAX_LAYERS = 512


class Model:
    """A loaded model file. Raises LoadFailed or OutOfMemory; `free` it exactly once.

    With `no_alloc` it has no weights: contexts made with it only tell what they would need.
    """

    def __init__(
        self,
        load: LoadParams,
        on_progress: Callable[[float], bool] | None,
        *,
        no_alloc: bool = False,
    ) -> None:
        params = L.llama_model_default_params()
        params.n_gpu_layers = load.n_gpu_layers
        # no_alloc with a mapped file aborts the process.
        params.load_mode = L.LLAMA_LOAD_MODE_NONE if no_alloc else _load_mode(load)
        params.no_alloc = no_alloc
        params.use_extra_bufts = load.use_extra_bufts
        keep_alive = (_set_tensor_split(params, load), _set_expert_overrides(params, load))
        callback = L.llama_progress_callback(
            lambda progress, _data: on_progress is None or on_progress(progress)
        )
        params.progress_callback = callback
        recent_problems()
        self.pointer: int = L.llama_model_load_from_file(os.fsencode(load.path), params)
        del keep_alive
        if not self.pointer:
            raise _load_error(load.path, recent_problems())
        self.vocab = Vocab(L.llama_model_get_vocab(self.pointer))
        self.n_layers: int = L.llama_model_n_layer(self.pointer)
        self.n_ctx_train: int = L.llama_model_n_ctx_train(self.pointer)
        self.n_params: int = L.llama_model_n_params(self.pointer)
        self.size_bytes: int = L.llama_model_size(self.pointer)
        # A recurrent state has no tail to remove: guesses could not be taken back.
        self.can_drop_tail: bool = not (
            L.llama_model_is_recurrent(self.pointer) or L.llama_model_is_hybrid(self.pointer)
        )
        self.has_decoder: bool = L.llama_model_has_decoder(self.pointer)

    def metadata(self, key: str) -> str:
        """A metadata value as text; empty when the model has none."""
        size, name = 256, key.encode()
        while True:
            buffer = c.create_string_buffer(size)
            n = L.llama_model_meta_val_str(self.pointer, name, buffer, size)
            if n < size:
                return buffer.value.decode("utf-8", "replace") if n > 0 else ""
            size = n + 1

    def chat_template(self) -> str:
        """The Jinja source of the chat template; empty when the file has none."""
        raw: bytes | None = L.llama_model_chat_template(self.pointer, None)
        return raw.decode("utf-8", "replace") if raw else ""

    def free(self) -> None:
        """Give the memory back."""
        if self.pointer:
            self.vocab.free()
            L.llama_model_free(self.pointer)
            self.pointer = 0


def _load_mode(load: LoadParams) -> int:
    mode: int
    if load.use_mmap:
        mode = L.LLAMA_LOAD_MODE_MMAP_MLOCK if load.use_mlock else L.LLAMA_LOAD_MODE_MMAP
    else:
        mode = L.LLAMA_LOAD_MODE_MLOCK if load.use_mlock else L.LLAMA_LOAD_MODE_NONE
    return mode


def _set_tensor_split(params: Any, load: LoadParams) -> object:
    """llama.cpp reads one share per possible device; the array must outlive the load."""
    if not load.tensor_split:
        return None
    shares = load.tensor_split[:MAX_DEVICES]
    if not all(0.0 <= share < math.inf for share in shares):  # also NaN
        raise Unsupported(QT_TRANSLATE_NOOP("errors", "The engine refused a load parameter."))
    array = (c.c_float * MAX_DEVICES)(*shares)
    params.tensor_split = c.cast(array, c.POINTER(c.c_float))
    return array


class _Override(c.Structure):
    """llama_model_tensor_buft_override; the binding leaves the field a plain pointer."""

    _fields_ = (("pattern", c.c_char_p), ("buft", c.c_void_p))


def _set_expert_overrides(params: Any, load: LoadParams) -> object:
    """Keep the experts of the first `n_cpu_moe` layers in RAM (llama.cpp's --n-cpu-moe)."""
    if load.n_cpu_moe <= 0:
        return None
    cpu = cpu_buffer_type()
    overrides = [
        _Override(rf"blk\.{layer}\.ffn_(up|down|gate|gate_up)_(ch|)exps".encode(), cpu)
        for layer in range(min(load.n_cpu_moe, MAX_LAYERS))
    ]
    array = (_Override * (len(overrides) + 1))(*overrides)  # the last one stays NULL
    params.tensor_buft_overrides = c.cast(array, c.c_void_p)
    return array, overrides


_MEMORY_WORDS = ("out of memory", "failed to allocate", "alloc", "outofdevicememory")


def _load_error(path: str, problems: str) -> LoadFailed | OutOfMemory:
    name = os.path.basename(path)
    if any(word in problems.lower() for word in _MEMORY_WORDS):
        return OutOfMemory(
            QT_TRANSLATE_NOOP("errors", "There is not enough memory to load {name}."),
            QT_TRANSLATE_NOOP(
                "errors", "Choose a smaller quant, fewer GPU layers or a shorter context."
            ),
            problems,
            name=name,
        )
    return LoadFailed(
        QT_TRANSLATE_NOOP("errors", "The engine cannot load {name}."),
        QT_TRANSLATE_NOOP(
            "errors", "The file may be damaged or of a kind this engine does not know yet."
        ),
        problems,
        name=name,
    )
