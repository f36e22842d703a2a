"""UrlTarget: any server that speaks the OpenAI API with streaming (vLLM, TGI, Ollama, llama.cpp).

Servers differ in what they accept. The first request finds out: a field that the server refuses
is left out from then on, and a server without chat is asked for plain completions.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from desk_llm.benchmark import url_errors
from desk_llm.benchmark.control import Notes
from desk_llm.benchmark.prompts import WordCounter
from desk_llm.benchmark.reply_stream import BadStream, ReplyStream
from desk_llm.benchmark.sse import SseReader
from desk_llm.benchmark.target import Ask, Record
from desk_llm.benchmark.types import LoadSpec, Note

if TYPE_CHECKING:
    import httpx2 as httpx

CONNECT_S = 10.0
_CHAT, _TEXT = "chat/completions", "completions"
_OPTIONAL = ("ignore_eos", "stream_options", "temperature")  # left out in this order
_PROBE = "Write a long story about a lighthouse keeper who collects clocks and never sleeps."
_PROBE_TOKENS = 8
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class _Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class UrlTarget:
    """`server` and `model` are known after `open`."""

    def __init__(self, spec: LoadSpec, api_key: str = "") -> None:
        self._base, self._path = split_url(spec.url)
        self._is_path_given = bool(self._path)
        self._path = self._path or _CHAT
        self._timeout_s = spec.timeout_s
        self._api_key = api_key.strip()
        self._left_out: set[str] = set()
        self._tokens_field = "max_tokens"
        self._words = WordCounter()
        self._notes = Notes()
        self._client: httpx.AsyncClient | None = None
        self.model = spec.model
        self.server = ""

    @property
    def notes(self) -> tuple[Note, ...]:
        return self._notes.all()

    # ── opening ──────────────────────────────────────────────────────────

    async def open(self) -> None:
        """Find the model and what the server accepts."""
        if self._api_key and not (self._api_key.isascii() and self._api_key.isprintable()):
            raise url_errors.bad_key()
        self._client = self._make_client()
        import httpx2 as httpx

        try:
            async with asyncio.timeout(self._timeout_s):
                await self._find_model(self._client)
                await self._probe(self._client)
        except TimeoutError as error:
            raise url_errors.too_slow(self._base, self._timeout_s) from error
        except httpx.TimeoutException as error:
            raise url_errors.too_slow(self._base, CONNECT_S) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise url_errors.unreachable(public_url(self._base), str(error)) from error

    def _make_client(self) -> httpx.AsyncClient:
        import httpx2 as httpx  # 0.1 s that nobody needs before

        headers = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        return httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(None, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
            follow_redirects=True,
            # A proxy for the internet does not lead to this computer.
            trust_env=urlsplit(self._base).hostname not in _LOOPBACK,
        )

    async def _find_model(self, client: httpx.AsyncClient) -> None:
        response = await client.get(f"{self._base}/models")
        if response.status_code in (401, 403):
            raise url_errors.refused(response.status_code, "", self.model)
        models = _models(response)
        if models:
            chosen = next((one for one in models if one.get("id") == self.model), models[0])
            self.server = str(chosen.get("owned_by") or "")
            self.model = self.model or str(chosen["id"])
        if not self.model:
            raise url_errors.no_model_list(public_url(self._base))

    async def _probe(self, client: httpx.AsyncClient) -> None:
        """Ask once; again with less where the server refuses."""
        while True:
            try:
                stream = await self._stream(client, _PROBE, _PROBE_TOKENS, time.perf_counter())
            except _Refused as refused:
                if not self._give_way(refused):
                    raise url_errors.refused(
                        refused.status, refused.detail, self.model
                    ) from refused
            except BadStream as error:
                raise url_errors.not_understood(error.kind, error.detail) from error
            else:
                break
        record = stream.record(0.0)
        if record.error:
            raise url_errors.not_understood(record.error, record.detail)
        self._words.learn(_PROBE, stream.input_tokens)

    def _give_way(self, refused: _Refused) -> bool:
        """Leave out what the server does not want; False: that was not it."""
        detail = refused.detail
        if refused.status in (404, 405, 501) and self._path == _CHAT and not self._is_path_given:
            if "model" in detail.lower():
                return False
            self._path = _TEXT
            return True
        if refused.status not in (400, 422):
            return False
        if "max_completion_tokens" in detail and self._tokens_field == "max_tokens":
            self._tokens_field = "max_completion_tokens"
            return True
        left = [name for name in _OPTIONAL if name not in self._left_out]
        named = [name for name in left if name in detail]
        if not left or (not named and "model" in detail.lower()):
            return False
        self._left_out.add((named or left)[0])
        return True

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    # ── asking ───────────────────────────────────────────────────────────

    def count(self, text: str) -> int:
        """By the tokens per word that the server counted."""
        return self._words(text)

    async def request(self, ask: Ask) -> Record:
        """Ask and read the stream to its end."""
        import httpx2 as httpx

        assert self._client is not None
        started = time.perf_counter()
        try:
            async with asyncio.timeout(ask.timeout_s):
                stream = await self._stream(self._client, ask.prompt, ask.max_tokens, started)
        except _Refused as refused:
            return Record(f"HTTP {refused.status}", refused.detail)
        except BadStream as error:
            return Record(error.kind, error.detail)
        except (TimeoutError, httpx.TimeoutException):
            return Record("timeout")
        except httpx.ConnectError as error:
            return Record("no connection", str(error))
        except httpx.HTTPError as error:
            return Record("cut off", str(error))
        if stream.n_chunks and not stream.output_tokens:
            self._notes.add("counted_chunks")
        if stream.n_chunks and not stream.input_tokens:
            self._notes.add("no_input_tokens")
        return stream.record(time.perf_counter() - started)

    async def _stream(
        self, client: httpx.AsyncClient, prompt: str, max_tokens: int, started: float
    ) -> ReplyStream:
        body = self._body(prompt, max_tokens)
        async with client.stream("POST", f"{self._base}/{self._path}", json=body) as response:
            if response.status_code != 200:
                raise _Refused(response.status_code, url_errors.detail_of(await response.aread()))
            if "json" in response.headers.get("content-type", ""):
                raise BadStream("not a stream", url_errors.detail_of(await response.aread()))
            stream, reader = ReplyStream(), SseReader()
            try:
                async for piece in response.aiter_bytes():
                    now_s = time.perf_counter() - started
                    for data in reader.feed(piece):
                        stream.add(data, now_s)
            except ValueError as error:
                raise BadStream("bad stream", str(error)) from error
            for data in reader.end():
                stream.add(data, time.perf_counter() - started)
            return stream

    def _body(self, prompt: str, max_tokens: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            self._tokens_field: max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.7,
            "ignore_eos": True,  # vLLM, llama.cpp and SGLang know it, most others ignore it
        }
        if self._path == _CHAT:
            body["messages"] = [{"role": "user", "content": prompt}]
        else:
            body["prompt"] = prompt
        return {name: value for name, value in body.items() if name not in self._left_out}


def split_url(url: str) -> tuple[str, str]:
    """The base that ends in /v1, and the path below it if the person gave one.

    >>> split_url("http://host:8000"), split_url("https://host/api/v1/completions")
    (('http://host:8000/v1', ''), ('https://host/api/v1', 'completions'))
    """
    parts = urlsplit(url.strip())
    path, given = parts.path.rstrip("/"), ""
    for known in (_CHAT, _TEXT):
        if path.endswith(f"/{known}"):
            path, given = path.removesuffix(f"/{known}"), known
            break
    return urlunsplit((parts.scheme, parts.netloc, path or "/v1", "", "")), given


def public_url(url: str) -> str:
    """Without user, password and query: what may be shown and stored."""
    parts = urlsplit(url.strip())
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _models(response: httpx.Response) -> list[dict[str, Any]]:
    if response.status_code != 200:
        return []
    try:
        listed = response.json().get("data")
    except (ValueError, AttributeError):
        return []
    found = listed if isinstance(listed, list) else []
    return [one for one in found if isinstance(one, dict) and one.get("id")]
