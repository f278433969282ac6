//! What somebody may read now: the one place that says so to whatever reads across rooms.

use std::collections::HashMap;

use chat_proto::id::{Epoch, RoomId, UserId};
use chat_proto::name::RoomName;
use chat_proto::place::Seq;
use chat_proto::room::History;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::domain::ranges::Readable;
use crate::domain::readable::ReadableRoom;
use crate::storage::StoreError;
use crate::storage::sqlite::rows::{number, read, text, word};

/// The rooms that the user may read, each under its key, with how much of each.
pub(super) async fn readable(connection: &mut SqliteConnection, user: &UserId) -> Result<Vec<(i64, ReadableRoom)>, StoreError> {
    let sql = "SELECT r.key, r.id, r.name, r.epoch, r.history FROM rooms r
               WHERE r.key IN (SELECT room FROM memberships WHERE user = ?1 AND to_seq IS NULL)
                  -- What a friend said stays to be read after the end, as far as it was said before.
                  OR (r.kind = 'friends' AND r.key IN (SELECT room FROM memberships WHERE user = ?1))
                  OR (r.kind = 'lobby' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = ?1 AND m.room = r.key))";
    let rows = sqlx::query(sql).bind(user.as_str()).fetch_all(&mut *connection).await?;
    // Rooms in which not everything may be read are few; only of them it matters when one was there.
    let partly = "SELECT m.room, m.from_seq, m.to_seq FROM memberships m JOIN rooms r ON r.key = m.room
                  WHERE m.user = ? AND r.history = 'joined' ORDER BY m.room, m.from_seq";
    let mut ranges: HashMap<i64, Vec<(Seq, Option<Seq>)>> = HashMap::new();
    for row in sqlx::query(partly).bind(user.as_str()).fetch_all(connection).await? {
        let to: Option<i64> = row.try_get("to_seq")?;
        ranges.entry(row.try_get("room")?).or_default().push((number(&row, "from_seq")?, to.map(|to| to.max(0) as Seq)));
    }
    let mut readable = Vec::with_capacity(rows.len());
    for row in &rows {
        let key: i64 = row.try_get("key")?;
        let history: History = word(row, "history")?;
        let room = ReadableRoom {
            room: read(RoomId::parse(text(row, "id")?))?,
            name: read(RoomName::parse(text(row, "name")?))?,
            epoch: read(Epoch::parse(text(row, "epoch")?))?,
            ranges: Readable::of_member(history, ranges.get(&key).map_or(&[][..], Vec::as_slice)),
        };
        readable.push((key, room));
    }
    Ok(readable)
}
