-- Bots and their tokens. Migrations are append-only: never change this file.

-- One token a bot. Apart from `tokens`, in which an older release would take it for a guest's.
CREATE TABLE bots (
    user TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE,
    maker TEXT NOT NULL,
    -- The words of the protocol, with a space between two.
    scopes TEXT NOT NULL,
    -- What posts to its webhook are signed with; as it is, since a signature cannot be checked by its hash.
    signing TEXT,
    created INTEGER NOT NULL,
    used INTEGER,
    ended INTEGER
) STRICT, WITHOUT ROWID;

-- Whether the author was a bot.
ALTER TABLE entries ADD COLUMN bot INTEGER NOT NULL DEFAULT 0;
