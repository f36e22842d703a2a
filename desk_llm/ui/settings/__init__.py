"""The settings dialog, derived from the table in `desk_llm.settings`."""
