"""SQLite: one file, one writer thread, any number of readers.

`database.Database` opens the file, brings it up to date (`migrations`), sets a damaged one aside
and saves what can be read of it (`salvage`). `schema.sql` is the readable truth of the newest
version. Errors of SQLite leave this room as DeskErrors with a sentence. The rooms above own the
meaning of the tables: `chat.store` is the only one that writes SQL for conversations.
"""
