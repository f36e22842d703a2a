"""The model card of a repository: README.md without its front matter, as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from desk_llm.errors import AccessDenied, ModelNotFound
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.endpoints import file_url, page_url
from desk_llm.hub.problems import Refused
from desk_llm.hub.session import read_bounded

if TYPE_CHECKING:
    import httpx2

MAX_CARD = 1 << 20
_FRONT = re.compile(
    r"\A\ufeff?\s*---[ \t]*\r?\n.*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)


def read_card(client: httpx2.Client, endpoint: str, name: str) -> str:
    """The text; empty when there is none, when it is gated, or far too long to be one."""
    url = file_url(endpoint, name, "main", "README.md")
    try:
        with sentences(url), client.stream("GET", url) as answer:
            check(answer, name=name, page_url=page_url(endpoint, name))
            body = read_bounded(answer, MAX_CARD)
    except (ModelNotFound, AccessDenied):
        return ""
    except Refused as error:
        if "far more" in error.message_template:
            return ""
        raise
    return without_front(body.decode("utf-8", "replace"))


def without_front(text: str) -> str:
    """Without the YAML block that cards begin with.

    >>> without_front("---\\nlicense: mit\\n---\\n# Cat")
    '# Cat'
    """
    return _FRONT.sub("", text, count=1).replace("\0", "")
