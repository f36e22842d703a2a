"""Writes conversations as ChatML token ids with a weight for each token's loss."""

import random

from bpe import Tokenizer
from conversations import Conversation
from settings import ENDOFTEXT, IM_END, IM_START

TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

# Most answers are cut short: which answer it will be is decided in its first tokens, the rest is
# soon known by heart. So far more questions fit into the time; it is also how stopped replies look.
CUT_SHARE = 0.85
CUT_LENGTHS = (3, 14)

Weighted = tuple[list[int], list[float]]


class Scribe:
    """Encodes conversations, with BPE dropout in some questions."""

    def __init__(self, tokenizer: Tokenizer, rng: random.Random) -> None:
        self.tokenizer = tokenizer
        self.rng = rng

    def write(self, talk: Conversation) -> Weighted:
        """Ids and loss weights of one conversation, ended by <|endoftext|>."""
        ids: list[int] = []
        weights: list[float] = []
        if talk.system:
            self._message(ids, weights, "system", talk.system)
        for i, turn in enumerate(talk.turns):
            self._message(ids, weights, "user", turn.question)
            self._answer(ids, weights, turn.answer, is_last=i == len(talk.turns) - 1)
        return [*ids, ENDOFTEXT], [*weights, 0.0]

    def _message(self, ids: list[int], weights: list[float], role: str, text: str) -> None:
        dropout = 0.1 if self.rng.random() < 0.15 else 0.0
        # Role and text are split together, because that is how llama.cpp sees them.
        body = self.tokenizer.encode(f"{role}\n", 0.0)
        body += self.tokenizer.encode(text, dropout, self.rng)
        ids += [IM_START, *body, IM_END, *self.tokenizer.encode("\n")]
        weights += [0.0] * (len(body) + 3)

    def _answer(self, ids: list[int], weights: list[float], text: str, *, is_last: bool) -> None:
        head = [IM_START, *self.tokenizer.encode("assistant\n")]
        body = [*self.tokenizer.encode(text), IM_END]
        if self.rng.random() < CUT_SHARE:
            body = body[: self.rng.randint(*CUT_LENGTHS)]
        end = [] if is_last else [IM_END, *self.tokenizer.encode("\n")]
        if end and body[-1] == IM_END:
            end = end[1:]
        ids += head + body + end
        weights += [0.0] * len(head) + [1.0] * len(body) + [0.0] * len(end)
