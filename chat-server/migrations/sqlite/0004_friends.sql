-- Friends. Migrations are append-only: never change this file.

-- How two accounts stand to one another: a row for each of them, as it is told to `user`.
CREATE TABLE friendships (
    user TEXT NOT NULL,
    other TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (user, other)
) STRICT, WITHOUT ROWID;
