-- Everything that outlives the process. Migrations are append-only: never change this file.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rooms (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL,
    kind TEXT NOT NULL,
    epoch TEXT NOT NULL,
    -- The newest entry, so that no count over the log is ever needed.
    head_seq INTEGER NOT NULL,
    head_id TEXT NOT NULL,
    head_time INTEGER NOT NULL,
    n INTEGER NOT NULL,
    -- Stored members: in the lobby the accounts, elsewhere everybody.
    members INTEGER NOT NULL,
    -- By which request the room was made; a repeat of it finds the room here.
    creator TEXT NOT NULL,
    creation TEXT NOT NULL,
    UNIQUE (creator, creation)
) STRICT;

CREATE TABLE entries (
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    time INTEGER NOT NULL,
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    client_id TEXT NOT NULL,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    -- The seq that an edit, a deletion or a reaction points at.
    target INTEGER,
    -- The seq that a message quotes.
    quote INTEGER,
    -- The seq of the deletion that blanked it.
    deleted INTEGER,
    body TEXT NOT NULL,
    -- Tells a repeat from another request under the same client id; none once blanked.
    digest INTEGER,
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX entries_by_client ON entries (room, author, client_id);
CREATE INDEX entries_by_target ON entries (room, target) WHERE target IS NOT NULL;
CREATE INDEX entries_by_quote ON entries (room, quote) WHERE quote IS NOT NULL;

-- The reactions that stand, by person.
CREATE TABLE reactions (
    room INTEGER NOT NULL,
    target INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    user TEXT NOT NULL,
    PRIMARY KEY (room, target, emoji, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE mentions (
    user TEXT NOT NULL,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (user, room, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_place ON mentions (room, seq);

-- A membership is a list of ranges of seq. Everybody is in the lobby by rule: a row there is only
-- written when an account leaves it.
CREATE TABLE memberships (
    user TEXT NOT NULL,
    room INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER,
    PRIMARY KEY (user, room, from_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_room ON memberships (room, user) WHERE to_seq IS NULL;

CREATE TABLE positions (
    user TEXT NOT NULL,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (user, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    kind TEXT NOT NULL,
    identity TEXT UNIQUE,
    password TEXT,
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Names that are somebody's alone: the identities of accounts and the display names of guests.
CREATE TABLE names (
    key TEXT PRIMARY KEY,
    user TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX names_by_user ON names (user);

CREATE TABLE tokens (
    hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER NOT NULL,
    client TEXT,
    ended INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_user ON tokens (user);
