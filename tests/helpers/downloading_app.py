"""A process of its own that downloads as the app does, to be killed at any moment.

`python -m tests.helpers.downloading_app HOME`: goes on with what HOME's queue holds, else adds what
HOME/wanted.json lists as [url, target, size, sha256], and ends when all is there.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from desk_llm.downloads.rules import Rules
from desk_llm.downloads.service import Downloads
from desk_llm.downloads.types import DownloadState
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import DownloadFile, DownloadSpec, Source
from desk_llm.settings import SettingsStore

_RULES = Rules(first_wait_s=0.02, longest_wait_s=0.1, reserve_bytes=0, tick_s=0.05)


def main(home: Path) -> int:
    """0: everything is there."""
    settings = SettingsStore(home / "settings.toml")
    downloads = Downloads(
        settings, Tokens(home), lambda: home / "models", home / "downloads.json", rules=_RULES
    )
    ended = threading.Event()

    def look(_none: None) -> None:
        if all(one.state in (DownloadState.DONE, DownloadState.FAILED) for one in downloads.all):
            ended.set()

    if not downloads.all:
        wanted = json.loads((home / "wanted.json").read_text())
        files = tuple(DownloadFile(*one) for one in wanted)
        downloads.add(DownloadSpec("trial", Source.HUB, files))
    downloads.changed.connect(look)
    downloads.resume_all()
    look(None)  # the last process may have been killed when all was there
    ended.wait()
    states = {one.state for one in downloads.all}
    for one in downloads.all:
        sys.stderr.write(f"{one.state.value} {one.n_attempts} {one.error or ''}\n")
    downloads.close()
    settings.close()
    return 0 if states == {DownloadState.DONE} else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
