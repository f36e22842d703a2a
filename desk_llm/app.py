"""The app with its window: services, then the Qt loop."""

from __future__ import annotations

import gc
from pathlib import Path

from desk_llm import log
from desk_llm.paths import Paths


def run(paths: Paths, open_file: Path | None = None, log_level: str = "info") -> int:
    """Open the window and stay until it is closed; the exit code."""
    gc.disable()  # until the window stands: what is imported is no garbage
    # Imported here: `--version` and the headless verbs must not wait for Qt.
    from desk_llm.ui.application import run_window

    log.setup(paths.logs, log_level)
    try:
        return run_window(paths, open_file)
    finally:
        gc.enable()
        log.close()
