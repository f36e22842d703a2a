"""Where the weights of a file would go, and how large they are there, without loading them.

A load without memory says nothing of the weights, so this asks what llama.cpp asks: for every
tensor, may the repacked buffers of the CPU hold it (ggml_backend_dev_supports_op on a made-up
operation, see weight_buft_supported in llama-model-loader.cpp)? What is left lies in the mapped
file, and counts from the first to the last such tensor, gaps included, as llama.cpp counts it.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes as c
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from desk_llm.engine.llama.library import ggml
from desk_llm.engine.types import LoadParams

CPU = "CPU"
_CPU_TYPE = 0  # GGML_BACKEND_DEVICE_TYPE_CPU
_I32, _F32 = 26, 0
_ALIGNMENT = 32  # of the CPU's buffers; the GPUs' are wider, and still below a thousandth
_MAX_TENSORS = 1 << 16
_LAYER = re.compile(r"blk\.(\d+)\.")
_OUTPUT = re.compile(r"(output|cls|dense_\d|rope_freqs)\b|output_|enc\.output")
_EXPERTS = re.compile(r"\.ffn_(up|down|gate|gate_up)_(ch|)exps")
_ROWS = re.compile(r"(token_embd|per_layer_token_embd|position_embd|token_types)\.weight$")
_WITHOUT_LOGITS = (
    "bert",
    "embedding",
    "t5encoder",
    "wavtokenizer",
)  # nothing comes out but vectors
_PART = re.compile(r"^(.*)-00001-of-(\d{5})\.gguf$", re.IGNORECASE)


class _InitParams(c.Structure):
    _fields_ = (("mem_size", c.c_size_t), ("mem_buffer", c.c_void_p), ("no_alloc", c.c_bool))


class _FileParams(c.Structure):
    _fields_ = (("no_alloc", c.c_bool), ("context", c.c_void_p))


class _TensorHead(c.Structure):
    """The beginning of ggml_tensor: what must be set to ask for a buffer type."""

    _fields_ = (("type", c.c_int), ("buffer", c.c_void_p), ("ne", c.c_int64 * 4))


_Shape = c.c_int64 * 4
_QUANTS = (1, 2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 20, 23, 30, 39, 41)  # of those that are common
_ANY_MATRIX = (1024, 1024, 1, 1)
_open_file = ggml("gguf_init_from_file", c.c_void_p, c.c_char_p, _FileParams)
_close_file = ggml("gguf_free", None, c.c_void_p)
_n_tensors = ggml("gguf_get_n_tensors", c.c_int64, c.c_void_p)
_tensor_name = ggml("gguf_get_tensor_name", c.c_char_p, c.c_void_p, c.c_int64)
_tensor_offset = ggml("gguf_get_tensor_offset", c.c_size_t, c.c_void_p, c.c_int64)
_tensor_size = ggml("gguf_get_tensor_size", c.c_size_t, c.c_void_p, c.c_int64)
_tensor_type = ggml("gguf_get_tensor_type", c.c_int, c.c_void_p, c.c_int64)
_tensor_shape = ggml("gguf_get_tensor_ne", c.POINTER(_Shape), c.c_void_p, c.c_int64)
_init = ggml("ggml_init", c.c_void_p, _InitParams)
_free = ggml("ggml_free", None, c.c_void_p)
_new = ggml("ggml_new_tensor", c.c_void_p, c.c_void_p, c.c_int, c.c_int, c.POINTER(c.c_int64))
_mul_mat = ggml("ggml_mul_mat", c.c_void_p, c.c_void_p, c.c_void_p, c.c_void_p)
_mul_mat_id = ggml("ggml_mul_mat_id", c.c_void_p, *([c.c_void_p] * 4))
_device_by_type = ggml("ggml_backend_dev_by_type", c.c_void_p, c.c_int)
_registry = ggml("ggml_backend_dev_backend_reg", c.c_void_p, c.c_void_p)
_function = ggml("ggml_backend_reg_get_proc_address", c.c_void_p, c.c_void_p, c.c_char_p)
_allocate = ggml("ggml_backend_buft_alloc_buffer", c.c_void_p, c.c_void_p, c.c_size_t)
_release = ggml("ggml_backend_buffer_free", None, c.c_void_p)
_supports = ggml("ggml_backend_dev_supports_op", c.c_bool, c.c_void_p, c.c_void_p)
_size_there = ggml("ggml_backend_buft_get_alloc_size", c.c_size_t, c.c_void_p, c.c_void_p)


@dataclass(frozen=True, slots=True)
class FileTensor:
    """One tensor of a file; `part` counts the files of a split model."""

    name: str
    type: int
    shape: tuple[int, ...]
    offset: int
    size: int
    part: int


def read_tensors(path: str) -> list[FileTensor]:
    """All tensors of a model; also of the other parts that lie beside a first part."""
    return [
        tensor for number, part in enumerate(_parts(path)) for tensor in _tensors_of(part, number)
    ]


def _parts(path: str) -> list[str]:
    split = _PART.match(os.path.basename(path))
    if split is None:
        return [path]
    stem, count = split[1], int(split[2])
    folder = Path(path).parent
    return [str(folder / f"{stem}-{n:05}-of-{count:05}.gguf") for n in range(1, count + 1)]


def _tensors_of(path: str, part: int) -> Iterator[FileTensor]:
    file = _open_file(os.fsencode(path), _FileParams(True, None))
    if not file:
        return
    try:
        for n in range(min(_n_tensors(file), _MAX_TENSORS)):
            yield FileTensor(
                name=_tensor_name(file, n).decode("utf-8", "replace"),
                type=_tensor_type(file, n),
                shape=tuple(_tensor_shape(file, n).contents),
                offset=_tensor_offset(file, n),
                size=_tensor_size(file, n),
                part=part,
            )
    finally:
        _close_file(file)


def weights_by_device(
    tensors: Sequence[FileTensor], layers: Sequence[str], params: LoadParams, architecture: str
) -> dict[str, int]:
    """Bytes of weights per device. `layers`: the device of every layer, the output's last."""
    has_output = not any(word in architecture for word in _WITHOUT_LOGITS)
    has_gpu = any(device != CPU for device in layers)
    # With a GPU, its pinned memory comes before the repacked buffers in the CPU's list.
    extra = _ExtraBuffers(params.use_extra_bufts and not has_gpu)
    sizes: collections.Counter[str] = collections.Counter()
    plain: list[FileTensor] = []
    with extra.asking():
        for tensor in _with_output(tensors, has_output=has_output):
            device = _device_of(tensor, layers, params.n_cpu_moe)
            if device != CPU:
                sizes[device] += _padded(tensor.size)
            elif (there := extra.size_of(tensor)) is not None:
                sizes[CPU] += _padded(there)
            elif tensor.name != _TIED:  # it is in the mapped file already
                plain.append(tensor)
    sizes[CPU] += _mapped(plain) if params.use_mmap else sum(_padded(one.size) for one in plain)
    return dict(sizes)


def repacked_types(params: LoadParams) -> tuple[int, ...]:
    """The tensor types that this CPU keeps in a layout of its own, besides the file's."""
    extra = _ExtraBuffers(params.use_extra_bufts)
    with extra.asking():
        return tuple(
            kind
            for kind in _QUANTS
            if extra.size_of(FileTensor("any.weight", kind, _ANY_MATRIX, 0, 0, 0)) is not None
        )


_TIED = "output (tied)"


def _with_output(tensors: Sequence[FileTensor], *, has_output: bool) -> Iterator[FileTensor]:
    """An embedding that serves as output as well is loaded once more, where the output is."""
    yield from tensors
    names = {one.name for one in tensors}
    embedding = next((one for one in tensors if one.name == "token_embd.weight"), None)
    if has_output and embedding is not None and "output.weight" not in names:
        yield FileTensor(
            _TIED, embedding.type, embedding.shape, embedding.offset, embedding.size, embedding.part
        )


def _device_of(tensor: FileTensor, layers: Sequence[str], n_cpu_moe: int) -> str:
    found = _LAYER.match(tensor.name)
    if found is None:
        is_output = tensor.name == _TIED or _OUTPUT.match(tensor.name)
        return layers[-1] if layers and is_output else CPU
    number = int(found[1])
    if number < n_cpu_moe and _EXPERTS.search(tensor.name):
        return CPU
    return layers[number] if number < len(layers) - 1 else CPU


def _mapped(tensors: Sequence[FileTensor]) -> int:
    total = 0
    for part in {one.part for one in tensors}:
        here = [one for one in tensors if one.part == part]
        total += max(one.offset + one.size for one in here) - min(one.offset for one in here)
    return total


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


class _ExtraBuffers:
    """The CPU's buffer types for repacked weights, and whether they take a tensor."""

    def __init__(self, is_wanted: bool) -> None:
        self._device: int | None = _device_by_type(_CPU_TYPE) if is_wanted else None
        self._types = _extra_types(self._device) if self._device else []
        self._context: int | None = None
        self._known: dict[tuple[object, ...], int | None] = {}

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """The made-up tensors live this long."""
        if self._types:
            self._context = _init(_InitParams(16 << 20, None, True))
        try:
            yield
        finally:
            if self._context:
                _free(self._context)
            self._context = None

    def size_of(self, tensor: FileTensor) -> int | None:
        """Bytes of the repacked tensor; None when it is not repacked."""
        is_expert = bool(_EXPERTS.search(tensor.name))
        is_matrix = tensor.shape[1] > 1 and tensor.name.endswith((".weight", _TIED))
        if not self._context or not is_matrix or _ROWS.search(tensor.name):
            return None
        key = (tensor.type, tensor.shape, is_expert)
        if key not in self._known:
            self._known[key] = self._ask(tensor, is_expert)
        return self._known[key]

    def _ask(self, tensor: FileTensor, is_expert: bool) -> int | None:
        weight = self._tensor(tensor.type, tensor.shape)
        wide, _rows, deep, outer = tensor.shape
        if is_expert:
            rows, ids = self._tensor(_F32, (wide, 1, 512, 1)), self._tensor(_I32, (1, 512, 1, 1))
            operation = _mul_mat_id(self._context, weight, rows, ids)
        else:
            operation = _mul_mat(
                self._context, weight, self._tensor(_F32, (wide, 512, deep, outer))
            )
        head = _TensorHead.from_address(weight)
        for buffer_type in self._types:
            head.buffer = buffer = _allocate(buffer_type, 0)
            is_taken = _supports(self._device, operation)
            head.buffer = None
            _release(buffer)
            if is_taken:
                size: int = _size_there(buffer_type, weight)
                return size
        return None

    def _tensor(self, kind: int, shape: Sequence[int]) -> int:
        n_dims = max((n + 1 for n, size in enumerate(shape) if size > 1), default=1)
        pointer: int = _new(self._context, kind, n_dims, _Shape(*shape))
        return pointer


def _extra_types(device: int) -> list[int]:
    address = _function(_registry(device), b"ggml_backend_dev_get_extra_bufts")
    if not address:
        return []
    listed = c.CFUNCTYPE(c.POINTER(c.c_void_p), c.c_void_p)(address)(device)
    types: list[int] = []
    while listed and (pointer := listed[len(types)]):
        types.append(pointer)
    return types
