"""The binding: the only import of llama.cpp; typed, and checked for NULL and bounds.

Every function here may be called on the engine thread only, except `Vocab.tokenize`, which is
const in llama.cpp and runs on the prepare thread while the model is held (see model_runner.py).
"""

from __future__ import annotations

import collections
import ctypes as c
import importlib
import importlib.util
import logging
import math
import os
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from desk_llm.engine.types import DeviceInfo
from desk_llm.errors import QT_TRANSLATE_NOOP, LoadFailed, OutOfMemory, Unsupported

log = logging.getLogger("desk.engine.native")

MAX_TOKENIZE_BYTES = 64 << 20
MAX_N_CTX = 1 << 24  # beyond it the cell table alone takes minutes and gigabytes to make
MAX_SEQUENCES = 256  # LLAMA_MAX_SEQ: more makes llama.cpp refuse the context
KV_FULL, ABORTED = 1, 2  # positive results of llama_decode

# ggml forks a debugger for a backtrace when it aborts; a dying app must not wait for that.
os.environ.setdefault("GGML_NO_BACKTRACE", "1")


def _import_low_level() -> Any:
    """Import llama_cpp.llama_cpp without the package's `Llama` class.

    The package's __init__ pulls in numpy, jinja2 and diskcache: 22 MB and 0.2 s that this
    engine never uses. An empty parent module with the right search path avoids it.
    """
    if "llama_cpp" not in sys.modules:
        spec = importlib.util.find_spec("llama_cpp")
        if spec is None or spec.submodule_search_locations is None:
            raise LoadFailed(
                QT_TRANSLATE_NOOP("errors", "The engine (llama.cpp) is not installed."),
                QT_TRANSLATE_NOOP("errors", "Run “python3 run.py” once to build it."),
            )
        parent = types.ModuleType("llama_cpp")
        parent.__path__ = list(spec.submodule_search_locations)
        sys.modules["llama_cpp"] = parent
    return importlib.import_module("llama_cpp.llama_cpp")


L: Any = _import_low_level()

# ── the log of llama.cpp ──────────────────────────────────────────────────

# What llama.cpp calls an error is a refused file here: the DeskError that follows says it.
_LEVELS = {1: logging.DEBUG, 2: logging.DEBUG, 3: logging.INFO, 4: logging.WARNING}
_problems: collections.deque[str] = collections.deque(maxlen=20)
_last_level = logging.DEBUG


@L.llama_log_callback  # type: ignore[untyped-decorator]
def _on_native_log(level: int, text: bytes, _user_data: object) -> None:
    global _last_level  # noqa: PLW0603  level 5 continues the line before it
    if level != 5:
        _last_level = _LEVELS.get(level, logging.DEBUG)
    line = text.decode("utf-8", "replace").strip()
    if not line or line == ".":
        return
    if _last_level >= logging.INFO:
        _problems.append(line)
    log.log(_last_level, "%s", line)


L.llama_log_set(_on_native_log, None)
L.llama_backend_init()


def recent_problems() -> str:
    """The native warnings and errors since the last call, one per line."""
    text = "\n".join(_problems)
    _problems.clear()
    return text


# ── devices ───────────────────────────────────────────────────────────────


def _ggml(name: str, restype: Any, *argtypes: Any) -> Any:
    """A ggml function through libllama's handle.

    dlsym follows the dependencies of libllama. Opening libggml by its own path would load a
    second ggml with its own, empty registry (seen on Linux); Windows has no such lookup.
    """
    try:
        function = getattr(L._lib, name)
    except AttributeError:
        folder = os.path.join(os.path.dirname(L.__file__), "lib")
        names = ("ggml-base.dll", "ggml.dll")
        dll = next(d for n in names if hasattr(d := c.CDLL(os.path.join(folder, n)), name))
        function = getattr(dll, name)
    function.restype, function.argtypes = restype, list(argtypes)
    return function


_dev_count = _ggml("ggml_backend_dev_count", c.c_size_t)
_dev_get = _ggml("ggml_backend_dev_get", c.c_void_p, c.c_size_t)
_dev_name = _ggml("ggml_backend_dev_name", c.c_char_p, c.c_void_p)
_dev_description = _ggml("ggml_backend_dev_description", c.c_char_p, c.c_void_p)
_dev_type = _ggml("ggml_backend_dev_type", c.c_int, c.c_void_p)
_dev_reg = _ggml("ggml_backend_dev_backend_reg", c.c_void_p, c.c_void_p)
_reg_name = _ggml("ggml_backend_reg_name", c.c_char_p, c.c_void_p)
_dev_memory = _ggml(
    "ggml_backend_dev_memory", None, c.c_void_p, c.POINTER(c.c_size_t), c.POINTER(c.c_size_t)
)
_DEVICE_TYPES_GPU = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU, _IGPU


def devices() -> tuple[DeviceInfo, ...]:
    """The GPUs that this build of the engine can use, with their memory now."""
    found = []
    for index in range(_dev_count()):
        device = _dev_get(index)
        if _dev_type(device) not in _DEVICE_TYPES_GPU:
            continue
        free, total = c.c_size_t(), c.c_size_t()
        _dev_memory(device, c.byref(free), c.byref(total))
        found.append(
            DeviceInfo(
                name=_dev_name(device).decode(),
                description=_dev_description(device).decode("utf-8", "replace"),
                backend=_reg_name(_dev_reg(device)).decode(),
                memory_total=total.value,
                memory_free=free.value,
            )
        )
    return tuple(found)


# ── vocabulary ────────────────────────────────────────────────────────────


class Vocab:
    """Text to token ids and back."""

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer
        self.n_tokens: int = L.llama_vocab_n_tokens(pointer)
        self.bos_text = self._text(L.llama_vocab_bos(pointer))
        self.eos_text = self._text(L.llama_vocab_eos(pointer))
        self._pieces: dict[int, bytes] = {}
        self._is_eog: dict[int, bool] = {}
        self._eog: list[int] | None = None
        self._buffer = c.create_string_buffer(512)

    def _text(self, token: int) -> str:
        if not 0 <= token < self.n_tokens:
            return ""
        raw: bytes = L.llama_vocab_get_text(self._pointer, token) or b""
        return raw.decode("utf-8", "replace")

    def control_texts(self) -> tuple[str, ...]:
        """The spellings that `parse_special` would turn into control tokens, longest first."""
        control, attr, vocab = L.LLAMA_TOKEN_ATTR_CONTROL, L.llama_vocab_get_attr, self._pointer
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
                self._pointer, raw, len(raw), out, room, add_special, parse_special
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
        buffer = self._buffer
        n = L.llama_token_to_piece(self._pointer, token, buffer, len(buffer), 0, False)
        if n < 0:
            buffer = c.create_string_buffer(-n)
            n = L.llama_token_to_piece(self._pointer, token, buffer, -n, 0, False)
        return buffer.raw[: max(n, 0)]

    def is_eog(self, token: int) -> bool:
        """True for the tokens that end a reply."""
        known = self._is_eog.get(token)
        if known is None:
            known = self._is_eog[token] = bool(L.llama_vocab_is_eog(self._pointer, token))
        return known

    def eog_tokens(self) -> list[int]:
        """All tokens that end a reply; the first call walks the vocabulary (40 ms at 152k)."""
        if self._eog is None:
            is_eog, vocab = L.llama_vocab_is_eog, self._pointer
            self._eog = [t for t in range(self.n_tokens) if is_eog(vocab, t)]
        return self._eog


# ── model ─────────────────────────────────────────────────────────────────


class Model:
    """A loaded model file. Raises LoadFailed or OutOfMemory; `free` it exactly once."""

    def __init__(
        self,
        path: str,
        *,
        n_gpu_layers: int,
        use_mmap: bool,
        on_progress: Callable[[float], bool] | None,
    ) -> None:
        params = L.llama_model_default_params()
        params.n_gpu_layers = n_gpu_layers
        params.load_mode = L.LLAMA_LOAD_MODE_MMAP if use_mmap else L.LLAMA_LOAD_MODE_NONE
        callback = L.llama_progress_callback(
            lambda progress, _data: on_progress is None or on_progress(progress)
        )
        params.progress_callback = callback
        recent_problems()
        self.pointer: int = L.llama_model_load_from_file(os.fsencode(path), params)
        if not self.pointer:
            raise _load_error(path, recent_problems())
        self.vocab = Vocab(L.llama_model_get_vocab(self.pointer))
        self.n_layers: int = L.llama_model_n_layer(self.pointer)
        self.n_ctx_train: int = L.llama_model_n_ctx_train(self.pointer)
        self.n_params: int = L.llama_model_n_params(self.pointer)
        self.size_bytes: int = L.llama_model_size(self.pointer)
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
            L.llama_model_free(self.pointer)
            self.pointer = 0


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


# ── context ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ContextParams:
    """What a context is made with."""

    n_ctx: int
    n_seq_max: int
    n_batch: int
    n_threads: int
    flash_attn: bool | None = None


class Context:
    """KV cache and compute buffers of a model, with one reusable batch of `n_batch` rows."""

    def __init__(self, model: Model, params: ContextParams) -> None:
        wanted = L.llama_context_default_params()
        wanted.n_ctx = params.n_ctx
        wanted.n_batch = max(1, params.n_batch)  # 0 aborts the process
        wanted.n_ubatch = min(wanted.n_batch, 512)
        wanted.n_seq_max = min(max(1, params.n_seq_max), MAX_SEQUENCES)
        # 0 would reserve logits for a whole ubatch: 297 of 300 MiB with a vocabulary of 152k.
        wanted.n_outputs_max = wanted.n_seq_max
        wanted.n_threads = wanted.n_threads_batch = max(1, params.n_threads)
        wanted.kv_unified = True  # prefixes are shared between sequences without a copy
        wanted.no_perf = True
        wanted.flash_attn_type = (
            L.LLAMA_FLASH_ATTN_TYPE_AUTO if params.flash_attn is None else int(params.flash_attn)
        )
        recent_problems()
        self.pointer: int = 0
        if params.n_ctx <= MAX_N_CTX:
            self.pointer = L.llama_init_from_model(model.pointer, wanted)
        if not self.pointer:
            raise OutOfMemory(
                QT_TRANSLATE_NOOP(
                    "errors", "There is not enough memory for a context of {n_ctx} tokens."
                ),
                QT_TRANSLATE_NOOP("errors", "Choose a shorter context or fewer GPU layers."),
                recent_problems(),
                n_ctx=params.n_ctx,
            )
        self._memory: int | None = L.llama_get_memory(self.pointer)
        if not self._memory:
            self.free()
            raise Unsupported(
                QT_TRANSLATE_NOOP("errors", "This model makes embeddings: it cannot chat."),
                QT_TRANSLATE_NOOP("errors", "Choose a chat model."),
            )
        self.n_ctx: int = L.llama_n_ctx(self.pointer)
        self.n_batch: int = L.llama_n_batch(self.pointer)
        self._n_vocab = model.vocab.n_tokens
        self._n_seq_max: int = wanted.n_seq_max
        self._make_batch()
        self._make_abort_flag()

    def _make_batch(self) -> None:
        rows = self.n_batch
        self.tokens: Any = (c.c_int32 * rows)()
        self.positions: Any = (c.c_int32 * rows)()
        self.outputs: Any = (c.c_int8 * rows)()
        self._seq_counts = (c.c_int32 * rows)(*([1] * rows))
        self._seq_ids = [(c.c_int32 * 1)(i) for i in range(self._n_seq_max)]
        # Pointers as plain integers: assigning an int is far cheaper than a ctypes pointer.
        self.sequences: Any = (c.c_size_t * rows)()
        self.sequence_address = [c.addressof(one) for one in self._seq_ids]
        int32_p = c.POINTER(c.c_int32)
        self._batch = L.llama_batch(
            0,
            c.cast(self.tokens, int32_p),
            None,
            c.cast(self.positions, int32_p),
            c.cast(self._seq_counts, int32_p),
            c.cast(self.sequences, c.POINTER(int32_p)),
            c.cast(self.outputs, c.POINTER(c.c_int8)),
        )

    def _make_abort_flag(self) -> None:
        """ggml polls the callback 485 times a step: a Python callback costs 94 % of the speed.

        libc's strlen on an 8-byte buffer is the callback instead: no GIL, no Python frame, and
        writing one byte makes it non-zero. Only the CPU back end polls it.
        """
        self._abort_flag = (c.c_char * 8)()
        libc = c.CDLL("ucrtbase" if os.name == "nt" else None)
        self._abort_callback = c.cast(libc.strlen, L.ggml_abort_callback)
        L.llama_set_abort_callback(
            self.pointer, self._abort_callback, c.cast(self._abort_flag, c.c_void_p)
        )

    def request_abort(self) -> None:
        """Make the running `decode` return ABORTED within milliseconds. Any thread."""
        self._abort_flag[0] = b"\x01"

    def decode(self, n_rows: int) -> int:
        """Compute the first `n_rows` of the batch; 0, KV_FULL, ABORTED, or negative."""
        if not 0 < n_rows <= self.n_batch:  # more than n_batch aborts the process
            raise ValueError(n_rows)
        batch = self._batch
        batch.n_tokens = n_rows
        result: int = L.llama_decode(self.pointer, batch)
        if result == ABORTED:
            self._abort_flag[0] = b"\x00"
        return result

    def keep_prefix(self, sequence: int, n_tokens: int) -> bool:
        """Forget everything of a sequence behind `n_tokens`; False when the model cannot."""
        return bool(L.llama_memory_seq_rm(self._memory, sequence, n_tokens, -1))

    def share_prefix(self, source: int, target: int, n_tokens: int) -> bool:
        """Let `target` hold the first `n_tokens` of `source`, without a copy; else nothing."""
        L.llama_memory_seq_rm(self._memory, target, -1, -1)
        L.llama_memory_seq_cp(self._memory, source, target, 0, n_tokens)
        if L.llama_memory_seq_pos_max(self._memory, target) == n_tokens - 1:
            return True
        # A recurrent state has no beginning to share: all of it was copied.
        L.llama_memory_seq_rm(self._memory, target, -1, -1)
        return False

    def logits_are_finite(self, row: int) -> bool:
        """False when the weights produce NaN or infinity. `row` must have been an output."""
        logits = L.llama_get_logits_ith(self.pointer, row)
        return bool(logits) and all(map(math.isfinite, logits[: self._n_vocab]))

    def free(self) -> None:
        """Give the memory back; before the model's."""
        if self.pointer:
            L.llama_free(self.pointer)
            self.pointer = 0


# ── sampling ──────────────────────────────────────────────────────────────


class SamplerChain:
    """A chain of native samplers: logits in, one token out, accepted into its state."""

    def __init__(self) -> None:
        params = L.llama_sampler_chain_default_params()
        params.no_perf = True
        self._pointer: int = L.llama_sampler_chain_init(params)

    def _add(self, sampler: int | None) -> None:
        if not sampler:  # a NULL inside the chain would crash at the first token
            raise Unsupported(QT_TRANSLATE_NOOP("errors", "The engine refused a sampling setting."))
        L.llama_sampler_chain_add(self._pointer, sampler)

    def add_logit_bias(self, n_vocab: int, bias: Sequence[tuple[int, float]]) -> None:
        """Add a number to the logits of single tokens."""
        pairs = [L.llama_logit_bias(t, b) for t, b in bias if 0 <= t < n_vocab]
        array = (L.llama_logit_bias * len(pairs))(*pairs)
        self._add(L.llama_sampler_init_logit_bias(n_vocab, len(pairs), array))

    def add_penalties(self, n_vocab: int, last_n: int, repeat: float) -> None:
        """Make the tokens of the last `last_n` less likely."""
        self._add(L.llama_sampler_init_penalties(n_vocab, last_n, repeat, 0.0, 0.0))

    def add_top_k(self, k: int) -> None:
        """Keep the k likeliest."""
        self._add(L.llama_sampler_init_top_k(k))

    def add_top_p(self, p: float) -> None:
        """Keep the likeliest that together reach p."""
        self._add(L.llama_sampler_init_top_p(p, 1))

    def add_min_p(self, p: float) -> None:
        """Keep those at least p times as likely as the likeliest."""
        self._add(L.llama_sampler_init_min_p(p, 1))

    def add_temperature_and_draw(self, temperature: float, seed: int) -> None:
        """Scale, then draw by probability."""
        self._add(L.llama_sampler_init_temp(temperature))
        self._add(L.llama_sampler_init_dist(seed & 0xFFFFFFFF))

    def add_greedy(self) -> None:
        """Take the likeliest."""
        self._add(L.llama_sampler_init_greedy())

    def accept(self, token: int) -> None:
        """Tell penalties about a token of the prompt."""
        L.llama_sampler_accept(self._pointer, token)

    def sample(self, context: Context, row: int) -> int:
        """Choose from the logits of an output row, and accept the choice."""
        token: int = L.llama_sampler_sample(self._pointer, context.pointer, row)
        return token

    def free(self) -> None:
        """Free the chain and its samplers."""
        if self._pointer:
            L.llama_sampler_free(self._pointer)
            self._pointer = 0
