"""Ask the starter model from a terminal: `ask.py "question" ["follow-up" ...]`."""

import sys

from engine_chat import Chat, Messages
from settings import MODEL_FILE


def main() -> None:
    """Each argument is the next turn of one conversation; `--` starts a new one."""
    chat = Chat(MODEL_FILE)
    messages: Messages = []
    for question in sys.argv[1:]:
        if question == "--":
            messages = []
            continue
        messages.append(("user", question))
        answer = chat.reply(messages)
        messages.append(("assistant", answer))
        sys.stdout.write(f"> {question}\n{answer}\n\n")
    chat.close()


if __name__ == "__main__":
    main()
