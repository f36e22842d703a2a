"""What a field of the settings table says of itself: type and default are the dataclass's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a field with few values; the label is marked for translation."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What the dialog says of a field; label and help are marked for translation."""

    label: str
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    pattern: str = ""  # a regular expression that the whole text must match
    restart: bool = False  # takes effect when the model (or the app) is started again
    advanced: bool = False  # few need it: folded away at the end of its group


def setting(label: str, help: str = "", **rest: Any) -> Mapping[str, Setting]:
    """A field's metadata."""
    return {"setting": Setting(label, help, **rest)}
