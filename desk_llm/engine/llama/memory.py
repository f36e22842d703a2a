"""Who needs how much memory, read from the lines in which llama.cpp says it.

    load_tensors:   CPU_Mapped model buffer size =   373.71 MiB
    load_tensors: layer  11 assigned to device CUDA0, is_swa = 0
    llama_adapter_lora_init_impl:        CPU LoRA buffer size =     0.13 MiB
    llama_kv_cache: layer   0: dev = CUDA0
    llama_kv_cache:      CUDA0 KV buffer size =    12.00 MiB
    llama_kv_cache: size =   12.00 MiB (  1024 cells,  24 layers,  4/1 seqs), K (f16): ...
    sched_reserve:        CPU compute buffer size =    36.51 MiB

There is no C function for it: llama_get_memory_breakdown returns a std::map.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Sequence

from desk_llm.engine.types import MemoryUse

MIB = 1 << 20
CPU = "CPU"
_BUFFER = re.compile(r"(\S+)\s+(model|LoRA|KV|RS|compute|output) buffer size =\s+([\d.]+) MiB")
_OF_THE_MODEL = {"model", "LoRA"}
_ASSIGNED = re.compile(r"layer\s+(\d+) assigned to device ([^,]+)")
_CACHED = re.compile(r"(?:kv_cache|memory_recurrent)[^:,]*[:,] layer\s+\d+: dev = (\S+)")
_CACHE_SIZE = re.compile(r"llama_kv_cache\S*: size =\s+([\d.]+) MiB")
_RECURRENT_SIZE = re.compile(r"llama_memory_recurrent: size =\s+([\d.]+) MiB")


class MemoryLog:
    """Give it every line (`library.listening(log.add)`) of one load and one context."""

    def __init__(self, gpus: Sequence[str] = ()) -> None:
        self._gpus = gpus
        self._buffers: dict[tuple[str, str], float] = collections.defaultdict(float)
        self._assigned: dict[int, str] = {}
        self._layers_of_cache: collections.Counter[str] = collections.Counter()
        self._cache: dict[str, float] = collections.defaultdict(float)  # per device, MiB

    def add(self, line: str) -> None:
        """A line of the log."""
        if found := _BUFFER.search(line):
            self._buffers[self._device(found[1]), found[2]] += float(found[3])
        elif found := _ASSIGNED.search(line):
            self._assigned[int(found[1])] = self._device(found[2])
        elif found := _CACHED.search(line):
            self._layers_of_cache[self._device(found[1])] += 1
        elif found := _CACHE_SIZE.search(line) or _RECURRENT_SIZE.search(line):
            self._share_out(float(found[1]))

    def new_context(self) -> None:
        """Forget the buffers of the context before; the model stays."""
        self._buffers = collections.defaultdict(
            float, {key: size for key, size in self._buffers.items() if key[1] in _OF_THE_MODEL}
        )
        self._cache.clear()
        self._layers_of_cache.clear()

    @property
    def layers(self) -> tuple[str, ...]:
        """The device of every layer; the last one is the output layer."""
        return tuple(self._assigned[n] for n in sorted(self._assigned))

    def used(self) -> tuple[MemoryUse, ...]:
        """What was allocated."""
        return self._by_device("KV", "RS")

    def simulated(self) -> tuple[MemoryUse, ...]:
        """What a context without memory would take; the weights are left out.

        Without memory, buffers of weights and KV print 0.00: the cache says its size elsewhere.
        """
        return self._by_device()

    def _by_device(self, *cache_buffers: str) -> tuple[MemoryUse, ...]:
        buffers, cache = self._buffers, self._cache
        names = {device for device, _kind in buffers} | set(cache) | set(self._assigned.values())
        # RAM last: the GPUs are what one looks at.
        return tuple(
            MemoryUse(
                device=name,
                weights=_bytes(buffers[name, "model"] + buffers[name, "LoRA"]),
                kv_cache=_bytes(
                    sum(buffers[name, kind] for kind in cache_buffers)
                    if cache_buffers
                    else cache[name]
                ),
                compute=_bytes(buffers[name, "compute"] + buffers[name, "output"]),
            )
            for name in sorted(names, key=lambda name: (name == CPU, name))
        )

    def _share_out(self, size: float) -> None:
        """A cache lies where its layers are; they are of one size."""
        layers = self._layers_of_cache.total()
        for device, count in self._layers_of_cache.items():
            self._cache[device] += size * count / layers
        self._layers_of_cache.clear()

    def _device(self, buffer: str) -> str:
        """CUDA0 and MTL0_Mapped are GPUs; CPU_Mapped, CPU_REPACK, AMX and CUDA_Host are RAM."""
        for name in self._gpus:
            if buffer == name or buffer.startswith(f"{name}_"):
                return name
        return CPU


def _bytes(mib: float) -> int:
    return round(mib * MIB)
