"""A setting's value from the text that a person or a Modelfile gives."""

from __future__ import annotations

import contextlib
import typing
from types import NoneType

from desk_llm.models.presets.types import SettingValue
from desk_llm.settings.checks import check

_NOTHING = {"", "auto", "automatic", "none", "null"}
_TRUE = {"true", "1", "on", "yes"}
_FALSE = {"false", "0", "off", "no"}


def read_value(group: type, name: str, text: str) -> SettingValue:
    """`text` as the type of that field. Raises RequestError with a sentence.

    >>> from desk_llm.settings import EngineSettings
    >>> read_value(EngineSettings, "n_ctx", "4096"), read_value(EngineSettings, "n_ctx", "auto")
    (4096, None)
    """
    hint = typing.get_type_hints(group).get(name)  # None: `check` says that there is no such field
    kinds = set(typing.get_args(hint)) or {hint}
    return typing.cast("SettingValue", check(group, name, _converted(kinds, text)))


def _converted(kinds: set[object], text: str) -> object:
    word = text.strip().lower()
    if NoneType in kinds and word in _NOTHING:
        return None
    if bool in kinds:
        return True if word in _TRUE else False if word in _FALSE else text
    for kind in (int, float):
        if kind in kinds:
            with contextlib.suppress(ValueError):  # what is no number is refused as it is
                return kind(word)
    return text
