"""Look: the transcript's type, colours and measures at one scheme and zoom."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QFontMetrics

from desk_llm.ui.theme import tokens
from desk_llm.ui.theme.tokens import TYPE, Tokens, TypeRole

_HEADINGS: tuple[TypeRole, ...] = ("h1", "h2", "h3", "chat", "chat", "chat")
LINE_HEIGHT = 118  # percent of the font's own spacing, which already has air
LIST_INDENT = 28  # holds "10." at 15 px and its gap
QUOTE_INDENT = 16


@dataclass(frozen=True, slots=True)
class Look:
    """Compared to see whether anything has to be painted anew."""

    colours: Tokens
    zoom: int

    @classmethod
    def now(cls, zoom: int | None = None) -> Look:
        """The scheme in use, at the application's zoom or another."""
        return cls(tokens.current(), zoom or tokens.zoom())

    def font(self, role: TypeRole) -> QFont:
        """The font of a role at this zoom."""
        return tokens.font(role, self.zoom)

    def px(self, size: float) -> int:
        """A height that holds type."""
        return round(size * self.zoom / 100)

    def line(self, role: TypeRole = "chat") -> int:
        """Height of one line of prose as a document lays it out."""
        return round(QFontMetrics(self.font(role)).lineSpacing() * LINE_HEIGHT / 100)

    def colour(self, name: str) -> QColor:
        """A token as Qt wants it."""
        return QColor(str(getattr(self.colours, name)))

    def css(self) -> str:
        """The default style sheet of prose and tables; margins are written inline."""
        now = self.colours
        heads = "".join(
            f".h{level} {{ font-size: {self.px(TYPE[role].size)}px; font-weight: 600; }}\n"
            for level, role in enumerate(_HEADINGS, start=1)
        )
        return f"""{heads}
a {{ color: {now.accent}; text-decoration: underline; }}
code {{
  font-family: "{tokens.mono_family()}"; font-size: {self.px(TYPE["code"].size)}px;
  background-color: {now.bubble};
}}
.quote {{ color: {now.muted}; }}
"""
