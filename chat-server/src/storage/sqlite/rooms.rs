//! Rooms, who is in them, and how far somebody has read.

use std::collections::HashMap;

use chat_proto::id::{EntryId, Epoch, RoomId};
use chat_proto::name::confusable_key;
use chat_proto::place::Mark;
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::room_mark_read::ReadPosition;
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::request::{RoomFind, RoomList};
use chat_proto::user::User;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, SqliteTransaction};

use crate::domain::decide::no_such_room;
use crate::domain::mark_read::Position;
use crate::storage::sqlite::lookup::{entry_id, is_member};
use crate::storage::sqlite::rows::{number, read, room, text, user};
use crate::storage::{Answer, StoreError};

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
    let sql = "SELECT r.key, r.id, r.name, r.topic, r.kind, r.epoch, r.head_seq, r.head_id, r.n,
                      COALESCE(p.seq, r.head_seq) AS seq, COALESCE(p.n, r.n) AS read_n,
                      (SELECT COUNT(*) FROM mentions m WHERE m.user = ?1 AND m.room = r.key AND m.seq > COALESCE(p.seq, r.head_seq)) AS mentions
               FROM rooms r LEFT JOIN positions p ON p.user = ?1 AND p.room = r.key
               WHERE r.key IN (SELECT room FROM memberships WHERE user = ?1 AND to_seq IS NULL)
                  OR (r.kind = 'lobby' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = ?1 AND m.room = r.key))
               ORDER BY r.kind <> 'lobby', r.name";
    let rows = sqlx::query(sql).bind(reader.id.as_str()).fetch_all(&mut *connection).await?;
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
        states.push(RoomState { room, epoch, head, n: number(row, "n")?, read: position(row)?, reset });
    }
    Ok(states)
}

/// The rooms of a user, each with its number of stored members.
pub(super) async fn ids_of_user(connection: &mut SqliteConnection, reader: &User) -> Result<Vec<(RoomId, u32)>, StoreError> {
    let sql = "SELECT r.id, r.members FROM rooms r
               WHERE r.key IN (SELECT room FROM memberships WHERE user = ?1 AND to_seq IS NULL)
                  OR (r.kind = 'lobby' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = ?1 AND m.room = r.key))";
    let rows = sqlx::query(sql).bind(reader.id.as_str()).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((read(RoomId::parse(text(row, "id")?))?, number(row, "members")? as u32))).collect()
}

pub(super) async fn members(snapshot: &mut SqliteTransaction<'_>, reader: &User, room: &RoomId) -> Answer<Vec<User>> {
    let row = sqlx::query("SELECT key, kind FROM rooms WHERE id = ?").bind(room.as_str()).fetch_optional(&mut **snapshot).await?;
    let Some(row) = row else { return Ok(Err(no_such_room())) };
    let key: i64 = row.try_get("key")?;
    if !is_member(snapshot, &reader.id, key).await? {
        return Ok(Err(no_such_room()));
    }
    let sql = if text(&row, "kind")? == "lobby" {
        "SELECT id, name, color, kind, identity FROM users u WHERE kind = 'account'
             AND (NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = u.id AND m.room = ?1)
                  OR EXISTS (SELECT 1 FROM memberships m WHERE m.user = u.id AND m.room = ?1 AND m.to_seq IS NULL))
         ORDER BY name LIMIT 1000"
    } else {
        "SELECT u.id, u.name, u.color, u.kind, u.identity FROM memberships m JOIN users u ON u.id = m.user
         WHERE m.room = ?1 AND m.to_seq IS NULL ORDER BY u.name LIMIT 1000"
    };
    let rows = sqlx::query(sql).bind(key).fetch_all(&mut **snapshot).await?;
    Ok(Ok(rows.iter().map(user).collect::<Result<_, _>>()?))
}

pub(super) async fn list(snapshot: &mut SqliteTransaction<'_>, reader: &User, request: &RoomList) -> Result<RoomListReply, StoreError> {
    let sql = "WITH page AS (SELECT members, name FROM rooms WHERE id = ?3)
               SELECT r.key, r.id, r.name, r.topic, r.kind, r.members FROM rooms r
               WHERE r.kind IN ('public', 'lobby')
                 AND (?1 = '' OR instr(lower(r.name), ?1) > 0 OR instr(lower(r.topic), ?1) > 0)
                 AND (?3 = '' OR NOT EXISTS (SELECT 1 FROM page)
                      OR r.members < (SELECT members FROM page)
                      OR (r.members = (SELECT members FROM page) AND r.name > (SELECT name FROM page)))
               ORDER BY r.members DESC, r.name LIMIT ?2";
    let query = request.query.as_ref().map_or(String::new(), |query| query.as_str().trim().trim_start_matches('#').to_lowercase());
    let after = request.after.as_ref().map_or("", |room| room.as_str());
    let rows = sqlx::query(sql).bind(query).bind(LIST as i64 + 1).bind(after).fetch_all(&mut **snapshot).await?;
    let more = rows.len() > LIST;
    let mut rooms = Vec::new();
    for row in rows.iter().take(LIST) {
        rooms.push(summary(snapshot, reader, row).await?);
    }
    Ok(RoomListReply { rooms, more })
}

pub(super) async fn find(snapshot: &mut SqliteTransaction<'_>, reader: &User, request: &RoomFind) -> Answer<RoomSummary> {
    let sql = "SELECT key, id, name, topic, kind, members FROM rooms WHERE name_key = ? AND kind IN ('public', 'lobby')";
    let key = confusable_key(request.name.as_str());
    match sqlx::query(sql).bind(key).fetch_optional(&mut **snapshot).await? {
        Some(row) if text(&row, "name")? == request.name.as_str() => Ok(Ok(summary(snapshot, reader, &row).await?)),
        _ => {
            let mut error = no_such_room();
            error.message = format!("There is no room #{0}. /create {0} makes it.", request.name);
            error.field = Some("name".to_owned());
            Ok(Err(error))
        }
    }
}

async fn summary(snapshot: &mut SqliteTransaction<'_>, reader: &User, row: &SqliteRow) -> Result<RoomSummary, StoreError> {
    let joined = is_member(snapshot, &reader.id, row.try_get("key")?).await?;
    Ok(RoomSummary { room: room(row)?, members: number(row, "members")? as u32, joined })
}
