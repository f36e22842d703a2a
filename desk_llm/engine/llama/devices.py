"""The devices that this build of ggml can use."""

from __future__ import annotations

import ctypes as c

from desk_llm.engine.llama.library import ggml
from desk_llm.engine.types import DeviceInfo

_dev_count = ggml("ggml_backend_dev_count", c.c_size_t)
_dev_get = ggml("ggml_backend_dev_get", c.c_void_p, c.c_size_t)
_dev_name = ggml("ggml_backend_dev_name", c.c_char_p, c.c_void_p)
_dev_description = ggml("ggml_backend_dev_description", c.c_char_p, c.c_void_p)
_dev_type = ggml("ggml_backend_dev_type", c.c_int, c.c_void_p)
_dev_reg = ggml("ggml_backend_dev_backend_reg", c.c_void_p, c.c_void_p)
_reg_name = ggml("ggml_backend_reg_name", c.c_char_p, c.c_void_p)
_dev_memory = ggml(
    "ggml_backend_dev_memory", None, c.c_void_p, c.POINTER(c.c_size_t), c.POINTER(c.c_size_t)
)
_cpu_buffer_type = ggml("ggml_backend_cpu_buffer_type", c.c_void_p)
_DEVICE_TYPES_GPU = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU, _IGPU


def gpu_devices() -> tuple[DeviceInfo, ...]:
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


def cpu_buffer_type() -> int:
    """The plain RAM buffer type, for tensors that must not go to a GPU."""
    pointer: int = _cpu_buffer_type()
    return pointer
