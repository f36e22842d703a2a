"""Whether there is a screen."""

from __future__ import annotations

import os
import sys


def has_display() -> bool:
    """False on a Linux without a screen, where Qt would abort the process."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
