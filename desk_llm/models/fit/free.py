"""What memory is free now: other programs counted, and what a replaced model gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from desk_llm.engine.types import DeviceInfo, MemoryUse
from desk_llm.models.fit.formula import CPU, on_device, total
from desk_llm.models.fit.types import Free
from desk_llm.models.types import LoadedModel


def available_ram() -> int:
    """Bytes that programs may still take; the file cache counts as free."""
    import psutil  # 10 ms that the start of the window does not need

    return int(psutil.virtual_memory().available)


def mapped(models: Sequence[LoadedModel]) -> int:
    """Bytes of RAM that count as free because they can be read from the files again."""
    return sum(
        min(one.file.size_bytes, on_device(one.memory, CPU).weights)
        for one in models
        if one.wanted.use_mmap and not one.wanted.use_mlock
    )


def free_memory(
    ram: int, devices: Sequence[DeviceInfo], loaded: Sequence[LoadedModel], replacing: str = ""
) -> Free:
    """`ram` and `devices` as the system tells them; `replacing` names a model that would go.

    Mapped weights count as free to the system, but not to the model that needs them.
    """
    going = [one for one in loaded if one.file.id == replacing]
    staying = [one for one in loaded if one.file.id != replacing]
    back: tuple[MemoryUse, ...] = going[0].memory if going else ()
    ram += total(on_device(back, CPU)) - mapped(going)
    return Free(
        max(0, ram - mapped(staying)),
        tuple(
            replace(
                one,
                memory_free=min(
                    one.memory_total, one.memory_free + total(on_device(back, one.name))
                ),
            )
            for one in devices
        ),
    )
