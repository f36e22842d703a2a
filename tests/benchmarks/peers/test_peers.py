"""The measuring tools themselves: streams over HTTP, rates, gaps, pairs."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import closing

import pytest

from tests.benchmarks.peers.reply import Reply, decode_rate, gaps
from tests.benchmarks.peers.rounds import Pairs, interleave
from tests.benchmarks.peers.sse import SseClient

_LAST = {"content": "", "stop": True, "timings": {"cache_n": 5, "prompt_n": 7}}


def _event(what: dict[str, object]) -> bytes:
    data = b"data: " + json.dumps(what, separators=(",", ":")).encode() + b"\n\n"
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _answer(listener: socket.socket, parts: list[bytes]) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1 << 16)
        for part in parts:
            connection.sendall(part)


def test_a_stream_is_read_whatever_its_pieces() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    tokens = [_event({"content": text, "stop": False}) for text in ("Hel", "lo", "!")]
    whole = b"".join([head, *tokens, _event(dict(_LAST)), b"0\r\n\r\n"])
    parts = [whole[at : at + 11] for at in range(0, len(whole), 11)]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer, args=(listener, parts))
        thread.start()
        with closing(SseClient(listener.getsockname()[1])) as client:
            reply = client.post("/completion", b"{}").wait()
        thread.join()
    assert (reply.text, len(reply.arrivals)) == ("Hello!", 3)
    assert (reply.n_prompt, reply.n_cached) == (12, 5)
    assert reply.ttft >= 0.0


def test_an_answer_without_a_stream_is_an_error() -> None:
    refused = b'HTTP/1.1 400 Bad Request\r\n\r\n{"error":"too long"}'
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer, args=(listener, [refused]))
        thread.start()
        with closing(SseClient(listener.getsockname()[1])) as client:
            reply = client.post("/completion", b"{}")
            with pytest.raises(AssertionError, match="too long"):
                reply.wait()
        thread.join()


def test_rate_counts_only_while_all_decode() -> None:
    early = Reply(arrivals=[0.0, 1.0, 2.0, 3.0, 4.0])
    late = Reply(arrivals=[2.0, 3.0, 4.0, 5.0, 6.0])
    assert decode_rate([early, late]) == 2.0  # from 2 to 4: two tokens of each


def test_gaps_of_a_period() -> None:
    reply = Reply(arrivals=[0.0, 1.0, 3.0, 6.0, 10.0])
    assert gaps(reply, 2.0, 6.0) == [2.0, 3.0]


def test_pairs_take_turns() -> None:
    order: list[str] = []

    def side(name: str, value: float, number: int) -> tuple[float]:
        order.append(f"{name}{number}")
        return (value,)

    pair = Pairs("tokens", "tok/s")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.benchmarks.peers.rounds.measure", lambda work, _pids: (work(), 0.1))
        interleave(
            [pair], lambda n: side("ours", 3.0, n), lambda n: side("theirs", 2.0, n), rounds=2
        )
    assert order == ["ours0", "theirs0", "theirs1", "ours1"]
    assert "1.500 [1.500-1.500] n=2" in pair.row()
