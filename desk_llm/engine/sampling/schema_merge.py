"""Two JSON schemas that must both hold, as one; and whether two can hold at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported

Schema = dict[str, Any]

ALL_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
_LARGER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_SMALLER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_CHOICES = ("anyOf", "oneOf")
_MOST_CHOICES = 256
_ANNOTATIONS = frozenset(
    (
        *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
        *("$schema", "$id", "$comment", "$defs", "definitions"),
    )
)


def not_supported(keyword: str) -> Unsupported:
    """The error for a schema that says what a grammar cannot."""
    return Unsupported(
        QT_TRANSLATE_NOOP(
            "errors", "The JSON schema uses “{keyword}” in a way that cannot be kept."
        ),
        QT_TRANSLATE_NOOP("errors", "Leave it out and check the reply yourself."),
        keyword=keyword,
    )


def merge(one: Schema, other: Schema) -> Schema:
    """What both say. `$ref` must be resolved before."""
    merged = dict(one)
    _merge_objects(merged, one, other)
    for key, value in other.items():
        if key in ("properties", "additionalProperties"):
            continue
        is_said_twice = key in merged and key not in _ANNOTATIONS
        merged[key] = _both(key, merged[key], value) if is_said_twice else value
    return merged


def _both(key: str, mine: Any, theirs: Any) -> Any:
    if mine == theirs and type(mine) is type(theirs):
        return mine
    is_flag = isinstance(mine, bool) or isinstance(theirs, bool)
    if key in _LARGER + _SMALLER and not is_flag:
        return max(mine, theirs) if key in _LARGER else min(mine, theirs)
    if key in _CHOICES and len(mine) * len(theirs) <= _MOST_CHOICES:
        return [{"allOf": [a, b]} for a in mine for b in theirs]
    if key not in _JOINED:
        raise not_supported(key)
    return _JOINED[key](mine, theirs)


def _shared_values(mine: list[Any], theirs: list[Any]) -> list[Any]:
    known = {canonical(value) for value in theirs}
    return [value for value in mine if canonical(value) in known]


_JOINED: dict[str, Callable[[Any, Any], Any]] = {
    "type": lambda a, b: sorted(types_of({"type": a}) & types_of({"type": b})),
    "enum": _shared_values,
    "required": lambda a, b: [*a, *(name for name in b if name not in a)],
    "allOf": lambda a, b: [*a, *b],
    "items": lambda a, b: {"allOf": [a, b]},
    "uniqueItems": lambda a, b: a or b,
}


def _merge_objects(merged: Schema, one: Schema, other: Schema) -> None:
    mine, theirs = one.get("properties", {}), other.get("properties", {})
    if "properties" in one or "properties" in other:
        merged["properties"] = {name: _property(name, one, other) for name in {**mine, **theirs}}
    rest = [s["additionalProperties"] for s in (one, other) if "additionalProperties" in s]
    if rest:
        merged["additionalProperties"] = rest[0] if len(rest) == 1 else _all_of(rest)


def _property(name: str, *schemas: Schema) -> Any:
    """What each schema says of a property: by its name, or with all that it does not name."""
    said = []
    for schema in schemas:
        if name in schema.get("properties", {}):
            said.append(schema["properties"][name])
        elif "additionalProperties" in schema:
            said.append(schema["additionalProperties"])
    return _all_of(said)


def _all_of(schemas: list[Any]) -> Any:
    left = [schema for schema in schemas if schema is not True and schema != {}]
    if False in left:
        return False
    if not left:
        return True
    return left[0] if len(left) == 1 else {"allOf": left}


def canonical(value: Any) -> str:
    """The same text for values that JSON schema calls equal."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, list):
        return f"[{','.join(map(canonical, value))}]"
    if isinstance(value, dict):
        return json.dumps({key: canonical(one) for key, one in value.items()}, sort_keys=True)
    return json.dumps(value)


def types_of(schema: Schema) -> frozenset[str]:
    """The types that a schema allows; an integer is a number as well."""
    named = schema.get("type")
    if named is None:
        return ALL_TYPES
    found = frozenset([named] if isinstance(named, str) else named)
    return found | {"integer"} if "number" in found else found


def type_of(value: Any) -> str:
    """The type of a JSON value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return {int: "integer", str: "string", list: "array", dict: "object"}[type(value)]


def are_apart(one: Schema, other: Schema, resolve: Callable[[Any], Any]) -> bool:
    """True when it is plain that nothing can be both."""
    mine, theirs = _values(one), _values(other)
    if mine is not None and theirs is not None:
        return not mine & theirs
    if not types_of(one) & types_of(other):
        return True
    if types_of(one) != {"object"} or types_of(other) != {"object"}:
        return False
    shared = set(one.get("required", ())) & set(other.get("required", ()))
    for name in shared & set(one.get("properties", {})) & set(other.get("properties", {})):
        a, b = resolve(one["properties"][name]), resolve(other["properties"][name])
        if isinstance(a, dict) and isinstance(b, dict) and are_apart(a, b, resolve):
            return True
    return False


def _values(schema: Schema) -> set[str] | None:
    if "const" in schema:
        return {canonical(schema["const"])}
    return {canonical(value) for value in schema["enum"]} if "enum" in schema else None
