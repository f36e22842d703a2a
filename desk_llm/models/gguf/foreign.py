"""Files that are called .gguf and are something else: say what they are."""

from __future__ import annotations

from desk_llm.errors import QT_TRANSLATE_NOOP, FileDamaged, Unsupported

AGAIN = QT_TRANSLATE_NOOP("errors", "Download it again.")
CHOOSE_GGUF = QT_TRANSLATE_NOOP("errors", "Choose a file in the GGUF format.")

_ARCHIVES = {
    b"PK\x03\x04": "ZIP",
    b"PK\x05\x06": "ZIP",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\xfd7zXZ": "XZ",
}
_OLD_MAGICS = (b"lmgg", b"fmgg", b"tjgg", b"algg")  # ggml, ggmf, ggjt, ggla; little-endian
_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<head")


_LOOK_FOR_GGUF = QT_TRANSLATE_NOOP("errors", "Look for a GGUF version of this model.")


def not_gguf(file: str, start: bytes) -> FileDamaged | Unsupported:
    """The error for a file whose first bytes are `start` and not "GGUF"."""
    archive = next((kind for magic, kind in _ARCHIVES.items() if start.startswith(magic)), "")
    if archive:
        return FileDamaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is a packed archive ({kind}), not a model."),
            QT_TRANSLATE_NOOP("errors", "Unpack it and choose the GGUF file inside."),
            file=file,
            kind=archive,
        )
    message, hint = _sentences(start)
    if hint is _LOOK_FOR_GGUF:
        return Unsupported(message, hint, file=file)
    return FileDamaged(message, hint, file=file)


def _sentences(start: bytes) -> tuple[str, str]:
    message, hint = QT_TRANSLATE_NOOP("errors", "“{file}” is not a GGUF model."), CHOOSE_GGUF
    if start.startswith(b"version https://git-lfs"):
        message = QT_TRANSLATE_NOOP(
            "errors", "“{file}” is only a Git LFS pointer: the model itself is not there."
        )
        hint = QT_TRANSLATE_NOOP("errors", "Run “git lfs pull”, or download the file itself.")
    elif start.lstrip().lower().startswith(_PAGES):
        message = QT_TRANSLATE_NOOP("errors", "“{file}” is a web page, not a model.")
        hint = AGAIN
    elif start[8:9] == b"{":
        message = QT_TRANSLATE_NOOP("errors", "“{file}” is in the safetensors format, not GGUF.")
        hint = _LOOK_FOR_GGUF
    elif start.startswith(_OLD_MAGICS):
        message = QT_TRANSLATE_NOOP("errors", "“{file}” is in the old GGML format.")
        hint = _LOOK_FOR_GGUF
    elif not start.strip(b"\0"):
        message = QT_TRANSLATE_NOOP("errors", "“{file}” begins with zeros: it was never finished.")
        hint = AGAIN
    return message, hint
