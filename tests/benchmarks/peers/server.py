"""A llama.cpp server as a peer: its process, and requests over HTTP with server-sent events."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.peers.reply import Load, Reply
from tests.benchmarks.peers.sse import SseClient

START_S = 60.0
SAMPLING = {
    "temperature": 0.8,
    "top_k": 40,
    "top_p": 0.95,
    "min_p": 0.0,
    "samplers": ["top_k", "top_p", "temperature"],  # nothing that ours does not run
    "ignore_eos": True,
    "cache_prompt": True,
    "stream": True,
}


class HttpPeer:
    """A running server of llama.cpp's HTTP API."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], port: int, n_slots: int
    ) -> None:
        self.name = name
        self.pids: tuple[int, ...] = (process.pid,)
        self._process, self._port, self._n_slots = process, port, n_slots
        self._client = SseClient(port)
        self._n = 0
        try:
            self._wait_until_ready()
        except BaseException:
            self.close()
            raise

    def _wait_until_ready(self) -> None:
        until = time.perf_counter() + START_S
        while time.perf_counter() < until:
            assert self._process.poll() is None, f"{self.name} ended at its start"
            try:
                with urllib.request.urlopen(self._url("/health"), timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"{self.name} is not ready after {START_S:.0f} s")

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}{path}"

    def ask(self, prompt: str, n_tokens: int) -> Reply:
        """Send a request; returns at once."""
        self._n += 1
        body = {**SAMPLING, "prompt": prompt, "n_predict": n_tokens, "seed": self._n}
        return self._client.post("/completion", json.dumps(body).encode())

    def forget(self) -> None:
        """Drop every cached prompt; waits for slots that are still busy."""
        for slot in range(self._n_slots):
            url = self._url(f"/slots/{slot}?action=erase")
            request = urllib.request.Request(url, data=b"{}", method="POST")
            request.add_header("Content-Type", "application/json")
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()

    def close(self) -> None:
        """End the process."""
        self._client.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def llama_server(program: str, load: Load, folder: Path, extra: Sequence[str] = ()) -> HttpPeer:
    """Start llama-server with what our engine is loaded with; `folder` takes its log."""
    port, threads, rows = free_port(), str(load.n_threads), str(load.n_batch)
    arguments = [
        *(program, "-m", load.model, "--host", "127.0.0.1", "--port", str(port)),
        *("-c", str(load.n_ctx), "-np", str(load.n_slots), "--kv-unified", "-fit", "off"),
        *("-b", rows, "-ub", rows, "-fa", "auto", "-t", threads, "-tb", threads),
        *("--slot-save-path", f"{folder}{os.sep}"),  # else the server refuses to erase a slot
        *extra,
    ]
    with (folder / "llama-server.log").open("wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    return HttpPeer("llama-server", process, port, load.n_slots)


_XLLAMACPP = """
import sys, xllamacpp as x
p = x.CommonParams()
p.model.path, p.slot_save_path = sys.argv[1:3]
p.port, p.n_ctx, p.n_parallel, n_threads, p.n_batch = map(int, sys.argv[3:])
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = n_threads
p.n_ubatch, p.kv_unified, p.fit_params, p.cache_ram_mib = p.n_batch, True, False, 0
server = x.Server(p)
print(x.get_system_info(), server.listening_address, flush=True)
sys.stdin.read()
"""


def xllamacpp(python: str, load: Load, folder: Path) -> HttpPeer:
    """Start the server that the xllamacpp wheel holds, in the Python that has the wheel."""
    port = free_port()
    numbers = [str(n) for n in (port, load.n_ctx, load.n_slots, load.n_threads, load.n_batch)]
    arguments = [python, "-c", _XLLAMACPP, load.model, f"{folder}{os.sep}", *numbers]
    with (folder / "xllamacpp.log").open("wb") as log:
        # It reads its standard input until it is terminated.
        process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=log, stderr=log)
    return HttpPeer("xllamacpp", process, port, load.n_slots)
