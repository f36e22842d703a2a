"""How the window looks: tokens, palette, one style sheet and our own icons.

The lowest layer of `ui`: it knows no widget of ours. Everything that paints asks `tokens.current()`
for colours and `tokens.font()` for type, and repaints on `QEvent.Type.PaletteChange`.
"""
