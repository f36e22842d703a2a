"""Kill a chat in the middle of its reply, again and again, and look at what is left.

`python -m tests.chat.kill_trials FOLDER TRIALS SEED` prints one JSON line per trial. Run as a
process of its own: it forks, which pytest's process with its threads must not.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from desk_llm.chat.service import ChatService
from desk_llm.chat.store import ConversationStore
from desk_llm.chat.types import MessageStatus
from desk_llm.settings import SettingsStore
from desk_llm.storage.database import Database
from tests.helpers.chat_parts import HandEngine, HandLoader

MAY_LOSE_S = 0.5
TOKEN_S = 0.005
FRAME_S = 0.033


def chat_until_killed(folder: Path, journal: int) -> None:
    """A question, an endless reply; the journal says which text existed when."""
    store = ConversationStore(Database.open(folder / "history.sqlite3"))
    engine = HandEngine()
    service = ChatService(store, engine, HandLoader(), SettingsStore(folder / "settings.toml"))
    session = service.session(store.create("", "a").id)
    session.send("Count, please.")

    def talk() -> None:
        total = 0
        for n in range(1_000_000):
            engine.say(f"{n} ")
            total += len(f"{n} ")
            os.write(journal, f"{time.monotonic()} {session.conversation.id} {total}\n".encode())
            time.sleep(TOKEN_S)

    threading.Thread(target=talk, daemon=True).start()
    while True:
        service.pump()
        time.sleep(FRAME_S)


def trial(folder: Path, wait_s: float) -> dict[str, object]:
    """Start, wait, kill, look."""
    journal_path = folder / "journal"
    journal = os.open(journal_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    child = os.fork()
    if child == 0:
        chat_until_killed(folder, journal)
    os.close(journal)
    while not journal_path.stat().st_size:
        time.sleep(0.002)
    time.sleep(wait_s)
    os.kill(child, signal.SIGKILL)
    killed_at = time.monotonic()
    os.waitpid(child, 0)
    return examine(folder, killed_at, journal_path.read_text().splitlines())


def examine(folder: Path, killed_at: float, journal: list[str]) -> dict[str, object]:
    conversation_id, total, due = "", 0, 0
    for line in journal:
        at, conversation_id, chars = line.split()
        total = int(chars)
        due = total if float(at) <= killed_at - MAY_LOSE_S else due
    with closing(sqlite3.connect(folder / "history.sqlite3")) as connection:
        integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    database = Database.open(folder / "history.sqlite3")
    store = ConversationStore(database)
    chats = [store.messages(one.id) for one in store.list()]
    texts = {chat[1].conversation_id: chat[1].text for chat in chats if len(chat) == 2}
    saved = texts.get(conversation_id, "")
    result = {
        "integrity": integrity,
        "problem": str(database.problem or ""),
        "is_there": conversation_id in texts,
        "chats": len(texts),
        "aborted": sum(
            len(chat) == 2 and chat[1].status is MessageStatus.ABORTED for chat in chats
        ),
        "is_true": "".join(f"{n} " for n in range(len(saved))).startswith(saved),
        "total": total,
        "due": due,
        "saved": len(saved),
    }
    database.close()
    return result


def main() -> None:
    folder, trials, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    for _ in range(trials):
        sys.stdout.write(json.dumps(trial(folder, chance.uniform(0.0, 1.0))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
