"""The real app, supervisor and all, that obeys a test and dies as it is told.

`python -m tests.helpers.crashing_app --profile DIR` is `desk-llm --profile DIR` with one thread
more: it reads commands from standard input and answers in JSON lines. See supervised.py.
"""

from __future__ import annotations

import ctypes
import functools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desk_llm.__main__ import main


def say(event: str, **facts: object) -> None:
    line = json.dumps({"event": event, "pid": os.getpid(), "t": time.monotonic(), **facts})
    os.write(1, f"{line}\n".encode())


class Death:
    """What the engine thread does at its next step (or load)."""

    kind = ""
    at_load = ""

    @classmethod
    def come(cls, kind: str) -> None:
        if kind == "segv":
            ctypes.string_at(0)
        elif kind == "abort":
            from desk_llm.engine.llama.library import ggml

            abort = ggml("ggml_abort", None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
            abort(b"/tmp/build/some-file.cpp", 7, b"provoked")
        elif kind == "hang":
            time.sleep(1000)  # as a native call: without the GIL
        elif kind == "gil":
            ctypes.PyDLL(None).sleep(1000)  # with it
        elif kind:
            # To this thread: sent to the process, it may come when the step is over.
            signal.pthread_kill(threading.get_ident(), int(kind))
            time.sleep(1000)


def take_control() -> None:
    """Before the app runs: our thread, and the engine's two calls that can die."""
    from desk_llm.engine.loop import EngineLoop
    from desk_llm.ui.application import Desk

    get_factory, open_window = EngineLoop._get_factory, Desk.open_window

    def dying_factory(self: EngineLoop) -> Any:
        factory = get_factory(self)
        make_mortal()
        return factory

    def told_open_window(self: Desk) -> None:
        from PySide6.QtCore import QTimer

        open_window(self)
        window = self.window
        assert window is not None
        window.repaint()
        QTimer.singleShot(0, lambda: say("ready", **state(self)))
        threading.Thread(target=obey, args=(self,), daemon=True).start()

    EngineLoop._get_factory = dying_factory  # type: ignore[method-assign]
    Desk.open_window = told_open_window  # type: ignore[method-assign]


@functools.cache
def make_mortal() -> None:
    """Once llama.cpp is there: the start must not wait for it."""
    from desk_llm.engine.model_runner import LlamaFactory, LlamaRunner

    run, load = LlamaRunner.run, LlamaFactory.load

    def dying_run(self: LlamaRunner, *args: Any) -> Any:
        Death.come(Death.kind)
        return run(self, *args)

    def dying_load(self: LlamaFactory, *args: Any) -> Any:
        Death.come(Death.at_load)
        return load(self, *args)

    LlamaRunner.run = dying_run  # type: ignore[method-assign,assignment]
    LlamaFactory.load = dying_load  # type: ignore[method-assign,assignment]


def obey(desk: Any) -> None:
    """Read commands; what touches widgets is done by the GUI thread."""
    from desk_llm.ui import bridge

    while line := read_line():
        command, _space, rest = line.partition(" ")
        bridge.post(lambda command=command, rest=rest: do(desk, command, rest))  # type: ignore[misc]


def read_line() -> str:
    """Byte by byte: what is behind the line belongs to the next process."""
    raw = b""
    while not raw.endswith(b"\n"):
        one = os.read(0, 1)
        if not one:
            return ""
        raw += one
    return raw.decode().strip()


def do(desk: Any, command: str, rest: str) -> None:
    from PySide6.QtWidgets import QApplication, QPushButton

    from desk_llm.ui.widgets.banner import Banner

    page = desk.window.page
    simple: dict[str, Callable[[str], object]] = {
        "open": lambda path: page.models.open_file(Path(path)),
        "draft": page.composer.set_text,
        "ask": page.send,
        "new": lambda _rest: page.new_chat(),
        "reload": lambda _rest: desk._services.loader.unload() and page.models.load(),
        "die": lambda kind: setattr(Death, "kind", kind),
        "die-loading": lambda kind: setattr(Death, "at_load", kind),
        "die-now": Death.come,  # on the GUI thread
    }
    if command in simple:
        simple[command](rest)
    elif command == "press":
        for banner in page.findChildren(Banner):
            for button in banner.findChildren(QPushButton):
                if button.text() == rest:
                    button.click()
    elif command == "quit":
        QApplication.closeAllWindows()
    elif command == "state":
        say("state", **state(desk))


def state(desk: Any) -> dict[str, object]:
    """What a person sees."""
    from desk_llm.ui.widgets.banner import Banner

    page = desk.window.page
    session = page.binding.session
    branch = session.branch if session is not None else []
    loader = desk._services.loader.state
    return {
        "conversation": page.conversation_id,
        "messages": [[one.role.value, one.text, one.status.value] for one in branch],
        "error": branch[-1].error if branch else "",
        "chats": len(desk._services.store.list()),
        "draft": page.composer.text,
        "is_busy": page.is_busy,
        "banners": [banner.sentence for banner in page.findChildren(Banner)],
        "phase": loader.phase.value,
        "model": loader.model.id if loader.model is not None else "",
        "chosen": page.models.chosen_id,
    }


if __name__ == "__main__":
    if os.environ.get("DESK_LLM_SUPERVISED") or "--no-supervisor" in sys.argv:
        take_control()
    sys.exit(main())
