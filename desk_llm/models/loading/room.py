"""Room: what memory is free, and whose turn it is to give some back."""

from __future__ import annotations

import logging
from collections.abc import Callable

from desk_llm.engine.engine import Engine
from desk_llm.models.fit.formula import MemoryNeed
from desk_llm.models.fit.free import free_memory
from desk_llm.models.loading.plan import FreeMemory, shortage
from desk_llm.models.loading.resident import Resident

log = logging.getLogger("desk.models")


class Room:
    """For the loader's thread; `drop` frees one model."""

    def __init__(
        self,
        engine: Engine,
        resident: Resident,
        free_ram: Callable[[], int],
        drop: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._resident = resident
        self._free_ram = free_ram
        self._drop = drop

    def free(self) -> FreeMemory:
        """Now. Mapped weights count as free to the system, but not to those who need them."""
        return free_memory(self._free_ram(), self._engine.stats().devices, self._resident.all)

    def make(self, need: MemoryNeed, wait: Callable[[str], None]) -> FreeMemory:
        """Free what nobody uses, the least recently used first, until `need` fits.

        Models that write replies are waited for where that helps: `wait` gets their names.
        """
        self._engine.start()
        # The engine measures the free memory of its devices at every unload, even of nothing.
        self._engine.unload("").result()
        while True:
            free = self.free()
            missing = shortage(need, free)
            if missing <= 0:
                return free
            victim = self._resident.least_used_idle()
            if victim is not None:
                log.info("%s makes room", victim)
                self._drop(victim)
                continue
            needed = self._resident.needed()
            if sum(one.size for one in needed) < missing:
                return free
            wait(", ".join(one.file.name for one in needed))
