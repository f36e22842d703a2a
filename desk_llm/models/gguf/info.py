"""read_gguf: what a GGUF file says of its model, checked, without the engine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported
from desk_llm.models.gguf.abilities import abilities_of, cannot_chat
from desk_llm.models.gguf.caches import layer_caches, widest_block
from desk_llm.models.gguf.fields import Fields
from desk_llm.models.gguf.header import Tensor, read_header
from desk_llm.models.gguf.parts import missing_part, part_path, split_part
from desk_llm.models.gguf.projector import CHOOSE_CHAT, is_projector, refuse_projector
from desk_llm.models.gguf.quants import quant_label
from desk_llm.models.gguf.weights import Weights
from desk_llm.models.names import file_name, plain
from desk_llm.models.types import GgufInfo

MAX_LAYERS = 512
MAX_EXPERTS = 512


# Architectures that only guess ahead for another model; they are listed all the same.
_DRAFT_HEADS = frozenset({"eagle", "eagle3", "dflash"})


def read_gguf(path: Path, *, check_words: bool = False, any_kind: bool = False) -> GgufInfo:
    """Read the header of a model; of all its parts when it is split. `check_words`: see header.py.

    Models that answer with numbers instead of words are read with `any_kind`, and refused without.
    Raises FileDamaged, Unsupported, ModelNotFound or DiskProblem with a sentence naming the file.
    """
    header = read_header(path, check_words=check_words)
    fields = Fields(header)
    _check_kind(fields)
    info = _info(fields, [*header.tensors, *_tensors_of_other_parts(fields)])
    problem = not_for_chat(path, info)
    if problem is not None and not any_kind:
        raise problem
    return info


def not_for_chat(path: Path, info: GgufInfo) -> Unsupported | None:
    """The sentence for models that answer with numbers; None for all others."""
    if not cannot_chat(info.abilities):
        return None
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "“{file}” makes embeddings: it cannot chat."),
        CHOOSE_CHAT,
        file=file_name(path),
    )


def _check_kind(fields: Fields) -> None:
    """GGUF files hold other things too; say so before anything is missed in them."""
    kind = fields.text("general.type")
    if is_projector(fields):
        raise refuse_projector(fields)
    if kind == "adapter":
        raise fields.unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” is a LoRA adapter, not a model by itself."),
            CHOOSE_CHAT,
        )
    if kind not in {"", "model"}:
        raise fields.unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” is no model: its type is “{kind}”."),
            CHOOSE_CHAT,
            kind=plain(kind, 40),
        )
    if not fields.architecture:
        raise fields.damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: it does not name an architecture.")
        )
    if fields.text("tokenizer.ggml.model") in {"none", "no_vocab"}:
        raise fields.unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” has no vocabulary: it cannot chat."), CHOOSE_CHAT
        )


def _tensors_of_other_parts(fields: Fields) -> Iterable[Tensor]:
    path = fields.header.path
    count = fields.number("split.count", 0, 0, 99_999)
    if count <= 1:
        return []
    part = split_part(path.name)
    if part is None or part[2] != count:
        raise fields.unsupported(
            QT_TRANSLATE_NOOP(
                "errors", "“{file}” is one of {count} parts, but its name does not say which."
            ),
            QT_TRANSLATE_NOOP("errors", "Give the parts their original names back."),
            count=count,
        )
    if part[1] != 1:
        raise fields.unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” is part {number} of {count} of a model."),
            QT_TRANSLATE_NOOP("errors", "Choose the first part."),
            number=part[1],
            count=count,
        )
    tensors: list[Tensor] = []
    for number in range(2, count + 1):
        other = part_path(path, part[0], number, count)
        if not other.exists():
            raise missing_part(path, number, count)
        tensors += read_header(other).tensors
    return tensors


def _info(fields: Fields, tensors: list[Tensor]) -> GgufInfo:
    if not fields.has(".block_count"):
        raise fields.unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” is no language model: it has no layers."),
            CHOOSE_CHAT,
        )
    n_layers = fields.number(".block_count", 0, 1, MAX_LAYERS)
    if not tensors:
        raise fields.unsupported(
            QT_TRANSLATE_NOOP("errors", "“{file}” has no weights: it is only a vocabulary."),
            CHOOSE_CHAT,
        )
    weights = Weights.of(tensors, n_layers)
    n_experts, n_used = _check_experts(fields, n_layers, has_experts=weights.has_experts)
    n_ahead = fields.number(".nextn_predict_layers", 0, 0, n_layers)
    fields.check_finite(".attention.layer_norm_rms_epsilon")
    fields.check_finite(".attention.layer_norm_epsilon")
    n_embd = fields.number(".embedding_length", 0, 1, 1 << 20)
    heads = fields.per_layer(".attention.head_count", (0,), n_layers)
    kv_heads = fields.per_layer(".attention.head_count_kv", heads, n_layers)
    n_head = max(heads)
    head_dim = n_embd // n_head if n_head else 0
    file_type = fields.number("general.file_type", -1, 0, 1 << 31)
    template = fields.text("tokenizer.chat_template")
    metadata = fields.header.metadata
    return GgufInfo(
        version=fields.header.version,
        architecture=fields.architecture,
        name=plain(fields.text("general.name")),
        file_type=None if file_type < 0 else file_type,
        quant=quant_label(None if file_type < 0 else file_type, weights.by_type),
        n_params=weights.n_params,
        n_layers=n_layers,
        n_ctx_train=fields.number(".context_length", 0, 0, 1 << 31),
        n_embd=n_embd,
        n_head=n_head,
        n_head_kv=max(kv_heads),
        n_head_kv_sum=sum(kv_heads),
        head_dim_k=fields.number(".attention.key_length", head_dim, 0, 65_536),
        head_dim_v=_value_dim(fields, head_dim),
        n_vocab=_n_vocab(fields),
        chat_template=template,
        licence=plain(fields.text("general.license")),
        description=plain(fields.text("general.description"), 500),
        tensor_bytes=weights.bytes,
        layer_bytes=weights.layer_bytes,
        layer_sizes=tuple(weights.layers),
        expert_sizes=tuple(weights.experts) if weights.has_movable_experts else (),
        output_bytes=weights.output_bytes,
        embedding_bytes=weights.embedding_bytes,
        expert_share=n_used / n_experts if n_experts else 1.0,
        n_experts=n_experts,
        abilities=abilities_of(metadata, fields.architecture, template),
        is_draft_head=fields.architecture in _DRAFT_HEADS
        or (n_ahead > 0 and not any(weights.layers[: n_layers - n_ahead])),
        is_for_ollama=weights.has_encoder or (n_head > 0 and not _has_epsilon(fields)),
        caches=layer_caches(metadata, n_layers),
        n_ff=widest_block(metadata, n_layers),
        type_bytes=tuple(sorted(weights.by_type.items())),
        embedding_type=weights.embedding_type,
    )


def _has_epsilon(fields: Fields) -> bool:
    """llama.cpp wants one, but the files that Ollama made of gemma3 for itself have none."""
    keys = (".attention.layer_norm_rms_epsilon", ".attention.layer_norm_epsilon")
    return any(fields.has(key) for key in keys)


def _check_experts(fields: Fields, n_layers: int, *, has_experts: bool) -> tuple[int, int]:
    """How many experts there are, and how many of them a token uses.

    llama.cpp aborts when the numbers of experts contradict each other or the tensors.
    """
    n_experts = fields.number(".expert_count", 0, 0, MAX_EXPERTS)
    n_used = max(fields.per_layer(".expert_used_count", (0,), n_layers))
    n_groups = fields.number(".expert_group_count", 0, 0, MAX_EXPERTS)
    n_groups_used = fields.number(".expert_group_used_count", 0, 0, MAX_EXPERTS)
    if n_experts == n_used == n_groups == 0:
        return 0, 0
    has_groups = n_groups <= 1 or (
        n_experts % n_groups == 0 and 0 < n_groups_used < n_groups < n_experts
    )
    if not (has_experts and has_groups and 1 <= n_used <= n_experts and n_groups < n_experts):
        raise fields.damaged(
            QT_TRANSLATE_NOOP(
                "errors", "“{file}” is damaged: {used} of {count} experts do not match its tensors."
            ),
            used=n_used,
            count=n_experts,
        )
    return n_experts, n_used


def _value_dim(fields: Fields, head_dim: int) -> int:
    """0 for multi-head latent attention: its cache holds keys only."""
    if fields.number(".attention.key_length_mla", 0, 0, 65_536):
        return 0
    return fields.number(".attention.value_length", head_dim, 0, 65_536)


def _n_vocab(fields: Fields) -> int:
    return fields.list_length("tokenizer.ggml.tokens") or fields.number(
        ".vocab_size", 0, 0, 1 << 24
    )
