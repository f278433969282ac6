//! Small look-ups that several verbs share.

use chat_proto::id::{EntryId, UserId};
use chat_proto::place::Seq;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::storage::StoreError;
use crate::storage::sqlite::rows::mark;

/// Whether the user is in the room: an open range, or in the lobby none at all.
pub(super) async fn is_member(connection: &mut SqliteConnection, user: &UserId, room: i64) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM memberships WHERE user = ?1 AND room = ?2 AND to_seq IS NULL)
                   OR ((SELECT kind FROM rooms WHERE key = ?2) = 'lobby'
                       AND NOT EXISTS (SELECT 1 FROM memberships WHERE user = ?1 AND room = ?2))";
    Ok(sqlx::query(sql).bind(user.as_str()).bind(room).fetch_one(connection).await?.try_get(0)?)
}

/// The id of the entry at that place.
pub(super) async fn entry_id(connection: &mut SqliteConnection, room: i64, seq: Seq) -> Result<Option<EntryId>, StoreError> {
    let sql = "SELECT seq, id FROM entries WHERE room = ? AND seq = ?";
    let row = sqlx::query(sql).bind(room).bind(seq as i64).fetch_optional(connection).await?;
    row.map(|row| mark(&row).map(|mark| mark.id)).transpose()
}
