"""A local hub for the Network page."""

from __future__ import annotations

from tests.helpers.hub_window import _clean_surroundings, connected, server, tiny

__all__ = ["_clean_surroundings", "connected", "server", "tiny"]
