"""A model card as Markdown alone: its HTML becomes Markdown or goes, its pictures are found.

Cards mix both freely (<div align="center">, <img>, <details>), and our parser shows HTML as text.
What is inside of code is left as it is. Nothing is loaded here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

CARD_LIMIT = 200_000  # characters
PICTURE_LIMIT = 40  # of one card
_FRONT = re.compile(r"\A\ufeff?\s*---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?:.+?)\1")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DROPPED = re.compile(r"<(script|style|svg|iframe)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]{0,2000})?)/?>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_PICTURE = re.compile(
    r"\[?!\[(?P<alt>[^\[\]\n]{0,500})\]"
    r"\((?P<src><[^<>\n]*>|[^\s()]{1,2000}(?:\([^\s()]*\)[^\s()]*)?)(?:[ \t]+[\"'][^\n]*?[\"'])?\)"
    r"(?:\]\((?P<link>[^\s()]{0,2000})\))?"
)
_LINKED = re.compile(r"\[\s*(!\[[^\[\]\n]*\]\([^()\s]*\))\s*\]\(")  # a picture inside of a link
_SILENT = """abbr audio blockquote body col colgroup dd dl dt figcaption figure font footer head
header html iframe ins kbd label main mark nav object path picture q rect script small source span
style sub sup svg tbody tfoot thead time u var video wbr"""
_PAIRS = {  # what stands for a tag, and for its end
    **dict.fromkeys(_SILENT.split(), ("", "")),
    **dict.fromkeys(("p", "div", "center", "details", "section", "table", "tr"), ("\n\n",) * 2),
    **dict.fromkeys(("ul", "ol", "br"), ("\n\n", "\n\n")),
    **dict.fromkeys(("b", "strong"), ("**", "**")),
    **dict.fromkeys(("i", "em"), ("*", "*")),
    **dict.fromkeys(("s", "del", "strike"), ("~~", "~~")),
    **{f"h{n}": (f"\n\n{'#' * n} ", "\n\n") for n in range(1, 7)},
    "code": ("`", "`"),
    "summary": ("\n\n**", "**\n\n"),
    "li": ("\n- ", ""),
    "td": ("", " "),
    "th": ("", " "),
    "hr": ("\n\n---\n\n", "\n\n---\n\n"),
}


@dataclass(frozen=True, slots=True)
class CardText:
    """Markdown between two pictures."""

    text: str


@dataclass(frozen=True, slots=True)
class CardPicture:
    """A picture that the card wants to show; `source` is an address as it was written."""

    source: str
    alt: str = ""


CardPart = CardText | CardPicture


def parts(card: str) -> list[CardPart]:
    """The card's text and pictures in order.

    >>> parts("---\\nlicense: mit\\n---\\n# Hi\\n<img src='a.png' alt='A'>\\nBye")
    [CardText(text='# Hi'), CardPicture(source='a.png', alt='A'), CardText(text='Bye')]
    """
    text = plain_markdown(card)
    found: list[CardPart] = []
    lines: list[str] = []
    n_pictures = 0
    for line, is_code in _lines(text):
        pictures: list[CardPicture] = []
        rest = line
        if not is_code and "](" in line and not line.lstrip().startswith("|"):
            rest, pictures = _without_pictures(line, PICTURE_LIMIT - n_pictures)
        if rest.strip() or not pictures:
            lines.append(rest)
        if pictures:
            _add_text(found, lines)
            lines = []
            found += pictures
            n_pictures += len(pictures)
    _add_text(found, lines)
    return found


def plain_markdown(card: str) -> str:
    """The card without front matter, its HTML made Markdown."""
    text = card[:CARD_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    text = _FRONT.sub("", text, count=1)
    out: list[str] = []
    prose: list[str] = []
    for line, is_code in _lines(text):
        if not is_code:
            prose.append(line)
            continue
        out += _prose(prose)
        prose = []
        out.append(line)
    out += _prose(prose)
    return "\n".join(out)


def _lines(text: str) -> list[tuple[str, bool]]:
    """Every line, and whether it belongs to a fenced block."""
    found: list[tuple[str, bool]] = []
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            found.append((line, True))
            if match and match[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            found.append((line, match is not None))
            if match:
                fence = match[1]
    return found


def _prose(lines: list[str]) -> list[str]:
    if not lines:
        return []
    text = "\n".join(lines)
    if "<" not in text:
        return lines
    text = _DROPPED.sub("", _COMMENT.sub("", text))
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return f"\ufdd0{len(held) - 1}\ufdd1"  # noncharacters: no card may hold them

    text = text.replace("\ufdd0", "").replace("\ufdd1", "")
    text = _LINKED.sub(r"[\1](", _TAG.sub(_Tags(), _CODE.sub(hold, text)))
    text = re.sub("\ufdd0(\\d+)\ufdd1", lambda match: held[int(match[1])], text)
    # What stood inside of a <div> was indented for the eye, and would be code to Markdown.
    return [re.sub(r"^[ \t]{4,}(?=[!\[*#])", "", line) for line in text.split("\n")]


class _Tags:
    """Turns one tag after another into Markdown; knows where the open links lead."""

    def __init__(self) -> None:
        self._links: list[str] = []

    def __call__(self, match: re.Match[str]) -> str:
        name, is_end = match[1].lower(), match[0].startswith("</")
        values = {key.lower(): unescape(value.strip("\"'")) for key, value in _attributes(match[2])}
        if name == "img":
            return _image(values)
        if name == "a":
            return self._link(values, is_end)
        pair = _PAIRS.get(name)
        return match[0] if pair is None else pair[is_end]  # <think> is a word of the card

    def _link(self, values: dict[str, str], is_end: bool) -> str:
        if not is_end:
            self._links.append(_address(values.get("href", "")))
            return "[" if self._links[-1] else ""
        address = self._links.pop() if self._links else ""
        return f"]({address})" if address else ""


def _attributes(text: str) -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in _ATTRIBUTE.finditer(text)]


def _image(values: dict[str, str]) -> str:
    source = _address(values.get("src", ""))
    alt = re.sub(r"[\[\]\n]", " ", values.get("alt", "")).strip()
    return f"![{alt}]({source})" if source else alt


def _address(text: str) -> str:
    """An address that Markdown takes without quoting."""
    return text.strip().replace(" ", "%20").replace("(", "%28").replace(")", "%29")


def _without_pictures(line: str, room: int) -> tuple[str, list[CardPicture]]:
    pictures: list[CardPicture] = []

    def take(match: re.Match[str]) -> str:
        if len(pictures) >= room:
            return match[0]
        pictures.append(CardPicture(match["src"].strip("<>"), match["alt"].strip()))
        link = match["link"] or ""
        return f"[{match['alt'].strip() or link}]({link})" if link else ""

    return _PICTURE.sub(take, line), pictures


def _add_text(found: list[CardPart], lines: list[str]) -> None:
    text = "\n".join(lines)
    if text.strip():
        found.append(CardText(text))
