"""Markdown: the text of a reply becomes blocks, whole or while it streams.

Qt-free and pure: `blocks.BlockStream` parses, `html` writes the inline HTML of prose, `highlight`
colours code by role, `characters` makes hidden characters visible. Called on the GUI thread by
`ui/chat`; every function is bounded by the limits in `blocks`, so that no text can hang it.
"""
