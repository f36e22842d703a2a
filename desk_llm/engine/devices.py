"""GPUs and back ends of this engine build."""

from __future__ import annotations

from desk_llm.engine.llama import devices
from desk_llm.engine.types import DeviceInfo


def gpu_devices() -> tuple[DeviceInfo, ...]:
    """The GPUs this build can use; empty on a CPU build. Engine thread only."""
    return devices.devices()
