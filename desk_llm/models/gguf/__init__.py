"""GGUF headers: read byte by byte with hard limits, and what they say of a model."""
