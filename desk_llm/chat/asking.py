"""What a model is asked in a chat: the general settings, and over them the model's preset."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from desk_llm.chat.history import chat_messages
from desk_llm.chat.ports import PresetsPort
from desk_llm.chat.store import new_id
from desk_llm.chat.types import Conversation, Message, Role
from desk_llm.engine.types import GenerationRequest, ModelInfo
from desk_llm.models.presets.apply import with_sampling
from desk_llm.models.presets.sampling import opening, sampling_params, system_text
from desk_llm.models.presets.types import Preset
from desk_llm.settings import SamplingSettings


class NoPresets:
    """Every model follows the general settings."""

    def get(self, model_id: str) -> Preset:
        """An empty one."""
        del model_id
        return Preset()


def request(
    reply: Message,
    conversation: Conversation,
    branch: Iterable[Message],
    info: ModelInfo,
    general: SamplingSettings,
    presets: PresetsPort,
) -> GenerationRequest:
    """One reply asked of the loaded model `info`; `branch` leads to it."""
    preset = presets.get(info.key)
    settings = with_sampling(preset, general)
    return GenerationRequest(
        request_id=reply.id,
        model=info.key,
        messages=chat_messages(branch, system_text(settings, preset)),
        sampling=sampling_params(settings, info, preset.stop),
        client=conversation.title,
        conversation=conversation.id,
    )


def opening_messages(conversation_id: str, preset: Preset) -> list[Message]:
    """The turns that a preset puts before the first question, each the child of the one before."""
    made: list[Message] = []
    now = time.time()
    for turn in opening(preset):
        message = Message(new_id(), conversation_id, None, Role(turn.role), turn.text, now)
        made.append(replace(message, parent_id=made[-1].id) if made else message)
    return made
