"""Presets as JSON text and back: reading takes what is sound and names what is not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from desk_llm.errors import RequestError
from desk_llm.models.presets.apply import LOAD_FIELDS, ROLES, SAMPLING_FIELDS
from desk_llm.models.presets.types import Adapter, Preset, PresetMessage, SettingValue
from desk_llm.settings import EngineSettings, SamplingSettings
from desk_llm.settings.checks import check

VERSION = 1
MAX_BYTES = 64 << 20  # licences and templates are long, and there may be many
Presets = dict[str, Preset]
Fields = Mapping[str, object]


def parse(data: bytes) -> tuple[Presets, tuple[str, ...]]:
    """All presets by model, and the names of what was refused. Raises ValueError for no JSON."""
    if len(data) > MAX_BYTES:
        raise ValueError("too long")
    try:
        document = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    tables = document.get("presets") if isinstance(document, dict) else None
    if not isinstance(tables, dict):
        raise ValueError("no presets")  # noqa: TRY004 - one kind of error for all that is no file of ours
    wrong: list[str] = []
    presets: Presets = {}
    for model_id, table in tables.items():
        if isinstance(table, dict):
            presets[model_id] = from_fields(table, wrong.append)
        else:
            wrong.append(model_id)
    return presets, tuple(wrong)


def dump(presets: Mapping[str, Preset]) -> str:
    """The whole file."""
    tables = {model_id: to_fields(preset) for model_id, preset in sorted(presets.items())}
    document = {"version": VERSION, "presets": tables}
    return json.dumps(document, indent=1) + "\n"  # ASCII: a path may be bytes that are no text


def to_fields(preset: Preset) -> dict[str, object]:
    """What is not empty, fit for JSON."""
    return {name: value for name, value in asdict(preset).items() if value}


def from_fields(fields: Fields, refuse: Callable[[str], None]) -> Preset:
    """The sound part of one preset; `refuse` is told the rest."""
    return Preset(
        load=_settings(EngineSettings, LOAD_FIELDS, fields.get("load", {}), refuse),
        sampling=_settings(SamplingSettings, SAMPLING_FIELDS, fields.get("sampling", {}), refuse),
        adapters=tuple(_adapters(fields.get("adapters", []), refuse)),
        draft=_text(fields, "draft", refuse),
        stop=tuple(_stops(fields.get("stop", []), refuse)),
        messages=tuple(_messages(fields.get("messages", []), refuse)),
        template=_text(fields, "template", refuse),
        licence=_text(fields, "licence", refuse),
    )


def _settings(
    group: type, names: tuple[str, ...], table: object, refuse: Callable[[str], None]
) -> dict[str, SettingValue]:
    found: dict[str, SettingValue] = {}
    for name, value in (table if isinstance(table, dict) else {}).items():
        if name not in names:
            refuse(name)
            continue
        try:
            found[name] = check(group, name, value)  # type: ignore[assignment]
        except RequestError:
            refuse(name)
    return found


def _adapters(table: object, refuse: Callable[[str], None]) -> Iterator[Adapter]:
    for one in table if isinstance(table, list) else []:
        path = one.get("path") if isinstance(one, dict) else None
        scale = one.get("scale", 1.0) if isinstance(one, dict) else None
        if isinstance(path, str) and isinstance(scale, (int, float)) and math.isfinite(scale):
            yield Adapter(path, float(scale))
        else:
            refuse("adapters")


def _messages(table: object, refuse: Callable[[str], None]) -> Iterator[PresetMessage]:
    for one in table if isinstance(table, list) else []:
        role = one.get("role") if isinstance(one, dict) else None
        text = one.get("text") if isinstance(one, dict) else None
        if isinstance(role, str) and role in ROLES and isinstance(text, str):
            yield PresetMessage(role, text)
        else:
            refuse("messages")


def _stops(table: object, refuse: Callable[[str], None]) -> Iterator[str]:
    for one in table if isinstance(table, list) else []:
        if isinstance(one, str) and one:
            yield one
        else:
            refuse("stop")


def _text(fields: Fields, name: str, refuse: Callable[[str], None]) -> str:
    value = fields.get(name, "")
    if isinstance(value, str):
        return value
    refuse(name)
    return ""
