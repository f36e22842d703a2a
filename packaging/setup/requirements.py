"""Requirements: read requirements.lock, where the engine is one block among many."""

from __future__ import annotations

from pathlib import Path

ENGINE = "llama-cpp-python"


def blocks(lock: str) -> dict[str, str]:
    """Name==version of each pinned package (with its marker) → its lines, hashes included."""
    found: dict[str, str] = {}
    head = ""
    for line in lock.splitlines(keepends=True):
        if line.startswith("#"):
            continue
        if not line[0].isspace():
            head = line.rstrip(" \\\n")
        if head:
            found[head] = found.get(head, "") + line
    return found


def split(lock: Path, others: Path, engine: Path) -> None:
    """Write the engine's block and all others to a file each: only the engine is compiled."""
    found = blocks(lock.read_text(encoding="utf-8"))
    of_engine = [text for head, text in found.items() if head.startswith(f"{ENGINE}==")]
    rest = [text for head, text in found.items() if not head.startswith(f"{ENGINE}==")]
    engine.write_text("".join(of_engine), encoding="utf-8")
    others.write_text("".join(rest), encoding="utf-8")
