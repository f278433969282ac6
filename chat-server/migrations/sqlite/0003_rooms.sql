-- Rooms with rules, roles, invitations and join codes. Migrations are append-only: never change this file.

ALTER TABLE rooms ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN post TEXT NOT NULL DEFAULT 'members';
ALTER TABLE rooms ADD COLUMN invite TEXT NOT NULL DEFAULT 'members';
ALTER TABLE rooms ADD COLUMN history TEXT NOT NULL DEFAULT 'all';
ALTER TABLE rooms ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;

-- What somebody is in a room: of the open range alone.
ALTER TABLE memberships ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
UPDATE memberships SET role = 'owner'
WHERE to_seq IS NULL AND EXISTS (SELECT 1 FROM rooms r WHERE r.key = memberships.room AND r.creator = memberships.user);

-- What somebody is on the whole server.
ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'member';

CREATE TABLE invitations (
    user TEXT NOT NULL,
    room INTEGER NOT NULL,
    PRIMARY KEY (user, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE codes (
    code TEXT PRIMARY KEY,
    room INTEGER NOT NULL,
    user TEXT NOT NULL,
    expires INTEGER NOT NULL,
    uses_left INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_by_room ON codes (room);
