"""System: what the machine itself must have, and how it gets it: Qt's libraries, a compiler."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from setup.console import Log, SetupError, Step, output, succeeds

# Shared library → Debian and Ubuntu package; found by starting Qt with one after the other missing.
LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_PACKAGE = "fonts-dejavu-core"

COMPILERS = ("c++", "g++", "clang++")
VSWHERE = r"C:\Program Files (x86)\Microsoft Visual Studio\Installer\vswhere.exe"
VC_TOOLS = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"
GET_A_COMPILER = {
    "darwin": "The engine needs a C++ compiler. Install Apple's with:  xcode-select --install",
    "win32": (
        "The engine needs a C++ compiler. Install Microsoft's with:\n"
        "  winget install Microsoft.VisualStudio.2022.BuildTools --override "
        '"--passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"'
    ),
}


def can_load(library: str) -> bool:
    """Whether the dynamic linker finds `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Whether there is any font; a minimal Debian has none and Qt then draws no text."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(next(folder.rglob("*.[otp][tf][tfbc]"), None) for folder in folders)


def has_compiler() -> bool:
    """Whether a C++ compiler can be started."""
    if sys.platform == "win32":
        ask = [VSWHERE, "-products", "*", "-requires", VC_TOOLS, "-property", "installationPath"]
        return bool(output(ask))
    if sys.platform == "darwin":  # /usr/bin/c++ is always there and only opens a dialog
        return succeeds(["xcode-select", "-p"])
    return any(map(shutil.which, (os.environ.get("CXX") or "c++", *COMPILERS)))


def has_pip() -> bool:
    """Whether packages can be installed: with pip, or with the one that a new venv brings."""
    return any(map(importlib.util.find_spec, ("pip", "ensurepip")))


def missing_packages(
    loads: Callable[[str], bool] = can_load,
    fonts: Callable[[], bool] = has_font,
    compiler: Callable[[], bool] = has_compiler,
    pip: Callable[[], bool] = has_pip,
) -> list[str]:
    """The Debian packages that a Linux machine lacks."""
    missing = [package for library, package in LIBRARIES.items() if not loads(library)]
    others = {FONT_PACKAGE: fonts, "g++": compiler, "python3-pip": pip}
    return missing + [package for package, is_there in others.items() if not is_there()]


def install_line(packages: list[str]) -> str:
    """The line for a person to run."""
    install = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    return f"sudo apt-get update && sudo {install}"


def apt_commands(packages: list[str], is_root: bool) -> list[list[str]]:
    """The commands for us to run, with the rights of root or through sudo."""
    rights = ["env"] if is_root else ["sudo", "-n", "env"]
    # A fresh Ubuntu updates itself in the background and holds apt's lock meanwhile.
    apt = [*rights, "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]
    return [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *packages]]


def may_install() -> bool:
    """Whether packages can be installed without asking anyone."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        return True
    return succeeds(["sudo", "-n", "true"])


def install_missing(log: Log) -> str:
    """Install what the machine lacks where we may; returns what is left to do for a person."""
    if not sys.platform.startswith("linux"):
        return ""
    missing = missing_packages()
    if missing and may_install():
        with suppress(SetupError), Step(f"System packages ({len(missing)})") as step:
            for command in apt_commands(missing, is_root=os.geteuid() == 0):
                log.run(step, command)
        missing = missing_packages()
    if not missing:
        return ""
    if shutil.which("apt-get"):
        return f"This machine lacks system packages. Install them with:\n  {install_line(missing)}"
    names = [library for library, package in LIBRARIES.items() if package in missing]
    return (
        "This machine lacks system libraries; install them with its package manager "
        f"({', '.join(names + [p for p in missing if p not in LIBRARIES.values()])})."
    )


def require_compiler(advice: str) -> None:
    """Raise with the next step unless the engine can be compiled."""
    if not has_compiler():
        raise SetupError(GET_A_COMPILER.get(sys.platform, advice))
