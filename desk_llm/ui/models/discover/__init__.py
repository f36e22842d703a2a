"""Discover: find a model on the Hub, see whether it fits this machine, and get it.

search bar ─ results or the curated list ─▶ repository: its files with their fit, and its card

Everything that asks a server runs through `ui.bridge.ask`; what comes too late is not shown.
"""
