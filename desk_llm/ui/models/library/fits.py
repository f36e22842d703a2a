"""Where every listed model would run now: planned on a worker, a few at a time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from desk_llm.models.fit.types import Fit, Free
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.models.load.resolve import Wanted, resolve

_AT_ONCE = 20  # some milliseconds; others get a turn in between
_SAME = 0.03  # of the memory: less is no reason to judge everything again


class FitFeed(QObject):
    """`look` again whenever the list or the free memory may have changed."""

    found = Signal(object)  # dict[str, Fit], by the ids of files

    def __init__(self, services: Services, owner: QObject) -> None:
        super().__init__(owner)
        self._services = services
        self._round = 0
        self._judged: dict[str, ModelFile] = {}
        self._free = -1

    def look(self, files: Sequence[ModelFile]) -> None:
        """Judge these, the first of them first."""
        self._round += 1
        number = self._round
        todo = [file for file in files if file.info is not None and file.problem is None]

        def on_free(free: Free) -> None:
            if number == self._round:
                self._next(number, self._unknown(todo, free))

        bridge.run(self._services.fit.free_now, self).then(on_free)

    def _unknown(self, files: list[ModelFile], free: Free) -> list[ModelFile]:
        """Those whose verdict may be another than the one that was told."""
        total = free.ram + sum(one.memory_free for one in free.devices)
        if abs(total - self._free) > _SAME * max(total, self._free):
            self._free = total
            self._judged = {}
        return [file for file in files if self._judged.get(file.id) != file]

    def _next(self, number: int, todo: list[ModelFile]) -> None:
        if number != self._round or not todo:
            return
        now, rest = todo[:_AT_ONCE], todo[_AT_ONCE:]

        def on_found(fits: dict[str, Fit]) -> None:
            if number == self._round:
                self._judged |= {file.id: file for file in now}
                self.found.emit(fits)
                self._next(number, rest)

        bridge.run(lambda: self._judge(now), self).then(on_found)

    def _judge(self, files: list[ModelFile]) -> dict[str, Fit]:
        settings = self._services.settings.current.engine
        presets, fit = self._services.core.presets, self._services.fit
        return {
            file.id: resolve(Wanted(file, settings, presets.get(file.id)), fit).fit
            for file in files
        }
