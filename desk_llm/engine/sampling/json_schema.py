"""JSON schema → GBNF: every text of the grammar is JSON that the schema accepts.

The other way round it is narrower, where a grammar would get slow or a model lost: properties come
in the schema's order and unnamed ones only when `additionalProperties` says so; numbers end at 16
digits; lengths at 2,000; white space is bounded; a keyword without a type implies the type. What
a grammar cannot keep (`not`, `uniqueItems`, …) is refused by name, never left out.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from desk_llm.engine.sampling.gbnf_text import one_of
from desk_llm.engine.sampling.grammar import check_grammar
from desk_llm.engine.sampling.regex_gbnf import pattern_to_gbnf
from desk_llm.engine.sampling.schema_merge import (
    ALL_TYPES,
    Schema,
    are_apart,
    canonical,
    merge,
    not_supported,
    type_of,
    types_of,
)
from desk_llm.engine.sampling.schema_numbers import is_within, number_rule
from desk_llm.engine.sampling.schema_object import object_rule
from desk_llm.engine.sampling.schema_parts import Impossible, as_json, bounds, invalid, repeated
from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported

MAX_SCHEMA_BYTES = 256 << 10
MAX_DEPTH = 64
MAX_NODES = 2_000

_PRIMITIVES = {
    "ws": r'| " " | "\n" [ \t]{0,20}',
    "char": r"[\x20-!#-\[\x5D-~\U000000A0-\U0000D7FF\U0000E000-\U0000FFFD\U00010000-\U0010FFFF]"
    r' | "\\" (["\\/bfnrt] | "u" ([0-9a-cefA-CEF] [0-9a-fA-F] | [dD] [0-7]) [0-9a-fA-F]{2})',
    "string": r'"\"" char* "\""',
    "integer": '"-"? ("0" | [1-9] [0-9]{0,15})',
    "number": 'integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?',
    "boolean": '"true" | "false"',
    "null": '"null"',
    "array": '"[" ws (value ("," ws value)* ws)? "]"',
    "object": r'"{" ws (string ":" ws value ("," ws string ":" ws value)* ws)? "}"',
    "value": "object | array | string | number | boolean | null",
}
_USES = {
    "string": ("char",),
    "number": ("integer",),
    "array": ("value", "ws"),
    "object": ("string", "value", "ws"),
    "value": ("object", "array", "string", "number", "boolean", "null"),
}
_DAYS = (
    '("0" [13578] | "10" | "12") "-" ("0" [1-9] | [12] [0-9] | "3" [01])'
    ' | ("0" [469] | "11") "-" ("0" [1-9] | [12] [0-9] | "30")'
    ' | "02" "-" ("0" [1-9] | "1" [0-9] | "2" [0-8])'
)
_DATE = f'[12] [0-9]{{3}} "-" ({_DAYS})'
_HOUR = '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9]'
_TIME = f'{_HOUR} ":" [0-5] [0-9] ("." [0-9]{{1,6}})? ("Z" | [-+] {_HOUR})'
_HEX = "[0-9a-f]"
_FORMATS = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f'{_DATE} "T" {_TIME}',
    "uuid": f'{_HEX}{{8}} "-" {_HEX}{{4}} "-" {_HEX}{{4}} "-" {_HEX}{{4}} "-" {_HEX}{{12}}',
}
_KEYWORDS = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    "array": ("items", "prefixItems", "additionalItems", "minItems", "maxItems"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
_CONSTRAINTS = frozenset(name for names in _KEYWORDS.values() for name in names) - {"format"}
_CANNOT = (
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "multipleOf",
    "$dynamicRef",
    "$recursiveRef",
)
_MEANT = _CONSTRAINTS.union(
    _CANNOT,
    ("type", "enum", "const", "format", "uniqueItems"),
    ("$ref", "allOf", "anyOf", "oneOf"),
)
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")


@lru_cache(maxsize=32)
def compile_schema(text: str) -> str:
    """The grammar of a schema, checked. Pure; any thread. Raises Unsupported."""
    schema = _read(text)
    compiler = _Compiler(schema)
    try:
        grammar = compiler.grammar()
    except Impossible:
        raise Unsupported(
            QT_TRANSLATE_NOOP("errors", "Nothing can satisfy the JSON schema.")
        ) from None
    except (TypeError, AttributeError, KeyError, ValueError, OverflowError) as error:
        raise invalid(f"{error}"[:200]) from error
    check_grammar(grammar)
    return grammar


def _read(text: str) -> Any:
    if len(text) > MAX_SCHEMA_BYTES:
        raise invalid(f"it is longer than {MAX_SCHEMA_BYTES} characters")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise invalid("it is nested too deep") from None
    except ValueError as error:
        raise invalid(str(error)) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class _Compiler:
    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._rules: dict[str, str] = {}
        self._names: dict[str, str] = {}  # of rules with the same body
        self._refs: dict[str, str] = {}
        self._n_nodes = 0
        self._depth = 0

    def grammar(self) -> str:
        """All rules as text."""
        self._refs["#"] = "root"
        self._rules["root"] = self.node(self._schema)
        return "\n".join(f"{name} ::= {body}" for name, body in self._rules.items()) + "\n"

    def primitive(self, name: str) -> str:
        """A rule that needs no schema."""
        if name not in self._rules:
            self._rules[name] = _PRIMITIVES[name]
            for other in _USES.get(name, ()):
                self.primitive(other)
        return name

    def rule(self, body: str) -> str:
        """The name of a rule with this body."""
        if body not in self._names:
            name = self._names[body] = f"r{len(self._names)}"
            self._rules[name] = body
        return self._names[body]

    # ── schemas ──────────────────────────────────────────────────────────

    def node(self, schema: Any) -> str:
        """The name of the rule for a schema. Raises Impossible."""
        self._n_nodes += 1
        self._depth += 1
        if self._n_nodes > MAX_NODES or self._depth > MAX_DEPTH:
            raise Unsupported(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "The JSON schema is too large: more than {nodes} parts or {depth} levels.",
                ),
                nodes=MAX_NODES,
                depth=MAX_DEPTH,
            )
        try:
            return self._node(schema)
        finally:
            self._depth -= 1

    def _node(self, schema: Any) -> str:
        if schema is True:
            return self.primitive("value")
        if schema is False:
            raise Impossible
        if not isinstance(schema, dict):
            raise invalid(f"{json.dumps(schema)[:60]} is no schema")
        if "$ref" in schema:
            return self._reference(schema)
        if "allOf" in schema:
            return self.node(self.resolve(schema))
        _check_keywords(schema)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self._choice(schema, keyword)
        if "const" in schema or "enum" in schema:
            return self._enum(schema)
        return self._typed(schema)

    def _reference(self, schema: Schema) -> str:
        target = schema["$ref"]
        if (_MEANT - {"$ref"}) & schema.keys():
            return self.node(self.resolve(schema))
        if target not in self._refs:
            found = self._find(target)
            name = self._refs[target] = f"ref{len(self._refs)}"
            self._rules[name] = ""  # its place; it may lead back here
            self._rules[name] = self.node(found)
        return self._refs[target]

    def _find(self, pointer: Any) -> Any:
        if not isinstance(pointer, str) or not (pointer == "#" or pointer.startswith("#/")):
            raise _no_such_ref(pointer)
        found = self._schema
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise _no_such_ref(pointer)
        return found

    def resolve(self, schema: Any) -> Any:
        """A schema without `$ref` and `allOf` at its top."""
        if not isinstance(schema, dict) or not ("$ref" in schema or "allOf" in schema):
            return schema
        self._n_nodes += 1
        self._depth += 1
        if self._n_nodes > MAX_NODES or self._depth > MAX_DEPTH:
            raise invalid("$ref or allOf leads back to itself")
        merged: Any = {k: v for k, v in schema.items() if k not in ("$ref", "allOf")}
        parts = [self._find(schema["$ref"])] if "$ref" in schema else []
        for part in [*parts, *schema.get("allOf", ())]:
            more = self.resolve(part)
            if more is False:
                merged = False
                break
            if more is not True and not isinstance(more, dict):
                raise invalid(f"{json.dumps(more)[:60]} is no schema")
            if more is not True:
                merged = merge(merged, more)
        self._depth -= 1
        return merged

    def _choice(self, schema: Schema, keyword: str) -> str:
        rest = {key: value for key, value in schema.items() if key != keyword}
        branches = list(schema[keyword])
        if _MEANT & rest.keys():
            branches = [self.resolve({"allOf": [rest, one]}) for one in branches]
        if keyword == "oneOf" and not self._are_all_apart(branches):
            raise not_supported("oneOf")
        parts = []
        for branch in branches:
            try:
                parts.append(self.node(branch))
            except Impossible:
                continue
        if not parts:
            raise Impossible
        return self.rule(" | ".join(dict.fromkeys(parts)))

    def _are_all_apart(self, branches: list[Any]) -> bool:
        plain = [one for one in map(self.resolve, branches) if one is not False]
        return all(
            isinstance(one, dict)
            and isinstance(other, dict)
            and are_apart(one, other, self.resolve)
            for n, one in enumerate(plain)
            for other in plain[:n]
        )

    def _enum(self, schema: Schema) -> str:
        values = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if "const" in schema:
            values = [one for one in values if canonical(one) == canonical(schema["const"])]
        types = types_of(schema)
        texts = [as_json(one) for one in values if type_of(one) in types and _holds(one, schema)]
        if not texts:
            raise Impossible
        return self.rule(one_of(texts))

    # ── types ────────────────────────────────────────────────────────────

    def _typed(self, schema: Schema) -> str:
        types = types_of(schema)
        unknown = types - ALL_TYPES
        if unknown:
            raise invalid(f"{sorted(unknown)[0]!r} is no type")
        if "type" not in schema:
            implied = {t for t, names in _KEYWORDS.items() if any(n in schema for n in names)}
            if "format" in schema and schema["format"] not in _FORMATS and implied == {"string"}:
                implied = implied if _KEYWORDS["string"][0] in schema else set()
            types = frozenset(implied) or types
            if types == ALL_TYPES:
                return self.primitive("value")
        parts = []
        for one in ("object", "array", "string", "number", "integer", "boolean", "null"):
            if one not in types or (one == "integer" and "number" in types):
                continue
            try:
                parts.append(self._of_type(one, schema))
            except Impossible:
                continue
        if not parts:
            raise Impossible
        return parts[0] if len(parts) == 1 else self.rule(" | ".join(parts))

    def _of_type(self, name: str, schema: Schema) -> str:
        if name == "object":
            return object_rule(self, schema)
        if name == "array":
            return self._array(schema)
        if name == "string":
            return self._string(schema)
        if name in ("number", "integer"):
            return number_rule(self, schema, is_whole=name == "integer")
        return self.primitive(name)

    def _string(self, schema: Schema) -> str:
        least, most = bounds(schema, "minLength", "maxLength")
        named = _FORMATS.get(schema.get("format", ""))
        pattern = schema.get("pattern")
        n_said = (named is not None) + (pattern is not None) + (least > 0 or most is not None)
        if n_said > 1:
            raise not_supported("pattern" if pattern is not None else "format")
        if named is not None:
            return self.rule(rf'"\"" {named} "\""')
        self.primitive("char")
        if pattern is not None:
            return self.rule(rf'"\"" ({pattern_to_gbnf(pattern)}) "\""')
        if n_said:
            return self.rule(rf'"\"" char{repeated(least, most)} "\""')
        return self.primitive("string")

    def _array(self, schema: Schema) -> str:
        prefix, items = _prefix_and_items(schema)
        least, most = bounds(schema, "minItems", "maxItems")
        if schema.get("uniqueItems") and (most is None or most > 1):
            raise not_supported("uniqueItems")
        if most is not None and most < least:
            raise Impossible
        first = self._prefix_rules(prefix[:most], least)
        more = "" if most is not None and most <= len(prefix) else self._item(items)
        if not more and least > len(first):
            raise Impossible
        self.primitive("ws")
        if not first and not more:
            return self.rule('"[" ws "]"')
        if not first and not schema.keys() & {"items", "minItems", "maxItems"}:
            return self.primitive("array")
        body = self._list_body(first, more, (least, most))
        inside = f"{body} ws" if least else f"({body} ws)?"
        return self.rule(f'"[" ws {inside} "]"')

    def _item(self, items: Any) -> str:
        try:
            return self.node(items)
        except Impossible:
            return ""

    def _prefix_rules(self, prefix: list[Any], least: int) -> list[str]:
        found: list[str] = []
        for schema in prefix:
            item = self._item(schema)
            if not item:
                if len(found) < least:
                    raise Impossible
                break
            found.append(item)
        return found

    def _list_body(self, first: list[str], more: str, counts: tuple[int, int | None]) -> str:
        """A list that is not empty."""
        least, most = counts
        tail = ""
        if more:
            n_least = max(least - max(len(first), 1), 0)
            n_most = None if most is None else most - max(len(first), 1)
            tail = self.rule(f'"," ws {more}') + repeated(n_least, n_most) if n_most != 0 else ""
        if not first:
            return f"{more} {tail}"
        for n in reversed(range(1, len(first))):
            here = f'"," ws {first[n]} {tail}'
            tail = here if n < least else f"{self.rule(here)}?"
        return f"{first[0]} {tail}"


def _holds(value: Any, schema: Schema) -> bool:
    """True when a value of an enum keeps what else the schema says of its type."""
    name = type_of(value)
    name = "number" if name == "integer" else name
    said = [keyword for keyword in _KEYWORDS.get(name, ()) if keyword in schema]
    if schema.get("format") not in _FORMATS:
        said = [keyword for keyword in said if keyword != "format"]
    if name == "number" and said:
        return is_within(value, schema)
    if any(keyword not in _COUNTS for keyword in said):
        raise not_supported("enum")
    if not said:
        return True
    least, most = bounds(schema, *(k for k in _COUNTS if k in _KEYWORDS[name]))
    return least <= len(value) and (most is None or len(value) <= most)


def _check_keywords(schema: Schema) -> None:
    for keyword in _CANNOT:
        if keyword in schema:
            raise not_supported(keyword)
    for keyword in _COUNTS:
        value = schema.get(keyword, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise invalid(f"{keyword} is no count")


def _no_such_ref(pointer: object) -> Unsupported:
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "The JSON schema refers to “{pointer}”, which is not in it."),
        pointer=str(pointer)[:100],
    )


def _prefix_and_items(schema: Schema) -> tuple[list[Any], Any]:
    items = schema.get("items", True)
    if isinstance(items, list):  # as drafts before 2020 had it
        return items, schema.get("additionalItems", True)
    return schema.get("prefixItems", []), items
