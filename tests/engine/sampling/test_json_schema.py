"""JSON schema → grammar: every text of the grammar satisfies the schema, judged by jsonschema."""

from __future__ import annotations

import json
import random
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk_llm.engine.engine import Engine
from desk_llm.engine.sampling import compile_schema
from desk_llm.engine.types import FinishReason, GenerationRequest, SamplingParams
from desk_llm.errors import Unsupported
from tests.engine.sampling.derive import Deriver

TREE = {
    "type": "object",
    "properties": {
        "v": {"type": "integer", "minimum": 0, "maximum": 9},
        "kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}, "maxItems": 2},
    },
    "required": ["v"],
}
KIND_A = {
    "type": "object",
    "properties": {"kind": {"const": "a"}, "x": {"type": "integer"}},
    "required": ["kind", "x"],
}
KIND_B = {
    "type": "object",
    "properties": {"kind": {"enum": ["b", "c"]}, "y": {"type": "boolean"}},
    "required": ["kind", "y"],
}
NULLS = {name: {"type": "null"} for name in "abc"}
SCHEMAS: dict[str, Any] = {
    "anything": {},
    "true": True,
    "object": {"type": "object"},
    "array": {"type": "array"},
    "string": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "some types": {"type": ["string", "null"], "maxLength": 4},
    "person": {
        "type": "object",
        "title": "Person",
        "properties": {
            "name": {"type": "string", "description": "in full"},
            "age": {"type": "integer", "minimum": 0, "maximum": 130},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3},
        },
        "required": ["name", "age", "tags"],
        "additionalProperties": False,
    },
    "all optional": {"type": "object", "properties": NULLS},
    "last required": {"type": "object", "properties": NULLS, "required": ["c"]},
    "first required": {"type": "object", "properties": NULLS, "required": ["a"]},
    "middle required": {"properties": NULLS, "required": ["b"]},
    "required but unnamed": {"type": "object", "properties": NULLS, "required": ["z"]},
    "map": {"type": "object", "additionalProperties": {"type": "boolean"}, "maxProperties": 3},
    "named and unnamed": {
        "type": "object",
        "properties": {"ab": {"type": "integer"}, "ac": {"type": "integer"}, "": {"const": 1}},
        "additionalProperties": {"type": "null"},
    },
    "impossible property": {"type": "object", "properties": {"a": False, "b": True}},
    "hard keys": {
        "type": "object",
        "properties": {'q"\\\n\t\x01é😀': {"type": "null"}, "\ud800": {"type": "null"}},
        "required": ['q"\\\n\t\x01é😀', "\ud800"],
    },
    "enum": {"enum": ["red", "green", 1, None, {"a": 1.5}, "gray", "grey", [], "", True]},
    "enum of a type": {"type": "string", "enum": ["red", 1, "blue"]},
    "enum with more": {"enum": ["a", "abc", 3, 7, None, [1]], "minLength": 2, "maximum": 5},
    "const": {"const": {"x": [1, 'é"\\\n']}},
    "lengths": {"type": "string", "minLength": 3, "maxLength": 5},
    "at least": {"type": "string", "minLength": 2},
    "clamped": {"type": "string", "maxLength": 10**9},
    "list lengths": {"type": "array", "items": {"type": "null"}, "minItems": 2, "maxItems": 4},
    "list at least": {"type": "array", "items": {"type": "null"}, "minItems": 3},
    "empty list": {"type": "array", "maxItems": 0},
    "tuple": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "boolean"}],
        "items": {"type": "null"},
        "minItems": 1,
        "maxItems": 4,
    },
    "closed tuple": {
        "type": "array",
        "prefixItems": [{"const": 1}, {"const": 2}],
        "items": False,
    },
    "full tuple": {
        "prefixItems": [{"const": 1}, {"const": 2}, {"const": 3}],
        "minItems": 3,
        "maxItems": 3,
    },
    "integers": {"type": "integer", "minimum": -17, "maximum": 1234},
    "integers above": {"type": "integer", "exclusiveMinimum": 995},
    "integers below": {"type": "integer", "maximum": -7},
    "between decimals": {"type": "integer", "minimum": 0.5, "maximum": 9.5},
    "one integer": {"type": "integer", "minimum": 42, "maximum": 42},
    "share": {"type": "number", "minimum": 0, "maximum": 1},
    "decimals": {"type": "number", "minimum": -1.5, "exclusiveMaximum": 2.255},
    "large": {"type": "number", "minimum": 1e20},
    "open share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "pattern": {"type": "string", "pattern": "^(a|b)+[0-9]{2,4}$"},
    "pattern inside": {"type": "string", "pattern": 'x\\d"[^a-c\\\\]'},
    "pattern of both": {"type": "string", "pattern": "^a|b$"},
    "pattern classes": {"type": "string", "pattern": r"^[\w.+-]+@(\w+\.)+[a-z]{2,}\s?\W\D\S$"},
    "pattern any": {"type": "string", "pattern": "^.{2,3}?(?:x|y)?$"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "moment": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "unknown format": {"type": "string", "format": "color"},
    "any of": {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 99, "maximum": 123}]},
    "any of, with more": {
        "type": "object",
        "properties": {"a": {"type": "null"}},
        "required": ["a"],
        "anyOf": [{"properties": {"b": {"const": 1}}, "required": ["b"]}, {"required": ["c"]}],
    },
    "one of types": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    "one of kinds": {"oneOf": [KIND_A, {"$ref": "#/$defs/b"}], "$defs": {"b": KIND_B}},
    "all of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}},
            {"properties": {"a": {"minLength": 2}, "b": {"type": "null"}}, "required": ["b", "a"]},
        ]
    },
    "all of numbers": {
        "allOf": [{"type": "number", "minimum": 3}, {"type": "integer", "maximum": 12}]
    },
    "closed by one": {
        "allOf": [
            {"properties": {"a": {"type": "null"}}, "additionalProperties": False},
            {"type": "object", "properties": {"a": True, "b": True}},
        ]
    },
    "both any of": {
        "allOf": [
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        ]
    },
    "tree": {"$ref": "#/$defs/tree", "$defs": {"tree": TREE}},
    "itself": {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["next"],
    },
    "old definitions": {
        "definitions": {"a/b~c": {"type": "boolean"}},
        "type": "array",
        "items": {"$ref": "#/definitions/a~1b~0c"},
    },
    "ref with more": {
        "$defs": {"n": {"type": "integer", "minimum": 0}},
        "$ref": "#/$defs/n",
        "maximum": 5,
    },
    "keyword without a type": {"minimum": 3},
}
CHECKER = jsonschema.Draft202012Validator.FORMAT_CHECKER


def judge(text: str, schema: Any) -> None:
    value = json.loads(text)
    jsonschema.Draft202012Validator(schema, format_checker=CHECKER).validate(value)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_every_text_of_the_grammar_satisfies_the_schema(schema: Any) -> None:
    deriver = Deriver(compile_schema(json.dumps(schema)))
    rng = random.Random(1)
    texts = {deriver.text(rng, rng.choice((0, 20, 80))) for _ in range(80)}
    for text in texts:
        judge(text, schema)


@pytest.mark.parametrize("name", ["person", "tree", "hard keys", "lengths", "one of kinds"])
def test_a_model_of_noise_writes_what_the_schema_says(tiny: Engine, name: str) -> None:
    schema = SCHEMAS[name]
    n_whole = 0
    for seed in range(6):
        sampling = SamplingParams(
            max_tokens=300, seed=seed, temperature=1.0, json_schema=json.dumps(schema)
        )
        request = GenerationRequest("r", "m", prompt="Hello", sampling=sampling)
        result = tiny.submit(request).result()
        if result.finish_reason is FinishReason.STOP:
            n_whole += 1
            judge(result.text, schema)
    assert n_whole >= 3


REFUSED: dict[str, Any] = {
    "uniqueItems": {"type": "array", "uniqueItems": True},
    "not": {"not": {"type": "string"}},
    "multipleOf": {"type": "integer", "multipleOf": 3},
    "patternProperties": {"type": "object", "patternProperties": {"^a": {}}},
    "minProperties": {"type": "object", "minProperties": 2},
    "maxProperties": {"type": "object", "properties": NULLS, "maxProperties": 2},
    "oneOf": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
    "pattern": {"type": "string", "pattern": "(?=a)b"},
    "enum": {"enum": ["a"], "pattern": "a"},
    "minLength": {"type": "string", "minLength": 2001},
    "$ref ": {"$ref": "https://example.org/schema"},
    "#/$defs/none": {"$ref": "#/$defs/none"},
    "if": {"if": {"type": "string"}, "then": {"minLength": 3}},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_grammar_cannot_keep_is_refused_by_name(name: str) -> None:
    with pytest.raises(Unsupported) as refused:
        compile_schema(json.dumps(REFUSED[name]))
    assert name.removesuffix(" ") in refused.value.message or "refers to" in refused.value.message


def _nested(depth: int) -> str:
    return '{"items": ' * depth + "{}" + "}" * depth


BOMBS = {
    "not JSON": "{",
    "not a schema": "[1]",
    "a number": "1",
    "NaN": '{"minimum": NaN}',
    "deep": _nested(70),
    "very deep": _nested(20_000),
    "brackets": "[" * 100_000,
    "long": '{"title": "' + "x" * (300 << 10) + '"}',
    "many": json.dumps({"anyOf": [{"const": n, "title": str(n)} for n in range(3000)]}),
    "huge number": '{"type": "integer", "minimum": 1e400}',
    "huge digits": '{"type": "integer", "minimum": ' + "9" * 5000 + "}",
    "itself alone": '{"$ref": "#"}',
    "circle of refs": '{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"},'
    ' "b": {"$ref": "#/$defs/a"}}}',
    "circle of allOf": '{"allOf": [{"$ref": "#"}]}',
    "growing anyOf": '{"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}},'
    ' "$ref": "#/$defs/a"}',
    "nothing fits": '{"type": "string", "minLength": 5, "maxLength": 4}',
    "false": "false",
    "required but impossible": '{"properties": {"a": false}, "required": ["a"]}',
    "unknown type": '{"type": "text"}',
    "wrong kinds": '{"type": "object", "properties": [1]}',
    "wrong count": '{"type": "string", "maxLength": "3"}',
    "wrong pattern": '{"type": "string", "pattern": "(a"}',
    "pattern bomb": '{"type": "string", "pattern": "^((a{1999}){1999}){1999}$"}',
    "wrong ref": '{"$ref": 5}',
    "wrong required": '{"type": "object", "required": 5}',
    "wrong items": '{"type": "array", "items": 5}',
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_refused_in_words(text: str) -> None:
    with pytest.raises(Unsupported) as refused:
        compile_schema(text)
    assert refused.value.message


def test_a_long_maximum_is_clamped() -> None:
    assert "{0,1999}" in compile_schema('{"type": "string", "maxLength": 1000000}')


def _objects(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["a", "ab", "b", 'q"', "é", "c"])
    return st.tuples(
        st.dictionaries(names, children, max_size=4), st.sets(names, max_size=2), st.booleans()
    ).map(
        lambda made: {
            "type": "object",
            "properties": made[0],
            "required": sorted(made[1] & made[0].keys()),
            "additionalProperties": made[2],
        }
    )


SMALL = st.integers(0, 4)
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([{}, True, {"type": "boolean"}, {"type": ["null", "integer"]}]),
    st.tuples(SMALL, SMALL).map(
        lambda n: {"type": "string", "minLength": min(n), "maxLength": max(n)}
    ),
    st.tuples(st.integers(-2000, 2000), st.integers(0, 3000)).map(
        lambda n: {"type": "integer", "minimum": n[0], "maximum": n[0] + n[1]}
    ),
    st.tuples(st.decimals(-20, 20, places=3), st.integers(0, 5)).map(
        lambda n: {"type": "number", "minimum": float(n[0]), "maximum": float(n[0]) + n[1]}
    ),
    st.lists(
        st.one_of(st.none(), st.integers(), st.text(max_size=4), st.booleans()), min_size=1
    ).map(lambda values: {"enum": values}),
)
RANDOM_SCHEMAS = st.recursive(
    LEAVES,
    lambda children: st.one_of(
        _objects(children),
        st.tuples(children, SMALL, SMALL).map(
            lambda made: {
                "type": "array",
                "items": made[0],
                "minItems": min(made[1:]),
                "maxItems": max(made[1:]),
            }
        ),
        st.lists(children, min_size=1, max_size=3).map(lambda some: {"anyOf": some}),
        st.tuples(_objects(children), _objects(children)).map(lambda two: {"allOf": list(two)}),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(schema=RANDOM_SCHEMAS, seed=st.integers(0, 9))
def test_random_schemas(schema: Any, seed: int) -> None:
    try:
        deriver = Deriver(compile_schema(json.dumps(schema)))
    except Unsupported as refused:
        assert "Nothing can satisfy" in refused.message  # noqa: PT017  and only then
        return
    rng = random.Random(seed)
    for _ in range(8):
        judge(deriver.text(rng, 40), schema)
