"""Engine: llama.cpp, compiled for this computer and its GPU; what was built is kept for reuse."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from setup import stamp
from setup.console import Log, SetupError, Step, output
from setup.requirements import ENGINE

GPU_FLAGS = {
    "cpu": [],  # on a Mac this includes Metal
    "cuda": ["-DGGML_CUDA=ON"],
    "vulkan": ["-DGGML_VULKAN=ON"],
    "rocm": ["-DGGML_HIP=ON"],
}
# GPU → its compiler, where else than on PATH it lives, and how to get it.
GPU_TOOLS = {
    "cuda": ("nvcc", "/usr/local/cuda/bin/nvcc", "Install NVIDIA's CUDA toolkit"),
    "vulkan": (
        "glslc",
        "/usr/bin/glslc",
        "Install it with:  sudo apt-get install glslc libvulkan-dev spirv-headers  "
        "(elsewhere: the Vulkan SDK)",
    ),
    "rocm": ("hipcc", "/opt/rocm/bin/hipcc", "Install AMD's ROCm with its HIP SDK"),
}
# GCC before 14 tells its optimizer that AMX's tile set-up reads 8 of 64 bytes, which then drops
# the stores of the others: quantized models crash on a CPU with AMX (ggml-org/llama.cpp#20824).
# Without dead-store elimination the engine works and is as fast.
KEEP_TILE_STORES = "-DCMAKE_CXX_FLAGS=-fno-tree-dse -fno-dse"
FIRST_SOUND_GCC = 14
# Everything beside libllama: otherwise the wheel carries the libraries twice.
FOLDERS = [f"-DCMAKE_INSTALL_{kind}DIR=llama_cpp/lib" for kind in ("BIN", "LIB")]
HEADERS = "-DCMAKE_INSTALL_INCLUDEDIR=llama_cpp/include"

KEEP = 4  # wheels in the store
IMPORT_TEST = "import llama_cpp.llama_cpp, llama_cpp.mtmd_cpp"


def cmake_flags(gpu: str, slim: Path, gcc: int | None) -> list[str]:
    """CMake's arguments. `gcc` is the compiler's major version, None for any other compiler."""
    flags = [f"-DCMAKE_PROJECT_INCLUDE={slim.as_posix()}", *FOLDERS, HEADERS, *GPU_FLAGS[gpu]]
    if gcc is not None and gcc < FIRST_SOUND_GCC:
        flags.append(KEEP_TILE_STORES)
    return flags


def gcc_version(env: Mapping[str, str] = os.environ) -> int | None:
    """The major version of the C++ compiler that CMake will take; None if it is not GCC."""
    compiler = env.get("CXX") or shutil.which("c++") or shutil.which("g++")
    if not compiler or sys.platform == "win32":
        return None
    ask = [*shlex.split(compiler), "-dM", "-E", "-x", "c++", os.devnull]
    told = output(ask)
    version = re.search(r"^#define __GNUC__ (\d+)", told, re.MULTILINE)
    return int(version[1]) if version and "__clang__" not in told else None


def gpu_tool(gpu: str, find: Callable[[str], str | None] = shutil.which) -> str:
    """The GPU's compiler; raises with the next step when it is missing. "" when none is needed."""
    if gpu not in GPU_TOOLS:
        return ""
    name, place, advice = GPU_TOOLS[gpu]
    tool = find(name) or find(place)
    if not tool:
        raise SetupError(f"GPU={gpu} needs {name}, which is not on this machine. {advice}.")
    return tool


def key(root: Path, block: str, gpu: str, extra_flags: str) -> str:
    """Names one build: the same key means the same libraries on the same kind of processor."""
    slim = root / "packaging" / "slim.cmake"
    # Not the flags of today's compiler: a new one is no reason to compile all again.
    recipe = cmake_flags(gpu, Path(slim.name), gcc=0)
    parts = [
        block,
        slim.read_text(encoding="utf-8"),
        *recipe,
        extra_flags,
        sys.platform,
        stamp.cpu(),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def store() -> Path:
    """Where built wheels are kept for other checkouts and later set-ups of this computer."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "desk_llm" / "engines"


def stored(name: str) -> Path | None:
    """The wheel of an earlier build."""
    return next((store() / name).glob("*.whl"), None)


def keep(wheel: Path, name: str) -> Path:
    """Move a wheel into the store and drop the oldest; where it is then, moved or not."""
    folder = store() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(wheel, folder / f"{wheel.name}.part")
        kept = (folder / f"{wheel.name}.part").replace(folder / wheel.name)
        for old in sorted(store().iterdir(), key=lambda f: f.stat().st_mtime)[:-KEEP]:
            shutil.rmtree(old)
    except OSError:  # a home that cannot be written is no harm
        return wheel
    wheel.unlink()
    return kept


def build(log: Log, pip: list[str], env: dict[str, str], block: Path, gpu: str) -> Path:
    """Compile the engine; returns the wheel. Nothing that is installed is touched."""
    slim = block.parents[1] / "packaging" / "slim.cmake"
    out = block.with_name("engine-build")
    shutil.rmtree(out, ignore_errors=True)
    # No cache: pip names cached wheels without regard to CMAKE_ARGS.
    ours = [
        "--verbose",
        "--no-deps",
        "--no-cache-dir",
        "--no-binary",
        ENGINE,
        "--wheel-dir",
        str(out),
    ]
    locked = ["--require-hashes", "-r", str(block)]
    title = "Compiling the engine" if gpu == "cpu" else f"Compiling the engine for {gpu}"
    with Step(title) as step:
        log.run(step, [*pip, "wheel", *ours, *locked], build_environment(env, gpu, slim))
    return next(out.glob("*.whl"))


def build_environment(env: dict[str, str], gpu: str, slim: Path) -> dict[str, str]:
    """The variables of a build; a person's CMAKE_ARGS come last, so that they win."""
    flags = shlex.join(cmake_flags(gpu, slim, gcc_version()))
    return {
        "CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count() or 1),  # make, unlike ninja, starts with 1
        **({"CUDACXX": gpu_tool(gpu)} if gpu == "cuda" else {}),
        **env,
        "CMAKE_ARGS": f"{flags} {env.get('CMAKE_ARGS', '')}".strip(),
    }


def check(log: Log, python: Path, wheel: Path) -> None:
    """Raise unless the wheel's libraries load, before it takes the place of one that works."""
    with TemporaryDirectory() as folder, Step("Checking the engine") as step:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        code = f"import sys; sys.path.insert(0, {folder!r}); {IMPORT_TEST}"
        log.run(step, [python, "-c", code])
