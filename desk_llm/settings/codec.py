"""Settings as TOML text and back: reading takes what is sound and reports what is not."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from desk_llm.errors import RequestError
from desk_llm.settings.checks import Value, check, group_types
from desk_llm.settings.table import Settings

VERSION = 1
MAX_BYTES = 1 << 20
Extra = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file held. `wrong`: keys that were refused. `extra`: keys of a newer version."""

    settings: Settings
    wrong: tuple[str, ...] = ()
    extra: Extra = field(default_factory=dict)
    version: int = VERSION


def parse(data: bytes) -> Parsed:
    """Raises ValueError for what is not TOML at all."""
    if len(data) > MAX_BYTES:
        raise ValueError("too long")
    if not data.strip():
        raise ValueError("empty")
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    settings, wrong, extra = Settings(), list[str](), Extra()
    for group, group_type in group_types().items():
        table = document.pop(group, {})
        if not isinstance(table, dict):
            wrong.append(group)
            continue
        known, unknown = _read_group(group, group_type, table, wrong)
        settings = replace(settings, **{group: replace(getattr(settings, group), **known)})
        if unknown:
            extra[group] = unknown
    version = document.pop("version", VERSION)
    if not isinstance(version, int):
        wrong.append("version")
        version = VERSION
    for name, table in document.items():
        if isinstance(table, dict):
            extra[name] = _writable(name, table, wrong)
        else:
            wrong.append(name)
    return Parsed(settings, tuple(wrong), extra, version)


def _read_group(
    group: str, group_type: type, table: Mapping[str, object], wrong: list[str]
) -> tuple[dict[str, Value], dict[str, object]]:
    names = {one.name for one in fields(group_type)}
    known: dict[str, Value] = {}
    for name in names & table.keys():
        try:
            known[name] = check(group_type, name, table[name])
        except RequestError:
            wrong.append(f"{group}.{name}")
    unknown = {key: table[key] for key in table if key not in names}
    return known, _writable(group, unknown, wrong)


def _writable(group: str, table: Mapping[str, object], wrong: list[str]) -> dict[str, object]:
    kept = {key: value for key, value in table.items() if _literal(value) is not None}
    wrong += [f"{group}.{key}" for key in table if key not in kept]
    return kept


def dump(settings: Settings, extra: Extra, version: int = VERSION) -> str:
    """The whole file."""
    lines = [f"version = {max(version, VERSION)}"]
    tables: dict[str, dict[str, object]] = {}
    for group in group_types():
        values = getattr(settings, group)
        tables[group] = {one.name: getattr(values, one.name) for one in fields(values)}
    for name, table in extra.items():
        tables.setdefault(name, {}).update(table)
    for name, table in tables.items():
        lines += ["", f"[{_key(name)}]"]
        lines += [f"{_key(k)} = {_literal(v)}" for k, v in table.items() if v is not None]
    return "\n".join(lines) + "\n"


def _literal(value: object) -> str | None:
    """None for what this writer does not know; it never gets there from our own table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return "[" + ", ".join(_quoted(one) for one in value) + "]"
    return None


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _quoted(name)


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but TOML wants DEL escaped as well.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
