"""GGUF headers: read byte by byte with hard limits, and what they say of a model.

cursor.py, header.py, vocabulary.py   the bytes; fields.py typed access to the metadata
info.py        the facts of a model; weights.py, caches.py, abilities.py what they are made of
projector.py, adapter.py              files that belong to a model
rows.py        everything, for people; parts.py split models; foreign.py what is no GGUF
"""
