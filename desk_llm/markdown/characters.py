"""Characters that must not reach a document as they are: unprintable, invisible, deceiving."""

from __future__ import annotations

import re

# Lone surrogates, Qt's frame markers (U+FDD0..) and the object character would upset a document.
_BROKEN = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffc\ufffe\uffff\x00]")

# A pile of combining marks on one letter is laid out in quadratic time and covers its neighbours.
_MARKS = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARKS}{{8}}){_MARKS}+")

# C0/C1 controls but tab and newline, soft hyphen, bidi controls, zero-width, tags (S17).
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
    # joiners belong to emoji and Indic words; between ASCII letters they only hide something
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)


def clean(text: str) -> str:
    """Replace what no document can hold by U+FFFD, and what is beyond eight marks on a letter.

    >>> clean("a\\ufdd0b") == "a\\ufffdb"
    True
    """
    return _PILE.sub("\\1\ufffd", _BROKEN.sub("\ufffd", text))


def visible(text: str) -> str:
    """Code as it is shown and copied: what would be invisible gets a name.

    >>> visible("a\\u202eb\\x1b")
    'a⟨U+202E⟩b␛'
    """
    return _HIDDEN.sub(_name, clean(text))


def _name(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"
