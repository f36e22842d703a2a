"""GPUs and back ends of this engine build, and the number of threads to compute with."""

from __future__ import annotations

import psutil

from desk_llm.engine.llama import devices
from desk_llm.engine.types import DeviceInfo


def gpu_devices() -> tuple[DeviceInfo, ...]:
    """The GPUs this build can use; empty on a CPU build. Engine thread only."""
    return devices.devices()


# A small model's step is shorter than what its hundreds of barriers cost: the 4 M-parameter test
# model makes 2,900 tokens/s on one thread, and 3 on two threads when other programs want a core.
SMALL_MODEL_BYTES = 64 << 20


def default_threads(model_bytes: int) -> int:
    """One per physical core: hyper-threads share the vector units and only add overhead."""
    if model_bytes < SMALL_MODEL_BYTES:
        return 1
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
