"""One widget per block of a message. Everything here runs on the GUI thread.

Each has `set_block(block)`, `fit(width) -> height`, `restyle(look)` and `find(text, backwards)`.
None has a layout: the message places them and asks each for its height once per change.
"""
