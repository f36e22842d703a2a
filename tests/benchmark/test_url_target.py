"""Servers as they are: what each does differently, and every way to go wrong as a sentence."""

from __future__ import annotations

import socket
import threading

import pytest

from desk_llm.benchmark.service import BenchmarkService
from desk_llm.benchmark.types import BenchmarkRun, LoadResult, LoadRow, LoadSpec
from desk_llm.benchmark.url_target import public_url, split_url
from desk_llm.errors import Cancelled, DeskError, ModelNotFound, RequestError, ResourceError
from tests.benchmark.conftest import MakeServer

PATIENCE_S = 60


def spec_of(url: str, **changes: object) -> LoadSpec:
    given: dict[str, object] = {
        "url": url,
        "concurrency": (2,),
        "n_requests": 12,
        "input_tokens": 20,
        "output_tokens": 5,
        "timeout_s": 20.0,
        **changes,
    }
    return LoadSpec(**given)  # type: ignore[arg-type]


def measure(
    service: BenchmarkService, url: str, key: str = "", **changes: object
) -> tuple[BenchmarkRun, LoadRow]:
    run = service.start(spec_of(url, **changes), key).result(PATIENCE_S)
    assert isinstance(run.result, LoadResult)
    return run, run.result.rows[0]


def refused(service: BenchmarkService, url: str, key: str = "", **changes: object) -> DeskError:
    error = service.start(spec_of(url, **changes), key).exception(PATIENCE_S)
    assert isinstance(error, DeskError), error
    return error


SERVERS: dict[str, dict[str, object]] = {
    "vllm": {},
    "llama-server": {"owned_by": "llamacpp", "models": ("m.gguf",)},
    "ollama": {"owned_by": "library", "models": ("qwen3:8b", "gemma3:4b"), "role_first": False},
    "tgi": {"models": ("tgi",), "role_first": False, "crlf": True},
    "openai": {"refused_fields": ("ignore_eos",), "wants_completion_tokens": True},
    "thinking": {"text_field": "reasoning_content"},
    "several tokens in a chunk": {"words_per_chunk": 3},
    "base model": {"has_chat": False},
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_kind_of_server(service: BenchmarkService, serve: MakeServer, name: str) -> None:
    server = serve(**SERVERS[name])
    run, row = measure(service, server.url)
    assert (row.n_ok, row.errors, row.output_tokens) == (12, (), 60)
    assert row.input_tokens == pytest.approx(12 * 20, abs=24)
    assert 0 < row.ttft.p50 <= row.e2e.p50
    assert run.result.notes == ()
    assert run.setup.server == server.behaviour.owned_by
    assert run.model == server.behaviour.models[0]
    body = server.requests[-1]
    assert body["stream"] is True
    assert not set(body) & set(server.behaviour.refused_fields)
    assert "ignore_eos" in body or name == "openai"
    wanted = "/v1/completions" if name == "base model" else "/v1/chat/completions"
    assert server.paths[-1] == wanted


def test_a_server_without_usage_is_counted_by_chunks_and_says_so(
    service: BenchmarkService, serve: MakeServer
) -> None:
    run, row = measure(service, serve(has_usage=False).url)
    assert row.output_tokens == 60
    assert run.result.notes == ("counted_chunks", "no_input_tokens")


def test_a_server_that_refuses_every_extra(service: BenchmarkService, serve: MakeServer) -> None:
    server = serve(refused_fields=("ignore_eos", "stream_options", "temperature"))
    run, _row = measure(service, server.url)
    assert run.result.notes == ("counted_chunks", "no_input_tokens")


def test_some_requests_fail(service: BenchmarkService, serve: MakeServer) -> None:
    _run, row = measure(service, serve(fail_every=3).url)
    assert row.errors == (("HTTP 500", 4),)
    assert row.error_rate == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ({"garbage": b"data: {broken\n\n"}, "bad stream"),
        ({"garbage": b"data: [1, 2]\n\n"}, "bad stream"),
        ({"garbage": b'data: {"error": {"message": "CUDA out of memory"}}\n\n'}, "server error"),
        ({"garbage": b"x" * (3 << 20)}, "bad stream"),
        ({"garbage": b"data: [DONE]\n\n"}, "empty reply"),
        ({"garbage": b"<html>welcome</html>"}, "cut off"),
        ({"garbage": b"{}", "content_type": "application/json"}, "not a stream"),
        ({"cut_after": 2}, "cut off"),
    ],
)
def test_a_stream_that_is_none_is_said_at_once(
    service: BenchmarkService, serve: MakeServer, behaviour: dict[str, object], message: str
) -> None:
    error = refused(service, serve(**behaviour).url)
    assert message in error.message
    assert "OpenAI API" in error.hint


def test_a_server_that_breaks_under_load(service: BenchmarkService, serve: MakeServer) -> None:
    error = refused(service, serve(error_status=503).url)
    assert error.message == "Every request failed: HTTP 503: it hurts."


def test_levels_before_a_breakdown_are_kept(service: BenchmarkService, serve: MakeServer) -> None:
    server = serve(break_after=13)  # the probe and the first level
    error = refused(service, server.url, concurrency=(2, 4))
    assert error.message == "Every request failed: HTTP 503: it hurts."
    (run,) = service.store.list()
    assert not run.is_complete
    assert [row.n_ok for row in run.result.rows if isinstance(row, LoadRow)] == [12, 0]


def test_the_key(service: BenchmarkService, serve: MakeServer) -> None:
    server = serve(api_key="s3cret")
    assert measure(service, server.url, " s3cret\n")[1].n_ok == 12
    for wrong in ("", "other"):
        assert "refuses the API key (HTTP 401)" in refused(service, server.url, wrong).message
    assert "characters that no key has" in refused(service, server.url, "ключ").message


def test_the_name_of_the_model(service: BenchmarkService, serve: MakeServer) -> None:
    server = serve(models=("one", "two"))
    assert measure(service, server.url, model="two")[0].model == "two"
    error = refused(service, server.url, model="three")
    assert isinstance(error, ModelNotFound)
    assert "“three”" in error.message
    silent = serve(models=())
    assert "lists no models" in refused(service, silent.url).message
    assert measure(service, silent.url, model="any")[0].setup.server == "unknown"


def test_nobody_there(service: BenchmarkService) -> None:
    with socket.socket() as taken:  # bound and not listening: refused at once
        taken.bind(("127.0.0.1", 0))
        error = refused(service, f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert isinstance(error, ResourceError)
    assert "Nothing answers at http://127.0.0.1" in error.message
    assert "Nothing answers" in refused(service, "http://no-such-host.invalid/v1").message


def test_a_server_that_never_answers_in_time(service: BenchmarkService, serve: MakeServer) -> None:
    server = serve(is_silent=True)
    error = refused(service, server.url, n_requests=10, concurrency=(10,), timeout_s=0.3)
    assert error.message == "Every request failed: timeout."


def test_cancel_does_not_wait_for_the_server(service: BenchmarkService, serve: MakeServer) -> None:
    server = serve(is_silent=True)
    future = service.start(spec_of(server.url))
    assert server.asked.wait(PATIENCE_S)
    while len(server.requests) < 3:
        threading.Event().wait(0.005)
    service.cancel()
    with pytest.raises(Cancelled):
        future.result(PATIENCE_S / 6)  # the server would hold it for half a minute


def test_secrets_are_not_kept(service: BenchmarkService, serve: MakeServer) -> None:
    server = serve()
    url = server.url.replace("http://", "http://user:pass@") + "/v1/?token=abc"
    run, _row = measure(service, url, "s3cret")
    kept = repr(service.store.get(run.id))
    assert not any(secret in kept for secret in ("pass", "abc", "s3cret"))
    assert isinstance(run.spec, LoadSpec)
    assert run.spec.url == f"{server.url}/v1/"


@pytest.mark.parametrize(
    ("url", "base", "path"),
    [
        ("http://host:8000", "http://host:8000/v1", ""),
        ("http://host:8000/", "http://host:8000/v1", ""),
        ("https://host/openai/v1/", "https://host/openai/v1", ""),
        ("http://host/v1/chat/completions", "http://host/v1", "chat/completions"),
        (" http://host/v1/completions ", "http://host/v1", "completions"),
    ],
)
def test_addresses_as_people_give_them(url: str, base: str, path: str) -> None:
    assert split_url(url) == (base, path)


def test_a_given_path_is_kept(service: BenchmarkService, serve: MakeServer) -> None:
    server = serve()
    measure(service, f"{server.url}/v1/completions")
    assert set(server.paths) == {"/v1/completions"}


def test_an_address_without_its_secrets() -> None:
    assert public_url("https://u:p@host:1/v1?key=1#x") == "https://host:1/v1"


def test_errors_are_request_errors(service: BenchmarkService, serve: MakeServer) -> None:
    assert isinstance(refused(service, serve(api_key="x").url), RequestError)
