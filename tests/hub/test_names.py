"""Names of downloads: every form the documentation promises, and those that must be refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.errors import DeskError, RequestError
from desk_llm.hub.names import HubName, Name, OllamaName, UrlName, parse

DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ann/cat-GGUF", HubName("ann/cat-GGUF")),
        ("ann/cat-GGUF:Q4_K_M", HubName("ann/cat-GGUF", "Q4_K_M")),
        ("ann/cat-GGUF:UD-Q4_K_XL", HubName("ann/cat-GGUF", "UD-Q4_K_XL")),
        ("hf.co/ann/cat-GGUF:Q8_0", HubName("ann/cat-GGUF", "Q8_0")),
        ("huggingface.co/ann/cat-GGUF", HubName("ann/cat-GGUF")),
        ("https://hf.co/ann/cat-GGUF:Q8_0", HubName("ann/cat-GGUF", "Q8_0")),
        ("https://huggingface.co/ann/cat-GGUF", HubName("ann/cat-GGUF")),
        ("https://huggingface.co/ann/cat-GGUF/tree/main", HubName("ann/cat-GGUF", "", "", "main")),
        (
            "https://huggingface.co/ann/cat-GGUF/blob/main/Q8_0/c%20t-Q8_0.gguf",
            HubName("ann/cat-GGUF", "", "Q8_0/c t-Q8_0.gguf", "main"),
        ),
        (
            "https://hf-mirror.com/ann/cat-GGUF/resolve/0123abc/c-Q8_0.gguf?download=true",
            HubName("ann/cat-GGUF", "", "c-Q8_0.gguf", "0123abc"),
        ),
        (
            "https://huggingface.co/ann/cat-GGUF?show_file_info=c-Q8_0.gguf",
            HubName("ann/cat-GGUF", "", "c-Q8_0.gguf"),
        ),
        ("https://hub.example:8443/ann/cat:Q4_0", HubName("ann/cat", "Q4_0")),
        ("ollama:qwen3:0.6b", OllamaName("library", "qwen3", "0.6b")),
        ("ollama:qwen3", OllamaName("library", "qwen3", "latest")),
        ("ollama:ann/cat:7b", OllamaName("ann", "cat", "7b")),
        ("https://ollama.com/library/qwen3:0.6b", OllamaName("library", "qwen3", "0.6b")),
        ("https://ollama.com/ann/cat", OllamaName("ann", "cat", "latest")),
        ("ollama:registry.ollama.ai/library/cat:1", OllamaName("library", "cat", "1")),
        ("ollama:hf.co/ann/cat-GGUF:Q4_K_M", HubName("ann/cat-GGUF", "Q4_K_M")),
        ("https://a.example/x/y.gguf", UrlName("https://a.example/x/y.gguf")),
        (
            f"https://a.example/y.GGUF?k=v#sha256={DIGEST.upper()}",
            UrlName("https://a.example/y.GGUF?k=v", DIGEST),
        ),
        ("http://127.0.0.1:8000/y.gguf", UrlName("http://127.0.0.1:8000/y.gguf")),
    ],
)
def test_means(text: str, name: Name) -> None:
    assert parse(f"  {text}\n", ["https://hub.example:8443"]) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cat",
        "../../etc/passwd",
        "ann/../cat",
        "ann/cat/dog",
        "ann/cat:",
        "ann/cat:../x",
        "-ann/cat",
        "ann/cat--dog",
        "ann/cat\0",
        "ann/c\u202eat",
        "C:\\models\\x.gguf",
        "\\\\host\\share\\m.gguf",
        "file:///etc/passwd",
        "ftp://a.example/x.gguf",
        "https://a.example/x.zip",
        "https://user:secret@a.example/x.gguf",
        "https://a.example/x.gguf#sha256=abc",
        "https://a.example/x.gguf#md5=" + DIGEST,
        "http://a.example/x.gguf",
        "https://[::1/x.gguf",
        "https://a.example:99999/x.gguf",
        "ollama:",
        "ollama:../x:1",
        "ollama:a/b/c:1",
        "ollama:x:../../1",
        "a" * 5000 + "/b",
        "%2e%2e/x",
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(RequestError) as raised:
        parse(text)
    assert raised.value.hint


@given(st.text(max_size=200))
def test_any_text_is_a_name_or_a_sentence(text: str) -> None:
    for prefix in ("", "https://huggingface.co/", "ollama:", "https://a.example/x.gguf#"):
        with contextlib.suppress(DeskError):
            assert isinstance(parse(prefix + text), HubName | OllamaName | UrlName)
