"""`python -m tests.helpers.fakehub FOLDER [BYTES_PER_S]`: serve FOLDER/owner/name/files by hand.

Prints the address to enter as the model server, and serves until it is ended.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from tests.helpers.fakehub.server import FakeHub

if __name__ == "__main__":
    with FakeHub(Path(sys.argv[1])) as hub:
        hub.faults.bytes_per_s = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
        sys.stdout.write(f"{hub.url}\n")
        sys.stdout.flush()
        threading.Event().wait()
