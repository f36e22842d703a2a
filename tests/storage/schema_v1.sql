-- The first schema, as files in the world have it. Never edit: migrations start here.
CREATE TABLE conversations (
  rowid       INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  title       TEXT NOT NULL DEFAULT '',
  model_id    TEXT NOT NULL DEFAULT '',
  head_id     TEXT,
  created_at  REAL NOT NULL,
  updated_at  REAL NOT NULL,
  deleted_at  REAL
);
CREATE TABLE messages (
  rowid              INTEGER PRIMARY KEY,
  id                 TEXT NOT NULL UNIQUE,
  conversation_id    TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  parent_id          TEXT,
  role               TEXT NOT NULL,
  status             TEXT NOT NULL,
  text               TEXT NOT NULL,
  created_at         REAL NOT NULL,
  model              TEXT NOT NULL DEFAULT '',
  finish_reason      TEXT,
  error              TEXT NOT NULL DEFAULT '',
  prompt_tokens      INTEGER NOT NULL DEFAULT 0,
  completion_tokens  INTEGER NOT NULL DEFAULT 0,
  cached_tokens      INTEGER NOT NULL DEFAULT 0,
  queue_s            REAL NOT NULL DEFAULT 0,
  prefill_s          REAL NOT NULL DEFAULT 0,
  ttft_s             REAL NOT NULL DEFAULT 0,
  decode_s           REAL NOT NULL DEFAULT 0,
  total_s            REAL NOT NULL DEFAULT 0,
  decode_tok_s       REAL NOT NULL DEFAULT 0,
  prefill_tok_s      REAL NOT NULL DEFAULT 0
);
CREATE INDEX messages_of_conversation ON messages(conversation_id, id, parent_id);
CREATE INDEX messages_streaming ON messages(status) WHERE status = 'streaming';
CREATE VIRTUAL TABLE messages_fts USING fts5(
  text, content='messages', content_rowid='rowid', tokenize='trigram'
);
