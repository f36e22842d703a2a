"""Where every listed model would run now: computed on a worker, a few hundred at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desk_llm.models.fit.types import Fit, Free
from desk_llm.models.types import ModelFile
from desk_llm.ui import bridge

if TYPE_CHECKING:
    from desk_llm.models.fit.service import FitService

_AT_ONCE = 100  # some milliseconds; the worker lets others in between


class FitFeed(QObject):
    """`look` starts anew with other files or another free memory."""

    found = Signal(object)  # dict[str, Fit], by the ids of files

    def __init__(self, service: FitService, owner: QObject) -> None:
        super().__init__(owner)
        self._service = service
        self._round = 0

    def look(self, files: Sequence[ModelFile]) -> None:
        """Judge these, the first of them first."""
        self._round += 1
        todo = [file for file in files if file.info is not None]
        if todo:
            number = self._round
            task = bridge.run(self._service.free_now, self)
            task.then(lambda free: self._next(number, todo, free))

    def _next(self, number: int, todo: list[ModelFile], free: Free) -> None:
        if number != self._round or not todo:
            return
        now, rest = todo[:_AT_ONCE], todo[_AT_ONCE:]

        def on_found(fits: dict[str, Fit]) -> None:
            if number == self._round:
                self.found.emit(fits)
                self._next(number, rest, free)

        bridge.run(lambda: self._judge(now, free), self).then(on_found)

    def _judge(self, files: list[ModelFile], free: Free) -> dict[str, Fit]:
        judged = {}
        for file in files:
            judged[file.id] = self._service.quick(file, self._service.params(file), free)
        return judged
