"""Inline tokens → the small HTML that a QTextDocument understands; nothing in it is ever loaded."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from desk_llm.markdown.characters import clean, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

LINK_SCHEMES = ("http://", "https://", "mailto:")
_URL = re.compile(r"https?://[^\s<>\"'`]+")
_TAGS = {"em": "i", "strong": "b", "s": "s"}


def text_html(text: str) -> str:
    """Text that is only text; line breaks stay."""
    return escape(clean(text)).replace("\n", "<br>")


def code_html(code: str) -> str:
    """Inline code, its hidden characters named."""
    return f"<code>{escape(visible(code))}</code>"


def link_open(href: str) -> str:
    """`<a>` for what may be opened after a question; everything else is not a link.

    >>> link_open("file:///etc/hostname")
    '<a>'
    """
    if not href.lower().startswith(LINK_SCHEMES):
        return "<a>"
    return f'<a href="{escape(clean(href))}">'


def image_html(token: Token) -> str:
    """An image is named, never loaded: its alternative text and its address."""
    href = str(token.attrs.get("src", ""))
    address = f"{link_open(href)}{text_html(href)}</a>"
    return f"{text_html(token.content)} ({address})" if token.content else address


def inline_html(tokens: Sequence[Token]) -> str:
    """The HTML of one paragraph's inside."""
    out: list[str] = []
    in_link = False
    for token in tokens:
        kind = token.type
        if kind == "link_open":
            in_link = True
            out.append(link_open(str(token.attrs.get("href", ""))))
        elif kind == "link_close":
            in_link = False
            out.append("</a>")
        elif kind in ("text", "text_special"):
            out.append(escape(clean(token.content)) if in_link else _with_links(token.content))
        else:
            out.append(_other(token))
    return "".join(out)


def _other(token: Token) -> str:
    kind = token.type
    if kind == "softbreak":
        return " "
    if kind == "hardbreak":
        return "<br>"
    if kind == "code_inline":
        return code_html(token.content)
    if kind == "image":
        return image_html(token)
    tag = _TAGS.get(token.tag)
    if tag and token.nesting:
        return f"<{tag}>" if token.nesting > 0 else f"</{tag}>"
    return text_html(token.content)


def _with_links(text: str) -> str:
    """Escape text and make bare web addresses links."""
    if "://" not in text:
        return escape(clean(text))
    out: list[str] = []
    end = 0
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?)]}*_~，。；：！？）】」")
        if url.count("(") > url.count(")") and text[match.start() + len(url) :][:1] == ")":
            url += ")"
        out += [escape(clean(text[end : match.start()])), link_open(url), text_html(url), "</a>"]
        end = match.start() + len(url)
    out.append(escape(clean(text[end:])))
    return "".join(out)
