"""WaitingQueue: requests in the order in which they will get a slot; fair, bounded, movable.

The order is decided once, when a request arrives, so what the window shows is what happens:

    higher priority first → then round by round, one request of every client in each round
    → the person's chat before programs within a round → then first come, first served

Rounds are weighted fair queueing (Demers, Keshav, Shenker 1989) with every request of cost one:
a client's next request belongs to the round after its last one, but never to a round that is
over, and a round is over when each client that waits had a turn. A program that sends a hundred
requests at once delays another one by one turn only, and a hundred small programs cannot keep it
waiting for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desk_llm.engine.sequence import Sequence

Client = tuple[str, str]  # source and name
Key = tuple[int, float, int]  # (-priority, round, 0 for a person): smaller goes first


@dataclass(slots=True)
class _Item:
    sequence: Sequence
    key: Key


class WaitingQueue:
    """Engine thread only; reading the length is safe anywhere."""

    def __init__(self) -> None:
        self._items: list[_Item] = []
        self._round = 0.0  # grows by one when each waiting client had a turn
        self._last_round: dict[Client, float] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Sequence]:
        return (item.sequence for item in tuple(self._items))

    @property
    def first(self) -> Sequence:
        """The next to get a slot; IndexError when nobody waits."""
        return self._items[0].sequence

    def add(self, sequence: Sequence) -> None:
        """Find its place among those that wait."""
        request, client = sequence.request, _client(sequence)
        turn = max(self._round, self._last_round.get(client, -1.0) + 1.0)
        self._last_round[client] = turn
        key = (-request.priority, turn, int(request.source == "api"))
        place = next((n for n, item in enumerate(self._items) if item.key > key), len(self._items))
        self._items.insert(place, _Item(sequence, key))

    def put_back(self, sequence: Sequence) -> None:
        """A preempted sequence is the next one, before everybody."""
        first = self._items[0].key if self._items else (0, self._round, 0)
        self._items.insert(0, _Item(sequence, min(first, (0, self._round, 0))))

    def pop(self) -> Sequence:
        """Take the first out; it got a slot."""
        clients = {_client(item.sequence) for item in self._items}
        self._round += 1.0 / len(clients)
        item = self._items.pop(0)
        if not self._items:
            self._round = 0.0
            self._last_round.clear()  # names of clients must not pile up
        return item.sequence

    def remove(self, sequence: Sequence) -> None:
        """It was cancelled; ValueError when it does not wait."""
        self._items.pop(self._index(sequence.request.request_id))

    def move(self, request_id: str, before: str | None) -> bool:
        """Put a request before another one, or at the end; False when either is not here."""
        try:
            item = self._items[self._index(request_id)]
            target = len(self._items) if before is None else self._index(before)
        except ValueError:
            return False
        # It takes the key of its new neighbour, so that the list stays in the order of keys.
        neighbour = self._items[min(target, len(self._items) - 1)]
        if neighbour is item:
            return True
        self._items.remove(item)
        item.key = neighbour.key
        place = len(self._items) if before is None else self._items.index(neighbour)
        self._items.insert(place, item)
        return True

    def _index(self, request_id: str) -> int:
        for index, item in enumerate(self._items):
            if item.sequence.request.request_id == request_id:
                return index
        raise ValueError(request_id)


def _client(sequence: Sequence) -> Client:
    return sequence.request.source, sequence.request.client
