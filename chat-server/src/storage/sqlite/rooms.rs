//! Rooms, who is in them, and how far somebody has read.

use std::collections::HashMap;

use chat_proto::id::{EntryId, Epoch, RoomId};
use chat_proto::place::Mark;
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::room_mark_read::ReadPosition;
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::request::{RoomFind, RoomList};
use chat_proto::room::{RoomKind, RoomRole};
use chat_proto::user::User;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteTransaction};

use crate::domain::access::{What, may, no_such_room};
use crate::domain::facts::name_key;
use crate::domain::mark_read::Position;
use crate::storage::sqlite::lookup::{self, Found, entry_id};
use crate::storage::sqlite::rows::{ROOM, USER, number, read, room, text, user, word};
use crate::storage::sqlite::search;
use crate::storage::{Answer, OwnRoom, RoomFacts, StoreError};

/// How many rooms one page of the list holds.
const LIST: usize = 100;

/// How far the row's user has read; who never read is taken to have read all.
fn position(row: &SqliteRow) -> Result<ReadPosition, StoreError> {
    let position = Position { seq: number(row, "seq")?, n: number(row, "read_n")? };
    Ok(position.told(number(row, "n")?, number(row, "mentions")?))
}

/// All rooms of a user, the lobby first, then by name.
pub(super) async fn of_user(connection: &mut SqliteConnection, reader: &User, cursors: &[Cursor]) -> Result<Vec<RoomState>, StoreError> {
    let cursors: HashMap<&RoomId, &Cursor> = cursors.iter().map(|cursor| (&cursor.room, cursor)).collect();
    let sql = format!(
        "SELECT r.key, {ROOM}, r.epoch, r.head_seq, r.head_id, r.n,
                      COALESCE((SELECT role FROM memberships m WHERE m.user = ?1 AND m.room = r.key AND m.to_seq IS NULL), 'member') AS role,
                      COALESCE(p.seq, r.head_seq) AS seq, COALESCE(p.n, r.n) AS read_n,
                      (SELECT COUNT(*) FROM mentions m WHERE m.user = ?1 AND m.room = r.key AND m.seq > COALESCE(p.seq, r.head_seq)) AS mentions
               FROM rooms r LEFT JOIN positions p ON p.user = ?1 AND p.room = r.key
               WHERE r.key IN (SELECT room FROM memberships WHERE user = ?1 AND to_seq IS NULL)
                  OR (r.kind = 'lobby' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = ?1 AND m.room = r.key))
               ORDER BY r.kind <> 'lobby', r.name"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(reader.id.as_str()).fetch_all(&mut *connection).await?;
    let mut people = people_of_conversations(connection, reader, &rows).await?;
    people.extend(friends_heard(connection, reader, &rows).await?);
    let mut states = Vec::with_capacity(rows.len());
    for row in &rows {
        let room = room(row)?;
        let epoch = read(Epoch::parse(text(row, "epoch")?))?;
        let head = Mark { seq: number(row, "head_seq")?, id: read(EntryId::parse(text(row, "head_id")?))? };
        let reset = match cursors.get(&room.id) {
            None => false,
            Some(cursor) if cursor.epoch != epoch => true,
            Some(cursor) => entry_id(connection, row.try_get("key")?, cursor.seq).await?.as_ref() != Some(&cursor.id),
        };
        let people = people.remove(&row.try_get("key")?).unwrap_or_default();
        states.push(RoomState { room, epoch, head, n: number(row, "n")?, read: position(row)?, reset, role: word(row, "role")?, people });
    }
    Ok(states)
}

/// The others in each conversation among these rooms, by name, also those whose account was deleted: it is
/// still the one with them.
async fn people_of_conversations(
    connection: &mut SqliteConnection,
    reader: &User,
    rows: &[SqliteRow],
) -> Result<HashMap<i64, Vec<User>>, StoreError> {
    let mut people: HashMap<i64, Vec<User>> = HashMap::new();
    let keys = keys_of(RoomKind::Direct, rows)?;
    if keys.is_empty() {
        return Ok(people);
    }
    let sql = format!(
        "SELECT m.room, {USER} FROM memberships m JOIN users u ON u.id = m.user
         WHERE m.room IN (SELECT value FROM json_each(?)) AND u.id <> ? ORDER BY u.name"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(serde_json::json!(keys).to_string()).bind(reader.id.as_str());
    for row in rows.fetch_all(connection).await? {
        people.entry(row.try_get("room")?).or_default().push(user(&row)?);
    }
    Ok(people)
}

/// Whose each room is, of those among these in which a friend speaks.
async fn friends_heard(
    connection: &mut SqliteConnection,
    reader: &User,
    rows: &[SqliteRow],
) -> Result<HashMap<i64, Vec<User>>, StoreError> {
    let mut people: HashMap<i64, Vec<User>> = HashMap::new();
    let keys = keys_of(RoomKind::Friends, rows)?;
    if keys.is_empty() {
        return Ok(people);
    }
    let sql = format!(
        "SELECT r.key, {USER} FROM rooms r JOIN users u ON u.id = r.creator
         WHERE r.key IN (SELECT value FROM json_each(?)) AND u.id <> ?"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(serde_json::json!(keys).to_string()).bind(reader.id.as_str());
    for row in rows.fetch_all(connection).await? {
        people.entry(row.try_get("key")?).or_default().push(user(&row)?);
    }
    Ok(people)
}

/// The keys of the rooms of that kind among these.
fn keys_of(kind: RoomKind, rows: &[SqliteRow]) -> Result<Vec<i64>, StoreError> {
    let mut keys = Vec::new();
    for row in rows {
        if word::<RoomKind>(row, "room_kind")? == kind {
            keys.push(row.try_get("key")?);
        }
    }
    Ok(keys)
}

pub(super) async fn all(snapshot: &mut SqliteTransaction<'_>) -> Result<(Vec<RoomFacts>, u64), StoreError> {
    let sql = format!(
        "SELECT {ROOM}, r.members, r.n FROM rooms r WHERE r.kind NOT IN ('direct', 'inbox', 'friends') ORDER BY r.kind <> 'lobby', r.name, r.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut **snapshot).await?;
    let facts = |row| Ok(RoomFacts { room: room(row)?, members: number(row, "members")? as u32, messages: number(row, "n")? });
    let rooms = rows.iter().map(facts).collect::<Result<Vec<_>, StoreError>>()?;
    let row = sqlx::query("SELECT COUNT(*) AS many FROM rooms WHERE kind = 'direct'").fetch_one(&mut **snapshot).await?;
    Ok((rooms, number(&row, "many")?))
}

pub(super) async fn delete(connection: &mut SqliteConnection, room: &RoomId) -> Result<bool, StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let row = sqlx::query("SELECT key FROM rooms WHERE id = ?").bind(room.as_str()).fetch_optional(&mut *transaction).await?;
    let Some(row) = row else { return Ok(false) };
    erase(&mut transaction, row.try_get("key")?).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Takes a room out of the database with its log and all that is known of people in it.
pub(super) async fn erase(connection: &mut SqliteConnection, key: i64) -> Result<(), StoreError> {
    // First: what stands in the index is worked out from the log.
    search::index::forget(connection, key).await?;
    for sql in [
        "DELETE FROM entries WHERE room = ?",
        "DELETE FROM reactions WHERE room = ?",
        "DELETE FROM mentions WHERE room = ?",
        "DELETE FROM memberships WHERE room = ?",
        "DELETE FROM positions WHERE room = ?",
        "DELETE FROM invitations WHERE room = ?",
        "DELETE FROM codes WHERE room = ?",
        "DELETE FROM rooms WHERE key = ?",
    ] {
        sqlx::query(sql).bind(key).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The rooms of a user, in short.
pub(super) async fn ids_of_user(connection: &mut SqliteConnection, reader: &User) -> Result<Vec<OwnRoom>, StoreError> {
    let sql = "SELECT r.id, r.kind, r.members FROM rooms r
               WHERE r.key IN (SELECT room FROM memberships WHERE user = ?1 AND to_seq IS NULL)
                  OR (r.kind = 'lobby' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = ?1 AND m.room = r.key))";
    let rows = sqlx::query(sql).bind(reader.id.as_str()).fetch_all(connection).await?;
    let own =
        |row| Ok(OwnRoom { id: read(RoomId::parse(text(row, "id")?))?, kind: word(row, "kind")?, members: number(row, "members")? as u32 });
    rows.iter().map(own).collect()
}

pub(super) async fn members(snapshot: &mut SqliteTransaction<'_>, reader: &User, room: &RoomId) -> Answer<Vec<(User, RoomRole)>> {
    let Some(Found { key, room, who }) = lookup::find(snapshot, reader, room).await? else { return Ok(Err(no_such_room())) };
    if let Err(error) = may(&who, What::SeePeople, &room) {
        return Ok(Err(error));
    }
    let sql = if room.kind == RoomKind::Lobby {
        // By rule, unless they left; a row is written with a role, too.
        format!(
            "SELECT {USER}, COALESCE(m.role, 'member') AS room_role FROM users u
             LEFT JOIN memberships m ON m.user = u.id AND m.room = ?1 AND m.to_seq IS NULL
             WHERE u.kind = 'account'
               AND (m.user IS NOT NULL OR NOT EXISTS (SELECT 1 FROM memberships o WHERE o.user = u.id AND o.room = ?1))
             ORDER BY u.name LIMIT 1000"
        )
    } else {
        format!(
            "SELECT {USER}, m.role AS room_role FROM memberships m JOIN users u ON u.id = m.user
             WHERE m.room = ?1 AND m.to_seq IS NULL ORDER BY u.name LIMIT 1000"
        )
    };
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(key).fetch_all(&mut **snapshot).await?;
    Ok(Ok(rows.iter().map(|row| Ok((user(row)?, word(row, "room_role")?))).collect::<Result<_, StoreError>>()?))
}

pub(super) async fn list(snapshot: &mut SqliteTransaction<'_>, reader: &User, request: &RoomList) -> Result<RoomListReply, StoreError> {
    let sql = format!(
        "WITH page AS (SELECT members, name FROM rooms WHERE id = ?3)
         SELECT r.key, {ROOM}, r.members FROM rooms r
         WHERE r.kind IN ('public', 'lobby') AND NOT r.archived
           AND (?1 = '' OR instr(lower(r.name), ?1) > 0 OR instr(lower(r.topic), ?1) > 0 OR instr(lower(r.title), ?1) > 0)
           AND (?3 = '' OR NOT EXISTS (SELECT 1 FROM page)
                OR r.members < (SELECT members FROM page)
                OR (r.members = (SELECT members FROM page) AND r.name > (SELECT name FROM page)))
         ORDER BY r.members DESC, r.name LIMIT ?2"
    );
    let query = request.query.as_ref().map_or(String::new(), |query| query.as_str().trim().trim_start_matches('#').to_lowercase());
    let after = request.after.as_ref().map_or("", |room| room.as_str());
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(query).bind(LIST as i64 + 1).bind(after).fetch_all(&mut **snapshot).await?;
    let more = rows.len() > LIST;
    let mut rooms = Vec::new();
    for row in rows.iter().take(LIST) {
        let found = lookup::found(snapshot, reader, row).await?;
        rooms.push(summary(found, row)?);
    }
    Ok(RoomListReply { rooms, more })
}

/// The room of that name: one that the reader is in, else a listed one, else one that they were invited into.
pub(super) async fn find(snapshot: &mut SqliteTransaction<'_>, reader: &User, request: &RoomFind) -> Answer<RoomSummary> {
    let sql = format!(
        "SELECT r.key, {ROOM}, r.members FROM rooms r
         WHERE (r.name_key = ?1 AND r.kind IN ('public', 'lobby'))
            OR (r.kind = 'private' AND r.name = ?2
                AND r.key IN (SELECT room FROM memberships WHERE user = ?3 AND to_seq IS NULL
                              UNION SELECT room FROM invitations WHERE user = ?3))
         ORDER BY NOT EXISTS (SELECT 1 FROM memberships m WHERE m.room = r.key AND m.user = ?3 AND m.to_seq IS NULL), r.kind = 'private'"
    );
    let (key, name) = (name_key(request.name.as_str()), request.name.as_str());
    for row in sqlx::query(AssertSqlSafe(sql)).bind(key).bind(name).bind(reader.id.as_str()).fetch_all(&mut **snapshot).await? {
        let found = lookup::found(snapshot, reader, &row).await?;
        if found.room.name == request.name && may(&found.who, What::See, &found.room).is_ok() {
            return Ok(Ok(summary(found, &row)?));
        }
    }
    let mut error = no_such_room();
    error.message = format!("There is no room #{0}. /create {0} makes it.", request.name);
    error.field = Some("name".to_owned());
    Ok(Err(error))
}

pub(super) fn summary(Found { room, who, .. }: Found, row: &SqliteRow) -> Result<RoomSummary, StoreError> {
    Ok(RoomSummary { room, members: number(row, "members")? as u32, joined: who.member.is_some() })
}
