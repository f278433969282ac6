//! What the writer looks up before it decides: one statement a kind, whatever the batch's size.

use std::collections::{HashMap, HashSet};

use chat_proto::entry::Body;
use chat_proto::id::{ClientId, EntryId, Epoch, RoomId, UserId};
use chat_proto::request::stored::Stored;
use chat_proto::text::Emoji;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use crate::domain::facts::{Creation, Facts, Known, RoomFacts, Target, Wanted, name_key};
use crate::storage::StoreError;
use crate::storage::sqlite::friends;
use crate::storage::sqlite::rows::{ROOM, author, body, number, read, room, text, word};

mod people;

/// The keys by which the tables know the batch's rooms.
pub(super) type Keys = HashMap<RoomId, i64>;

/// Looks up everything that the batch names.
pub(super) async fn look_up(connection: &mut SqliteConnection, wanted: &Wanted) -> Result<(Facts, Keys), StoreError> {
    let mut facts = Facts::default();
    people::people(connection, wanted, &mut facts).await?;
    let found = people::made_rooms(connection, wanted, &mut facts).await?;
    let keys = rooms(connection, wanted, found, &mut facts).await?;
    names(connection, wanted, &mut facts).await?;
    creations(connection, wanted, &mut facts).await?;
    known(connection, wanted, &keys, &mut facts).await?;
    members(connection, wanted, &keys, &mut facts).await?;
    people::come_and_go(connection, wanted, &keys, &mut facts).await?;
    friends::look_up(connection, wanted, &mut facts).await?;
    targets(connection, wanted, &keys, &mut facts).await?;
    reactions(connection, wanted, &keys, &mut facts).await?;
    Ok((facts, keys))
}

async fn rooms(connection: &mut SqliteConnection, wanted: &Wanted, found: Vec<RoomId>, facts: &mut Facts) -> Result<Keys, StoreError> {
    let mut keys = Keys::new();
    let ids: HashSet<&RoomId> = wanted.rooms.iter().chain(&found).collect();
    if ids.is_empty() {
        return Ok(keys);
    }
    let sql = format!(
        "SELECT r.key, {ROOM}, r.epoch, r.head_seq, r.head_id, r.head_time, r.n FROM rooms r WHERE r.id IN (SELECT value FROM json_each(?))"
    );
    for row in sqlx::query(AssertSqlSafe(sql)).bind(json!(ids).to_string()).fetch_all(connection).await? {
        let room = room(&row)?;
        keys.insert(room.id.clone(), row.try_get("key")?);
        let known = RoomFacts {
            epoch: read(Epoch::parse(text(&row, "epoch")?))?,
            head: number(&row, "head_seq")?,
            head_id: Some(read(EntryId::parse(text(&row, "head_id")?))?),
            time: number(&row, "head_time")?,
            n: number(&row, "n")?,
            room,
        };
        facts.rooms.insert(known.room.id.clone(), known);
    }
    Ok(keys)
}

/// The names that are taken, of those that rooms are to be called, or listed, by.
async fn names(connection: &mut SqliteConnection, wanted: &Wanted, facts: &mut Facts) -> Result<(), StoreError> {
    let listed = wanted.listed.iter().filter_map(|room| facts.rooms.get(room)).map(|known| name_key(known.room.name.as_str()));
    let keys: HashSet<String> = wanted.names.iter().cloned().chain(listed).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let sql = "SELECT name_key FROM rooms WHERE name_key IN (SELECT value FROM json_each(?))";
    for row in sqlx::query(sql).bind(json!(keys).to_string()).fetch_all(&mut *connection).await? {
        facts.taken_names.insert(text(&row, "name_key")?);
    }
    Ok(())
}

async fn creations(connection: &mut SqliteConnection, wanted: &Wanted, facts: &mut Facts) -> Result<(), StoreError> {
    if wanted.creations.is_empty() {
        return Ok(());
    }
    let pairs: Vec<_> = wanted.creations.iter().collect();
    let sql = format!(
        "SELECT {ROOM}, r.creator, r.creation, e.id AS entry_id, e.time, e.digest
         FROM json_each(?) j
         JOIN rooms r ON r.creator = j.value ->> 0 AND r.creation = j.value ->> 1
         JOIN entries e ON e.room = r.key AND e.seq = 1"
    );
    for row in sqlx::query(AssertSqlSafe(sql)).bind(json!(pairs).to_string()).fetch_all(connection).await? {
        let key = (read(UserId::parse(text(&row, "creator")?))?, read(ClientId::parse(text(&row, "creation")?))?);
        let stored = Stored { seq: 1, id: read(EntryId::parse(text(&row, "entry_id")?))?, time: number(&row, "time")?, n: 0 };
        facts.creations.insert(key, Creation { room: room(&row)?, stored, digest: row.try_get("digest")? });
    }
    Ok(())
}

async fn known(connection: &mut SqliteConnection, wanted: &Wanted, keys: &Keys, facts: &mut Facts) -> Result<(), StoreError> {
    let in_room = wanted.known.iter().filter_map(|(room, user, id)| Some((keys.get(room)?, user, id)));
    let in_inbox = wanted.known_in_inbox.iter().filter_map(|(user, id)| Some((keys.get(facts.inboxes.get(user)?)?, user, id)));
    let asked: Vec<_> = in_room.chain(in_inbox).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let names = by_key(keys);
    let sql = "SELECT e.room, e.author, e.client_id, e.seq, e.id, e.time, e.n, e.digest
               FROM json_each(?) j
               JOIN entries e ON e.room = j.value ->> 0 AND e.author = j.value ->> 1 AND e.client_id = j.value ->> 2";
    for row in sqlx::query(sql).bind(json!(asked).to_string()).fetch_all(connection).await? {
        let Some(room) = room_of(&row, &names)? else { continue };
        let stored = Stored {
            seq: number(&row, "seq")?,
            id: read(EntryId::parse(text(&row, "id")?))?,
            time: number(&row, "time")?,
            n: number(&row, "n")?,
        };
        let key = (room, read(UserId::parse(text(&row, "author")?))?, read(ClientId::parse(text(&row, "client_id")?))?);
        facts.known.insert(key, Known { stored, digest: row.try_get("digest")? });
    }
    Ok(())
}

async fn members(connection: &mut SqliteConnection, wanted: &Wanted, keys: &Keys, facts: &mut Facts) -> Result<(), StoreError> {
    let asked: Vec<_> = wanted.members.iter().filter_map(|(room, user)| Some((keys.get(room)?, user))).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let names = by_key(keys);
    let sql = "SELECT j.value ->> 0 AS room, j.value ->> 1 AS user, COALESCE(o.role, 'member') AS role
               FROM json_each(?) j
               JOIN rooms r ON r.key = j.value ->> 0
               LEFT JOIN memberships o ON o.user = j.value ->> 1 AND o.room = r.key AND o.to_seq IS NULL
               WHERE o.user IS NOT NULL
                  OR (r.kind = 'lobby' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = j.value ->> 1 AND m.room = r.key))";
    for row in sqlx::query(sql).bind(json!(asked).to_string()).fetch_all(connection).await? {
        let Some(room) = room_of(&row, &names)? else { continue };
        facts.members.insert((room, read(UserId::parse(text(&row, "user")?))?), word(&row, "role")?);
    }
    Ok(())
}

async fn targets(connection: &mut SqliteConnection, wanted: &Wanted, keys: &Keys, facts: &mut Facts) -> Result<(), StoreError> {
    let asked: Vec<_> = wanted.targets.iter().filter_map(|(room, seq)| Some((keys.get(room)?, seq))).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let names = by_key(keys);
    // The index is named, since the planner would rather walk back through the room's whole log.
    let sql = "SELECT e.room, e.seq, e.id, e.author, e.name, e.color, e.bot, e.kind, e.deleted IS NOT NULL AS deleted,
                      COALESCE((SELECT a.body FROM entries a INDEXED BY entries_by_target
                                WHERE a.room = e.room AND a.target = e.seq AND a.kind = 'edit'
                                ORDER BY a.seq DESC LIMIT 1), e.body) AS body
               FROM json_each(?) j
               JOIN entries e ON e.room = j.value ->> 0 AND e.seq = j.value ->> 1";
    for row in sqlx::query(sql).bind(json!(asked).to_string()).fetch_all(connection).await? {
        let Some(room) = room_of(&row, &names)? else { continue };
        let text_now = match body(&row)? {
            Body::Message(message) => message.content.text,
            Body::Edit(edit) => edit.content.text,
            _ => String::new(),
        };
        let target = Target {
            id: read(EntryId::parse(text(&row, "id")?))?,
            author: author(&row)?,
            is_message: text(&row, "kind")? == "message",
            deleted: row.try_get("deleted")?,
            text: text_now,
        };
        facts.targets.insert((room, number(&row, "seq")?), target);
    }
    Ok(())
}

async fn reactions(connection: &mut SqliteConnection, wanted: &Wanted, keys: &Keys, facts: &mut Facts) -> Result<(), StoreError> {
    let asked: Vec<_> = wanted.reactions.iter().filter_map(|(room, seq)| Some((keys.get(room)?, seq))).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let names = by_key(keys);
    let sql = "SELECT r.room, r.target AS seq, r.emoji, r.user
               FROM json_each(?) j
               JOIN reactions r ON r.room = j.value ->> 0 AND r.target = j.value ->> 1";
    for row in sqlx::query(sql).bind(json!(asked).to_string()).fetch_all(connection).await? {
        let Some(room) = room_of(&row, &names)? else { continue };
        let standing = facts.reactions.entry((room, number(&row, "seq")?)).or_default();
        let people = standing.entry(read(Emoji::parse(text(&row, "emoji")?))?).or_default();
        people.insert(read(UserId::parse(text(&row, "user")?))?);
    }
    Ok(())
}

fn by_key(keys: &Keys) -> HashMap<i64, RoomId> {
    keys.iter().map(|(id, key)| (*key, id.clone())).collect()
}

fn room_of(row: &SqliteRow, names: &HashMap<i64, RoomId>) -> Result<Option<RoomId>, StoreError> {
    Ok(names.get(&row.try_get::<i64, _>("room")?).cloned())
}
