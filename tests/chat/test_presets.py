"""A chat asks its model as the model's preset says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_llm.chat.service import ChatService
from desk_llm.chat.session import ChatSession
from desk_llm.chat.types import Message, Role
from desk_llm.engine.types import ChatMessage
from desk_llm.models.presets.store import PresetStore
from desk_llm.models.presets.types import Preset, PresetMessage
from tests.chat.conftest import Desk

PRESET = Preset(
    sampling={"temperature": 0.1, "system_prompt": "Be brief."},
    stop=("###",),
    messages=(
        PresetMessage("system", "You are a pirate."),
        PresetMessage("user", "Ahoy"),
        PresetMessage("assistant", "Arr!"),
    ),
)


@pytest.fixture
def presets(tmp_path: Path) -> Iterator[PresetStore]:
    store = PresetStore(tmp_path / "presets.json")
    store.save("a", PRESET)
    yield store
    store.close()


@pytest.fixture
def session(desk: Desk, presets: PresetStore) -> ChatSession:
    desk.settings.change("sampling", temperature=0.9, top_k=7, system_prompt="General.")
    desk.service = ChatService(
        desk.store, desk.engine, desk.loader, desk.settings, desk.clock, presets
    )
    return desk.chat("a")


def turns(desk: Desk) -> list[tuple[str, str]]:
    return [(one.role, one.content) for one in desk.engine.requests[-1].messages]


def test_a_new_chat_begins_with_the_preset_s_turns(desk: Desk, session: ChatSession) -> None:
    added: list[Message] = []
    session.message_added.connect(added.append)
    desk.exchange(session, "Where is it?", "Here.")
    assert turns(desk) == [
        ("system", "Be brief.\n\nYou are a pirate."),
        ("user", "Ahoy"),
        ("assistant", "Arr!"),
        ("user", "Where is it?"),
    ]
    assert [one.text for one in added] == ["Ahoy", "Arr!", "Where is it?", ""]
    stored = desk.stored(session)
    assert [one.text for one in stored] == ["Ahoy", "Arr!", "Where is it?", "Here."]
    assert [one.parent_id for one in stored] == [None, *(one.id for one in stored[:-1])]
    assert session.conversation.title == "Where is it?"
    desk.exchange(session, "And now?", "There.")
    assert [text for _role, text in turns(desk)].count("Ahoy") == 1
    session.edit(stored[2].id, "Who are you?")
    desk.engine.end("A pirate.")
    desk.service.pump()
    assert [one.text for one in session.branch] == ["Ahoy", "Arr!", "Who are you?", "A pirate."]


def test_sampling_and_stop_strings(desk: Desk, session: ChatSession) -> None:
    desk.exchange(session, "Hi", "Ho")
    sampling = desk.engine.requests[-1].sampling
    assert (sampling.temperature, sampling.top_k, sampling.stop) == (0.1, 7, ("###",))


def test_another_model_follows_the_general_settings(desk: Desk, session: ChatSession) -> None:
    other = desk.chat("b")
    desk.exchange(other, "Hi", "Ho")
    assert desk.engine.requests[-1].messages == (
        ChatMessage("system", "General."),
        ChatMessage("user", "Hi"),
    )
    assert desk.engine.requests[-1].sampling.temperature == 0.9
    assert session.branch == []


def test_a_changed_preset_counts_for_the_next_reply(
    desk: Desk, session: ChatSession, presets: PresetStore
) -> None:
    desk.exchange(session, "Hi", "Ho")
    presets.save("a", Preset(stop=("!",)))
    session.regenerate(session.branch[-1].id)
    request = desk.engine.requests[-1]
    assert request.messages[0] == ChatMessage("system", "General.")
    assert (request.sampling.temperature, request.sampling.stop) == (0.9, ("!",))
    assert [one.role for one in session.branch][:2] == [Role.USER, Role.ASSISTANT]  # they were said
