"""Modelfiles, as Ollama reads them: text → commands, and back.

A command is a word and a value; the value ends with its line, or where its quotation marks end
(`"…"` and `\"\"\"…\"\"\"` may span lines; nothing is escaped in them). A comment is a line of its
own. After parser/parser.go of Ollama; https://docs.ollama.com/modelfile has the words.
What Ollama has no words for is kept in comments: `# desk_llm: load.kv_type = "q8_0"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from desk_llm.errors import QT_TRANSLATE_NOOP, FileDamaged, RequestError

MAX_CHARS = 4 << 20
OWN = "desk_llm"  # the name of our own commands
_COMMANDS = (
    "from",
    "parameter",
    "template",
    "system",
    "adapter",
    "license",
    "message",
    "requires",
    "renderer",
    "parser",
    "capability",
    "draft",
)
_ROLES = ("system", "user", "assistant")
_SPACE = " \t"
_BLANK = _SPACE + "\r\n"
_MARKS = '"""'
# Quotation marks end a value at the end of a line only.
_TRIPLE = re.compile(r'"""([\s\S]*?)"""[ \t]*(?![^\r\n])')
_SINGLE = re.compile(r'"([\s\S]*?)"[ \t]*(?![^\r\n])')
_WORD = re.compile(r"[^ \t\r\n]+")
_GAP = re.compile(r"[ \t]+")
_LINE = re.compile(r"[^\r\n]*")
_BREAK = re.compile(r"\r\n|\r|\n")
_OWN = re.compile(rf"#[ \t]*{OWN}:[ \t]*([\w.]+)[ \t]*=[ \t]*([^\r\n]*)")
_KEY = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Command:
    """One instruction. `key`: the parameter's name, the message's role."""

    name: str  # in small letters
    value: str
    key: str = ""
    line: int = field(default=0, compare=False)  # where it begins, from 1


@dataclass(frozen=True, slots=True)
class Modelfile:
    """The commands in their order."""

    commands: tuple[Command, ...] = ()

    def all(self, name: str) -> tuple[Command, ...]:
        """Every command of that name."""
        return tuple(one for one in self.commands if one.name == name)

    def last(self, name: str) -> str:
        """The value that counts where a command may be given once; empty when there is none."""
        found = self.all(name)
        return found[-1].value if found else ""


def parse(text: str) -> Modelfile:
    """Raises FileDamaged with a sentence that names the line."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_CHARS or "\0" in text:
        raise FileDamaged(QT_TRANSLATE_NOOP("errors", "This is no Modelfile."))
    commands = tuple(_Reader(text).commands())
    if not any(one.name == "from" for one in commands):
        raise FileDamaged(
            QT_TRANSLATE_NOOP("errors", "The Modelfile names no model."),
            QT_TRANSLATE_NOOP("errors", "It needs a line “FROM” with a file or a model."),
        )
    return Modelfile(commands)


def dump(modelfile: Modelfile) -> str:
    """The text of it. Raises RequestError for what the format cannot hold."""
    return "".join(_written(one) + "\n" for one in modelfile.commands)


class _Reader:
    """Walks over the text once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0

    def commands(self) -> Iterator[Command]:
        """Up to the end of the text."""
        while True:
            self._skip_blank()
            if self._at >= len(self._text):
                return
            if self._text[self._at] == "#":
                yield from self._comment()
            else:
                yield self._command()

    def _skip_blank(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in _BLANK:
            self._at += 1

    def _comment(self) -> Iterator[Command]:
        line, own = self._line_number(), _OWN.match(self._text, self._at)
        if own is not None:
            yield Command(OWN, own[2].strip(_SPACE), own[1], line)
        self._take(_LINE)

    def _command(self) -> Command:
        line = self._line_number()
        name = self._take(_WORD).lower()
        if name not in _COMMANDS:
            raise _wrong(
                QT_TRANSLATE_NOOP(
                    "errors", "Line {line} of the Modelfile: “{word}” is no command."
                ),
                line,
                QT_TRANSLATE_NOOP("errors", "The commands are {words}."),
                word=name[:80],
                words=", ".join(one.upper() for one in _COMMANDS),
            )
        key = self._key(name, line) if name in ("parameter", "message") else ""
        self._take(_GAP)
        value = self._value(name, line)
        return Command(name, value, key, line)

    def _key(self, name: str, line: int) -> str:
        self._take(_GAP)
        key = self._take(_WORD).lower()
        if name == "message" and key not in _ROLES:
            raise _wrong(
                QT_TRANSLATE_NOOP(
                    "errors", "Line {line} of the Modelfile: a message is from {roles}."
                ),
                line,
                roles=", ".join(_ROLES),
            )
        if not _KEY.fullmatch(key):
            raise _wrong(
                QT_TRANSLATE_NOOP(
                    "errors", "Line {line} of the Modelfile: “{word}” is no name of a parameter."
                ),
                line,
                word=key[:80],
            )
        return key

    def _value(self, name: str, line: int) -> str:
        """Up to the first end of a line at which it is whole."""
        found = _read_value(self._text, self._at)
        if found is None:
            raise _wrong(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "Line {line} of the Modelfile: the quotation marks of {name} never end.",
                ),
                line,
                name=name.upper(),
            )
        value, self._at = found
        if not value and name in ("from", "adapter", "parameter"):
            raise _wrong(
                QT_TRANSLATE_NOOP("errors", "Line {line} of the Modelfile: {name} has no value."),
                line,
                name=name.upper(),
            )
        return value

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _line_number(self) -> int:
        self._line += len(_BREAK.findall(self._text, self._counted, self._at))
        self._counted = self._at
        return self._line


def _read_value(text: str, at: int) -> tuple[str, int] | None:
    """The value that begins at `at`, and where it ends; None: its quotation marks do not."""
    pattern = (
        _TRIPLE if text.startswith(_MARKS, at) else _SINGLE if text[at : at + 1] == '"' else None
    )
    if pattern is not None:
        quoted = pattern.match(text, at)
        return (quoted[1], quoted.end()) if quoted is not None else None
    line = _LINE.match(text, at)
    return (line[0].strip(_SPACE), line.end()) if line is not None else ("", at)


def _written(command: Command) -> str:
    if command.name == OWN:
        return f"# {OWN}: {command.key} = {command.value}"
    words = [command.name.upper()]
    if command.key:
        words.append(command.key)
    return " ".join([*words, _quoted(command)])


def _quoted(command: Command) -> str:
    """As it is, else in the quotation marks that are read as the same text again."""
    value = command.value
    for mark in ("", _MARKS, '"') if value else ('"',):
        text = f"{mark}{value}{mark}"
        if _read_value(text, 0) == (value, len(text)):
            return text
    raise RequestError(
        QT_TRANSLATE_NOOP("errors", "A Modelfile cannot hold this text of {name}: “{text}”."),
        QT_TRANSLATE_NOOP("errors", "No line of it may end with three quotation marks."),
        name=command.name.upper(),
        text=value[:80],
    )


def _wrong(message: str, line: int, hint: str = "", **values: object) -> FileDamaged:
    return FileDamaged(message, hint, "", line=line, **values)
