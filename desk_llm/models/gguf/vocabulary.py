"""Long lists of texts in a header: walked over, leapt over, or checked word by word."""

from __future__ import annotations

import re

from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.models.gguf.cursor import MAX_STRING, U64, Cursor

# A list of so many texts takes longer to walk over than everything else in a header.
LONG_LIST = 4_096
# A key follows: its length in eight bytes (below 256, so seven are zero), then how keys begin.
# In this order: behind a vocabulary come more of the tokenizer's keys nearly always.
_KEY_STARTS = tuple(
    bytes(7) + word for word in (b"tokenizer.", b"general.", b"quantize.", b"split.")
)
_KEY = re.compile(rb"[a-z0-9_.\-]+")
_MAX_KEY, _N_TYPES = 255, 13


def skip_strings(cursor: Cursor, count: int) -> None:
    """Walk over `count` strings: the hot loop of every header."""
    left, length_at = count, U64.unpack_from
    while left:
        window, at = cursor.window, cursor.at
        last = len(window) - 8
        while left and at <= last:
            length = length_at(window, at)[0]
            if length > MAX_STRING:
                raise cursor.long_string(length)
            at += 8 + length
            left -= 1
        cursor.at = min(at, len(window))
        cursor.skip(at - cursor.at)
        if left:
            cursor.fill(8)


def leap_strings(cursor: Cursor, count: int) -> bool:
    """Jump over a long list to the key that follows, without looking at each text.

    A hundred times faster, and only likely to be right: a text may look like a key. So this is
    for a first look, whose reader starts again and walks when anything behind does not fit.
    False, and the cursor where it was: no key was found.
    """
    start = cursor.position
    cursor.skip(8 * count)  # every text has its length
    while True:
        at = _key_place(cursor.window, cursor.at)
        if at >= 0:
            cursor.at = at
            return True
        # A key may lie across the end of the window.
        cursor.at = max(cursor.at, len(cursor.window) - _MAX_KEY - 12)
        if not cursor.more():
            cursor.seek(start)
            return False


def _key_place(window: bytes, start: int) -> int:
    for key in _KEY_STARTS:
        found = window.find(key, start + 1)
        while found > 0:
            if _is_key(window, found - 1):
                return found - 1
            found = window.find(key, found + 1)
    return -1


def _is_key(window: bytes, at: int) -> bool:
    start, end = at + 8, at + 8 + window[at]
    kind = window[end : end + 4]
    is_whole = len(kind) == 4 and int.from_bytes(kind, "little") < _N_TYPES
    return is_whole and _KEY.fullmatch(window, start, end) is not None


def walk_tokens(cursor: Cursor, count: int) -> set[bytes]:
    """Walk over the vocabulary and look for words that occur twice; all its words."""
    words: set[bytes] = set()
    left, n_empty, length_at = count, 0, U64.unpack_from
    while left:
        window, at = cursor.window, cursor.at
        last = len(window) - 8
        while left and at <= last:
            end = at + 8 + length_at(window, at)[0]
            if end > len(window):
                break
            if end > at + 8:
                words.add(window[at + 8 : end])
            else:
                n_empty += 1  # llama.cpp gives these names of their own
            at = end
            left -= 1
        cursor.at = at
        if left:  # the next one reaches over the end of the window
            words.add(cursor.string())
            left -= 1
    if len(words) + n_empty < count:
        raise cursor.damaged(
            QT_TRANSLATE_NOOP("errors", "“{file}” is damaged: its vocabulary has a word twice.")
        )
    return words


def check_bytes(cursor: Cursor, words: set[bytes]) -> None:
    """A SentencePiece vocabulary that cannot spell a byte ends the process at that byte."""
    lost = sum(
        b"<0x%02X>" % byte not in words and bytes([byte]) not in words for byte in range(256)
    )
    if lost:
        raise cursor.damaged(
            QT_TRANSLATE_NOOP(
                "errors", "“{file}” is damaged: its vocabulary lacks {count} of 256 bytes."
            ),
            count=lost,
        )
