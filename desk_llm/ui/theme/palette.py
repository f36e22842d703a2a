"""The QPalette of a scheme: what Fusion paints without asking the style sheet."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from desk_llm.ui.theme.tokens import Tokens

_Role = QPalette.ColorRole
_DISABLED = QPalette.ColorGroup.Disabled


def palette(tokens: Tokens) -> QPalette:
    """All roles that our widgets use, active and disabled."""
    made = QPalette()
    for role, colour in (
        (_Role.Window, tokens.window),
        (_Role.WindowText, tokens.text),
        (_Role.Base, tokens.surface),
        (_Role.AlternateBase, tokens.sunken),
        (_Role.Text, tokens.text),
        (_Role.Button, tokens.raised),
        (_Role.ButtonText, tokens.text),
        (_Role.BrightText, tokens.danger),
        (_Role.PlaceholderText, tokens.faint),
        (_Role.Highlight, tokens.accent),
        (_Role.HighlightedText, tokens.on_accent),
        (_Role.Accent, tokens.accent),
        (_Role.Link, tokens.accent),
        (_Role.LinkVisited, tokens.accent),
        (_Role.ToolTipBase, tokens.raised),
        (_Role.ToolTipText, tokens.text),
        (_Role.Light, tokens.raised),
        (_Role.Midlight, tokens.hover),
        (_Role.Mid, tokens.border),
        (_Role.Dark, tokens.control),
        (_Role.Shadow, tokens.control),
    ):
        made.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText):
        made.setColor(_DISABLED, role, QColor(tokens.faint))
    made.setColor(_DISABLED, _Role.Highlight, QColor(tokens.hover))
    return made
