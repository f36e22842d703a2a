"""Code → spans of eight roles; Pygments is imported at the first call and consumed lazily."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

CODE_LIMIT = 100_000  # characters; beyond it code stays uncoloured
LINE_LIMIT = 2_000  # a lexer's regular expressions may be quadratic in the line


class Role(Enum):
    """What a piece of code is; text without a role has the colour of text."""

    KEYWORD = "keyword"
    STRING = "string"
    NUMBER = "number"
    FUNCTION = "function"
    COMMENT = "comment"
    TYPE = "type"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Span:
    """`length` characters from `start` have a role."""

    start: int
    length: int
    role: Role


def spans(code: str, language: str) -> Iterator[Span]:
    """The spans of `code` from the left, made while they are asked for; none if not known.

    >>> [(span.start, span.role.value) for span in spans("def f", "python")]
    [(0, 'keyword'), (4, 'function')]
    """
    if len(code) > CODE_LIMIT or not language or _has_long_line(code):
        return
    lexer = _lexer(language.lower())
    if lexer is None:
        return
    # get_tokens() would copy and strip the text; the positions must be those of `code`.
    for start, kind, text in lexer.get_tokens_unprocessed(code):
        role = _role(kind)
        if role is not None and text:
            yield Span(start, len(text), role)


def _has_long_line(code: str) -> bool:
    return any(len(line) > LINE_LIMIT for line in code.split("\n"))


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None


@cache
def _role(kind: _TokenType) -> Role | None:
    """The role of the nearest ancestor that has one."""
    roles = _roles()
    found: _TokenType | None = kind
    while found is not None:
        if found in roles:
            return roles[found]
        found = found.parent
    return None


@cache
def _roles() -> dict[_TokenType, Role | None]:
    from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String

    return {
        Keyword: Role.KEYWORD,
        Keyword.Type: Role.TYPE,
        Keyword.Constant: Role.NUMBER,
        Operator.Word: Role.KEYWORD,
        Operator: Role.OPERATOR,
        String: Role.STRING,
        Literal: Role.STRING,
        Number: Role.NUMBER,
        Name.Function: Role.FUNCTION,
        Name.Decorator: Role.FUNCTION,
        Name.Class: Role.TYPE,
        Name.Builtin: Role.TYPE,
        Name.Exception: Role.TYPE,
        Name.Tag: Role.KEYWORD,
        Name.Attribute: Role.FUNCTION,
        Name.Constant: Role.NUMBER,
        Comment: Role.COMMENT,
        Comment.Preproc: Role.KEYWORD,
        Generic.Deleted: Role.NUMBER,
        Generic.Inserted: Role.STRING,
        Generic.Heading: Role.KEYWORD,
        Generic.Subheading: Role.FUNCTION,
        Generic.Prompt: Role.COMMENT,
    }
