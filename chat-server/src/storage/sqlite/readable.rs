//! What somebody may read now: the one place that says so to whatever reads across rooms.

use chat_proto::id::{Epoch, RoomId, UserId};
use chat_proto::name::RoomName;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::domain::readable::{Readable, WHOLE};
use crate::storage::StoreError;
use crate::storage::sqlite::rows::{read, text};

/// The rooms that the user may read, each under its key, with the ranges in each: today all of the
/// log of each room that they are a member of.
pub(super) async fn readable(connection: &mut SqliteConnection, user: &UserId) -> Result<Vec<(i64, Readable)>, StoreError> {
    let sql = "SELECT r.key, r.id, r.name, r.epoch FROM rooms r
               WHERE r.key IN (SELECT room FROM memberships WHERE user = ?1 AND to_seq IS NULL)
                  OR (r.kind = 'lobby' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = ?1 AND m.room = r.key))";
    let rows = sqlx::query(sql).bind(user.as_str()).fetch_all(connection).await?;
    let mut readable = Vec::with_capacity(rows.len());
    for row in &rows {
        let room = Readable {
            room: read(RoomId::parse(text(row, "id")?))?,
            name: read(RoomName::parse(text(row, "name")?))?,
            epoch: read(Epoch::parse(text(row, "epoch")?))?,
            ranges: vec![WHOLE],
        };
        readable.push((row.try_get("key")?, room));
    }
    Ok(readable)
}
