-- Search: every message by its words. Migrations are append-only: never change this file.

-- The messages in the order of their commits: ids grow by it, so the newest are found first. Those
-- from before this migration get ids below, the newest of them first.
CREATE TABLE search_rows (
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX search_rows_by_place ON search_rows (room, seq);

-- The words, prepared by the program (docs/search.md), each with the block of ids and the room
-- that it stands in: the tokenizer does nothing but split at spaces. The text itself is not kept a
-- second time, and what is taken out leaves no trace.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, content = '', columnsize = 0, tokenize = "ascii tokenchars '.@'"
);
INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);

-- From when to when the messages of each small range of ids were said, so that a search in
-- a range of days begins where it must.
CREATE TABLE search_times (
    span INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;

-- Who said something under which name, passing guests included, by the name's key.
CREATE TABLE search_authors (
    key TEXT NOT NULL,
    user TEXT NOT NULL,
    PRIMARY KEY (key, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX users_by_name ON users (name COLLATE NOCASE);

-- The rooms whose older messages still have to be prepared: those below this seq.
CREATE TABLE search_backlog (
    room INTEGER PRIMARY KEY,
    below INTEGER NOT NULL
) STRICT;
