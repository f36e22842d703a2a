"""Server-sent events as OpenAI-compatible servers send them: one `data:` line per event."""

from __future__ import annotations

MAX_LINE = 1 << 20  # a server that sends more in one line is not what it says


class SseReader:
    """Bytes in any pieces → the data of each event."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[str]:
        """The events that `piece` completes. Raises ValueError for a line without end."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MAX_LINE:
            raise ValueError("a line without end")
        return [data for line in lines if (data := _data(line)) is not None]

    def end(self) -> list[str]:
        """What was left when the connection closed."""
        data, self._rest = _data(self._rest), b""
        return [] if data is None else [data]


def _data(line: bytes) -> str | None:
    """None for comments (":"), empty lines and fields other than `data`."""
    field, colon, value = line.partition(b":")
    if field.strip() != b"data" or not colon:
        return None
    return value.decode("utf-8", "replace").strip()
