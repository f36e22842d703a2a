"""Where every listed model would run now: judged one after the other between the window's work.

A verdict takes under a millisecond and no disk, so it is made on the window's own thread: a worker
that computes in Python for seconds would hold the window up at every call into Qt.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from desk_llm.models.fit.types import Fit, Free
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.models.load.resolve import Wanted, resolve

_SLICE_S = 0.002  # of the window's time, every
_EVERY_MS = 8
_TELL_S = 0.2
_SAME = 0.03  # of the memory: less is no reason to judge everything again


class FitFeed(QObject):
    """`look` again whenever the list or the free memory may have changed."""

    found = Signal(object)  # dict[str, Fit], by the ids of files

    def __init__(self, services: Services, owner: QObject) -> None:
        super().__init__(owner)
        self._services = services
        self._round = 0
        self._judged: dict[str, ModelFile] = {}
        self._todo: deque[ModelFile] = deque()
        self._fits: dict[str, Fit] = {}  # not told yet
        self._told_at = 0.0
        self._free = -1
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._step)

    def look(self, files: Sequence[ModelFile]) -> None:
        """Judge these, the first of them first."""
        self._round += 1
        number = self._round
        listed = [file for file in files if file.info is not None and file.problem is None]

        def on_free(free: Free) -> None:
            if number == self._round:
                self._todo = deque(self._unknown(listed, free))
                self._timer.start()

        bridge.run(self._services.fit.free_now, self).then(on_free)

    def stop(self) -> None:
        """Nobody sees it; `look` goes on where it stopped."""
        self._round += 1
        self._timer.stop()

    def _unknown(self, files: list[ModelFile], free: Free) -> list[ModelFile]:
        """Those whose verdict may be another than the one that was told."""
        total = free.ram + sum(one.memory_free for one in free.devices)
        if abs(total - self._free) > _SAME * max(total, self._free):
            self._free = total
            self._judged = {}
        return [file for file in files if self._judged.get(file.id) != file]

    def _step(self) -> None:
        started = time.perf_counter()
        while self._todo and time.perf_counter() - started < _SLICE_S:
            self._judge(self._todo.popleft())
        if not self._todo:
            self._timer.stop()
        if self._fits and (not self._todo or started - self._told_at > _TELL_S):
            self._told_at = started
            fits, self._fits = self._fits, {}
            self.found.emit(fits)

    def _judge(self, file: ModelFile) -> None:
        self._judged[file.id] = file
        preset = self._services.core.presets.get(file.id)
        wanted = Wanted(file, self._services.settings.current.engine, preset)
        if preset.adapters or preset.draft:  # their headers are read from the disk
            task = bridge.run(lambda: resolve(wanted, self._services.fit), self)
            task.then(lambda known: self.found.emit({file.id: known.fit}))
        else:
            self._fits[file.id] = resolve(wanted, self._services.fit).fit
