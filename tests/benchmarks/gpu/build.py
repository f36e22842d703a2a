"""Builds both sides of the GPU comparison from one source package: the engine and llama-bench.

python3 -m tests.benchmarks.gpu.build FOLDER [--gpu cuda]

Run it in the checkout with the Python of its .venv. It runs `run.py` with its own option for the
GPU, which compiles the engine's binding for it, then downloads the source package of the same
version, compiles its llama-bench with the same flags in FOLDER, and prints where it is.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from setup.engine import FIRST_SOUND_GCC, GPU_FLAGS, KEEP_TILE_STORES, gcc_version, gpu_tool
from setup.requirements import ENGINE

ROOT = Path(__file__).resolve().parents[3]


def binding(gpu: str) -> list[str]:
    """The command that makes the checkout use this GPU from now on."""
    return [sys.executable, str(ROOT / "run.py"), "--gpu", gpu, "--version"]


def download(folder: Path, version: str) -> list[str]:
    """The command that fetches the engine's source package."""
    wanted = ["--no-deps", "--no-binary", ENGINE, "--dest", str(folder), f"{ENGINE}=={version}"]
    return [sys.executable, "-m", "pip", "download", *wanted]


def bench(source: Path, build: Path, gpu: str, gcc: int | None) -> list[list[str]]:
    """The commands that compile llama-bench with the flags of the binding."""
    flags = ["-DCMAKE_BUILD_TYPE=Release", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_CURL=OFF"]
    flags += GPU_FLAGS[gpu]
    if gcc is not None and gcc < FIRST_SOUND_GCC:
        flags.append(KEEP_TILE_STORES)
    jobs = str(os.cpu_count() or 1)
    return [
        ["cmake", "-S", str(source / "vendor" / "llama.cpp"), "-B", str(build), *flags],
        ["cmake", "--build", str(build), "-j", jobs, "--target", "llama-bench"],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gpu", choices=sorted(GPU_FLAGS), default="cuda")
    arguments = parser.parse_args()
    folder, gpu = arguments.folder.resolve(), arguments.gpu
    environment = dict(os.environ)
    if gpu == "cuda":
        environment.setdefault("CUDACXX", gpu_tool(gpu))
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(binding(gpu), cwd=ROOT, check=True)
    version = importlib.metadata.version(ENGINE)
    subprocess.run(download(folder, version), check=True)
    archive = next(folder.glob("llama_cpp_python-*.tar.gz"))
    subprocess.run(["tar", "xzf", str(archive), "-C", str(folder)], check=True)
    source = folder / archive.name.removesuffix(".tar.gz")
    for command in bench(source, folder / "build", gpu, gcc_version()):
        subprocess.run(command, check=True, env=environment)
    print(f"llama-bench: {folder / 'build' / 'bin' / 'llama-bench'}")


if __name__ == "__main__":
    main()
