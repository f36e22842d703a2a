-- The newest schema. Every change goes in here and, for files that exist, into migrations.py.

-- rowid is declared, so that VACUUM keeps it: the search index points at it.
CREATE TABLE conversations (
  rowid       INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  title       TEXT NOT NULL DEFAULT '',
  model_id    TEXT NOT NULL DEFAULT '',
  head_id     TEXT,                        -- the last message of the visible branch
  created_at  REAL NOT NULL,               -- unix seconds
  updated_at  REAL NOT NULL,
  deleted_at  REAL                         -- in the bin; purged after 30 days
);

-- A tree by parent_id. No foreign key there: SQLite would cascade 10 000 levels deep.
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

-- The shape of a tree is read from this index alone, without touching the texts.
CREATE INDEX messages_of_conversation ON messages(conversation_id, id, parent_id);
CREATE INDEX messages_streaming ON messages(status) WHERE status = 'streaming';

-- One row per benchmark that was run to its end; spec and result are JSON.
CREATE TABLE benchmark_runs (
  id            INTEGER PRIMARY KEY,
  made_at       REAL NOT NULL,
  kind          TEXT NOT NULL,
  model         TEXT NOT NULL,
  fingerprint   TEXT NOT NULL,
  engine_build  TEXT NOT NULL,
  machine       TEXT NOT NULL,
  spec          TEXT NOT NULL,
  result        TEXT NOT NULL
);

-- How fast finished replies were, for the panel's line over context length.
CREATE TABLE speed_history (
  id            INTEGER PRIMARY KEY,
  made_at       REAL NOT NULL,
  model         TEXT NOT NULL,
  fingerprint   TEXT NOT NULL,
  device        TEXT NOT NULL,
  n_past        INTEGER NOT NULL,
  decode_tok_s  REAL NOT NULL,
  prefill_tok_s REAL NOT NULL,
  ttft_s        REAL NOT NULL,
  n_tokens      INTEGER NOT NULL
);
CREATE INDEX speed_of_model ON speed_history(fingerprint, made_at);

-- Trigrams find Chinese, which has no spaces between words. Kept in step by index.py:
-- triggers could not reach it while trusted_schema is off.
CREATE VIRTUAL TABLE messages_fts USING fts5(
  text, content='messages', content_rowid='rowid', tokenize='trigram'
);
