"""SpeedHistory: how fast finished replies were, kept in the database."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from desk_llm.engine.types import ModelInfo
from desk_llm.errors import DeskError
from desk_llm.storage.database import Database

MAX_ROWS = 5_000
SHOWN_ROWS = 400
_COLUMNS = (
    "made_at, model, fingerprint, device, n_past, decode_tok_s, prefill_tok_s, ttft_s, n_tokens"
)


@dataclass(frozen=True, slots=True)
class SpeedRecord:
    """One reply. `decode_tok_s` is that of its steps without other replies and guesses."""

    made_at: float  # unix seconds
    model: str
    fingerprint: str
    setup: str  # what was loaded how; only records of one setup are compared
    n_past: int  # tokens in the KV cache in the middle of the reply
    decode_tok_s: float
    prefill_tok_s: float
    ttft_s: float
    n_tokens: int


def setup_of(info: ModelInfo) -> str:
    """Where and how a model computes: "CPU, 0/36 layers, 8 threads, f16/f16"."""
    params = info.params
    kv = f"{params.type_k}/{params.type_v}" if params else ""
    layers = min(info.n_gpu_layers, info.n_layers) if info.n_gpu_layers >= 0 else info.n_layers
    return f"{info.device}, {layers}/{info.n_layers} layers, {info.n_threads} threads, {kv}"


def fingerprint_of(info: ModelInfo) -> str:
    """The file's content where it is known, else its name and size."""
    known = info.params.fingerprint if info.params else ""
    return known or f"{info.key}:{info.size_bytes}"


class SpeedHistory:
    """Writes do not wait; `of_model` reads a bounded number of rows. No GUI thread here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: SpeedRecord) -> None:
        """Keep one; the oldest go. A full disk loses it, which is no loss."""

        def work(connection: sqlite3.Connection) -> None:
            row = connection.execute(
                f"INSERT INTO speed_history ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",
                (
                    record.made_at,
                    record.model,
                    record.fingerprint,
                    record.setup,
                    record.n_past,
                    record.decode_tok_s,
                    record.prefill_tok_s,
                    record.ttft_s,
                    record.n_tokens,
                ),
            ).lastrowid
            connection.execute("DELETE FROM speed_history WHERE id <= ?", ((row or 0) - MAX_ROWS,))

        self._database.write(work, is_kept=False)

    def of_model(self, fingerprint: str, most: int = SHOWN_ROWS) -> tuple[SpeedRecord, ...]:
        """The newest replies of a model, oldest first; none where the database fails."""

        def work(connection: sqlite3.Connection) -> list[SpeedRecord]:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM speed_history WHERE fingerprint = ?"
                " ORDER BY made_at DESC, id DESC LIMIT ?",
                (fingerprint, most),
            )
            return [SpeedRecord(*row) for row in rows]

        try:
            return tuple(reversed(self._database.read(work)))
        except DeskError:
            return ()  # the window has said so already
