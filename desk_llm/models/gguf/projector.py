"""Image and sound encoders (mmproj files): what they add to the model that they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported
from desk_llm.models.gguf.abilities import AUDIO, VISION
from desk_llm.models.gguf.fields import Fields
from desk_llm.models.names import file_name, plain

CHOOSE_CHAT = QT_TRANSLATE_NOOP("errors", "Choose a chat model.")


@dataclass(frozen=True, slots=True)
class ProjectorInfo:
    """What the header of a projector says; `n_embd` is that of its model, 0: it does not say."""

    name: str
    abilities: frozenset[str]
    n_embd: int
    tensor_bytes: int


class Projector(Unsupported):
    """An image or audio encoder that belongs to a model: nothing to list, nothing to load."""

    info: ProjectorInfo


def is_projector(fields: Fields) -> bool:
    """True for encoders, by type or by architecture."""
    return fields.text("general.type") == "mmproj" or fields.architecture == "clip"


def refuse_projector(fields: Fields) -> Projector:
    """The error that says what it is, with its facts."""
    error = Projector(
        QT_TRANSLATE_NOOP(
            "errors", "“{file}” is the image part of a model, not a model by itself."
        ),
        CHOOSE_CHAT,
        file=file_name(fields.header.path),
    )
    error.info = _info(fields)
    return error


def _info(fields: Fields) -> ProjectorInfo:
    metadata = fields.header.metadata
    sides = [
        metadata.get(f"clip.{kind}.projection_dim", metadata.get("clip.projection_dim"))
        for kind in ("vision", "audio")
    ]
    # Old LLaVA files have CLIP's own number there.
    sides = [] if metadata.get("clip.has_llava_projector") is True else sides
    n_embd = next((one for one in sides if type(one) is int and 0 < one < 1 << 20), 0)
    hears = metadata.get("clip.has_audio_encoder") is True
    sees = metadata.get("clip.has_vision_encoder", not hears) is True
    return ProjectorInfo(
        name=plain(fields.text("general.name")),
        abilities=frozenset({VISION} if sees else ()) | frozenset({AUDIO} if hears else ()),
        n_embd=n_embd,
        tensor_bytes=sum(tensor.size for tensor in fields.header.tensors),
    )
