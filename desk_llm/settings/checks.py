"""Is this value fit for this setting? The one check for the dialog, the code and the file."""

from __future__ import annotations

import math
import re
import typing
from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from types import NoneType

from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError
from desk_llm.settings.field import Setting
from desk_llm.settings.table import Settings

Value = bool | int | float | str | tuple[str, ...] | None


def group_types() -> dict[str, type]:
    """The groups of `Settings`, by name."""
    return dict(typing.get_type_hints(Settings))


def describe(group: type) -> Iterator[tuple[str, Setting]]:
    """The fields of one group's class, in order, with their words and limits."""
    for one in fields(group):
        yield one.name, one.metadata["setting"]


@lru_cache
def _described(group: type) -> dict[str, Setting]:
    return dict(describe(group))


@lru_cache
def _hints(group: type) -> dict[str, object]:
    return typing.get_type_hints(group)  # a millisecond


def check(group: type, name: str, value: object) -> Value:
    """`value` as the field's type; raises RequestError with a sentence."""
    described = _described(group)
    if name not in described:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "There is no setting named “{name}”."), name=name
        )
    typed = _typed(_hints(group)[name], value)
    pattern = described[name].pattern
    if typed is _WRONG or (pattern and not re.fullmatch(pattern, str(typed))):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "“{value}” does not fit the setting “{name}”."),
            value=str(value)[:80],
            name=name,
        )
    _check_limits(described[name], name, typed)
    return typing.cast("Value", typed)


_WRONG = object()


def _typed(hint: object, value: object) -> object:
    args = typing.get_args(hint)
    if NoneType in args:
        if value is None:
            return None
        hint = next(arg for arg in args if arg is not NoneType)
    if typing.get_origin(hint) is tuple:
        is_list = isinstance(value, (list, tuple)) and all(_is_text(one) for one in value)
        return tuple(typing.cast("list[str]", value)) if is_list else _WRONG
    if hint is str:
        return value if _is_text(value) else _WRONG
    if hint is bool or isinstance(value, bool):  # bool is an int to Python, not to people
        return value if hint is bool and isinstance(value, bool) else _WRONG
    if hint is int:
        return value if isinstance(value, int) else _WRONG
    return _finite(value)


def _finite(value: object) -> object:
    if not isinstance(value, (int, float)):
        return _WRONG
    try:
        number = float(value)
    except OverflowError:
        return _WRONG
    return number if math.isfinite(number) else _WRONG


def _is_text(value: object) -> bool:
    """Lone surrogates (a file name that is not UTF-8) cannot be written to the file."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_limits(setting: Setting, name: str, value: object) -> None:
    if setting.choices and value not in [choice.value for choice in setting.choices]:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "“{name}” can be {choices}, not “{value}”."),
            name=name,
            choices=", ".join(choice.value for choice in setting.choices),
            value=str(value)[:80],
        )
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return
    low, high = setting.minimum, setting.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "“{name}” can be {low} to {high}, not {value}."),
            name=name,
            low=low,
            high=high,
            value=str(value)[:80],
        )
