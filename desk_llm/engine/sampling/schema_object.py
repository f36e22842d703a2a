"""JSON objects of a schema → GBNF: properties in order, commas only between them."""

from __future__ import annotations

from typing import Any

from desk_llm.engine.sampling.gbnf_text import char_class, literal
from desk_llm.engine.sampling.regex_gbnf import PLAIN, Ranges, without
from desk_llm.engine.sampling.schema_merge import Schema, not_supported
from desk_llm.engine.sampling.schema_parts import Impossible, Rules, as_json, bounds, repeated

_UNESCAPED = without(PLAIN, [(0x22, 0x22), (0x5C, 0x5C)])

_Members = list[tuple[str, bool]]  # rule of "name: value", and whether it must be there


def object_rule(rules: Rules, schema: Schema) -> str:
    """The name of the rule for an object. Raises Impossible."""
    properties: dict[str, Any] = schema.get("properties", {})
    required: list[str] = schema.get("required", [])
    rest = schema.get("additionalProperties", not properties and not required)
    rules.primitive("ws")
    if rest is True and not properties and not required and not _counts(schema):
        return rules.primitive("object")
    members = _members(rules, properties, required, schema)
    extra = _extra(rules, rest, [*properties, *required])
    least, most = bounds(schema, "minProperties", "maxProperties")
    n_required = sum(is_required for _rule, is_required in members)
    if most is not None and n_required > most:
        raise Impossible
    if least > n_required:
        raise not_supported("minProperties")
    n_extra: int | None = None
    if most is not None:
        if extra and members:
            raise not_supported("maxProperties")
        if not extra and len(members) > most:
            raise not_supported("maxProperties")
        n_extra = most
    body = _body(rules, members, extra, n_extra)
    if not body:
        return rules.rule('"{" ws "}"')
    inside = f"{body} ws" if n_required else f"({body} ws)?"
    return rules.rule(f'"{{" ws {inside} "}}"')


def _counts(schema: Schema) -> bool:
    return "minProperties" in schema or "maxProperties" in schema


def _members(
    rules: Rules, properties: dict[str, Any], required: list[str], schema: Schema
) -> _Members:
    unnamed = schema.get("additionalProperties", True)
    known = {**properties, **{name: unnamed for name in required if name not in properties}}
    members: _Members = []
    for name, value in known.items():
        try:
            rule = rules.node(value)
        except Impossible:
            if name in required:
                raise
            continue
        key = literal(as_json(name) + ":")
        members.append((rules.rule(f"{key} ws {rule}"), name in required))
    return members


def _extra(rules: Rules, rest: Any, names: list[str]) -> str:
    """The rule of an unnamed property; empty when there is none."""
    if rest is False:
        return ""
    try:
        value = rules.node(rest)
    except Impossible:
        return ""
    key = rf'"\"" {_other_than(rules, sorted(set(names)))} "\""' if names else ""
    return rules.rule(f'{key or rules.primitive("string")} ":" ws {value}')


def _other_than(rules: Rules, names: list[str]) -> str:
    """A key that is none of the names, which are sorted; without escapes, which could spell one."""
    starts: dict[str, list[str]] = {}
    for name in names:
        if name:
            starts.setdefault(name[0], []).append(name[1:])
    used: Ranges = [(ord(char), ord(char)) for char in starts]
    parts = [f"{char_class(without(_UNESCAPED, used))} {char_class(_UNESCAPED)}*"]
    for char, ends in starts.items():
        if any(first <= ord(char) <= last for first, last in _UNESCAPED):
            parts.append(f"{literal(char)} {_other_than(rules, ends)}")
    if "" not in names:
        parts.append('""')
    return rules.rule(" | ".join(parts))


def _body(rules: Rules, members: _Members, extra: str, n_extra: int | None) -> str:
    """The members of an object that has one at least."""
    if not members:
        if not extra or n_extra == 0:
            return ""
        more = rules.rule(f'"," ws {extra}')
        return f"{extra} {more}{repeated(0, None if n_extra is None else n_extra - 1)}"
    tail = rules.rule(f'"," ws {extra}') + "*" if extra else ""
    firsts = [f"{extra} {tail}"] if extra else []
    for rule, is_required in reversed(members):
        first = f"{rule} {tail}"
        firsts = [first] if is_required else [first, *firsts]
        here = rules.rule(f'"," ws {rule}')
        tail = f"{here if is_required else here + '?'} {tail}"
        if not is_required:
            tail = rules.rule(tail)
    return firsts[0] if len(firsts) == 1 else f"({' | '.join(firsts)})"
