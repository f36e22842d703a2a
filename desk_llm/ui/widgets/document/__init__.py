"""Formatted text: one widget per block of a message or a model card. GUI thread only.

Each has `set_block(block)`, `fit(width) -> height`, `restyle(look)` and `find(text, backwards)`.
None has a layout: the column places them and asks each for its height once per change.
"""
