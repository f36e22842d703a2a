"""Conversations: what was said, kept in the database, and the replies being made.

`session.ChatService` hands out one `ChatSession` per conversation; both live on the GUI thread
(or the CLI's only one) and never wait: `ChatService.pump()` polls the loader and the engine, and
the sessions tell their news through Events on the same thread. `store.ConversationStore` owns the
SQL; its writes happen on the storage thread. `titles` and `export` are pure functions.
"""
