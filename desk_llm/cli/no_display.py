"""The app without a screen: the same window offscreen answers a question in the terminal."""

from __future__ import annotations

import os
import time

from desk_llm import log
from desk_llm.chat.types import MessageStatus
from desk_llm.errors import EngineError
from desk_llm.paths import Paths
from desk_llm.services import Services

QUESTION = "What can you do?"


def run(paths: Paths) -> int:
    """Ask the starter model, stream its answer, save a picture. Raises DeskError."""
    print("No display found: the app runs offscreen and answers here instead.", flush=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from desk_llm.ui.offscreen import OffscreenWindow

    log.setup(paths.logs)
    services = Services.open(paths)
    window = None
    try:
        for problem in services.problems:
            print(f"desk-llm: {problem}")
        services.library.refresh()
        window = OffscreenWindow(services)
        print(f"\n› {QUESTION}\n", flush=True)
        starter = services.library.usable()
        reply = window.ask(QUESTION, starter, lambda text: print(text, end="", flush=True))
        print()
        if reply.status is not MessageStatus.DONE:
            raise EngineError(reply.error or "The reply was stopped.")
        usage, timings = reply.usage, reply.timings
        print(
            f"\n{usage.completion_tokens} tokens · {timings.decode_tok_s:.1f} tok/s · "
            f"TTFT {timings.ttft_s * 1000:.0f} ms · {reply.model}"
        )
        name = time.strftime("window-%Y%m%d-%H%M%S.png")
        print(f"Screenshot: {window.screenshot(paths.screenshots / name)}")
        return 0
    finally:
        if window is not None:
            window.close()
        services.close()
        log.close()
