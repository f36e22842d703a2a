"""Event[T]: thread-safe news without Qt; listeners run on the emitting thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger("desk.events")


class Event(Generic[T]):
    """A list of listeners. The window wraps its own with `ui.bridge.on_gui`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[T], None], ...] = ()

    def connect(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Call `listener` at every emit; returns a function that disconnects it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def disconnect() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return disconnect

    def emit(self, value: T) -> None:
        """Tell every listener; one that fails is logged and does not stop the others."""
        for listener in self._listeners:
            try:
                listener(value)
            except Exception:
                log.exception("listener %r failed", listener)
