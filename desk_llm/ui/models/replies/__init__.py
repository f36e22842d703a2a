"""How one model is asked: its sampling, system prompt and stop strings, over the settings."""
