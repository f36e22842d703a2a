"""Dataclasses of this room to plain JSON values and back."""

from __future__ import annotations

import types
from dataclasses import asdict, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> Any:
    """Dicts, lists, numbers, strings."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(value)


def from_json(kind: type[T], value: object) -> T:
    """An instance of `kind`; raises ValueError or TypeError for what does not fit.

    Unknown keys are ignored: a newer version may have written them.
    """
    made: T = _read(kind, value)
    return made


def _read(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        return _read_dataclass(kind, value)
    origin = get_origin(kind)
    if origin is tuple:
        return _read_tuple(get_args(kind), value)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(kind), value)
    if origin is Literal:
        if value not in get_args(kind):
            raise ValueError(value)
        return value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(value)
    return value


def _read_dataclass(kind: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise TypeError(value)
    kinds = get_type_hints(kind)
    given = {
        one.name: _read(kinds[one.name], value[one.name])
        for one in fields(kind)
        if one.name in value
    }
    return kind(**given)  # TypeError: a field without a default is missing


def _read_tuple(kinds: tuple[Any, ...], value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise TypeError(value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], one) for one in value)
    if len(kinds) != len(value):
        raise ValueError(value)
    return tuple(_read(kind, one) for kind, one in zip(kinds, value, strict=True))


def _read_union(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None and types.NoneType in kinds:
        return None
    for kind in kinds:
        try:
            return _read(kind, value)
        except (TypeError, ValueError):
            continue
    raise ValueError(value)
