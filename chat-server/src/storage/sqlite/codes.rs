//! Join codes.

use chat_proto::error::Error;
use chat_proto::id::{RoomId, UserId};
use chat_proto::name::JoinCode;
use chat_proto::place::Millis;
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::room_list::RoomSummary;
use chat_proto::user::User;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, SqliteTransaction};

use crate::domain::access::{Standing, What, may};
use crate::domain::decide::no_such_code;
use crate::storage::sqlite::lookup::{self, Found};
use crate::storage::sqlite::rooms::summary;
use crate::storage::sqlite::rows::{ROOM, number, read, text};
use crate::storage::{Answer, StoreError};

pub(super) async fn put(connection: &mut SqliteConnection, code: &InviteCode) -> Result<bool, StoreError> {
    let sql = "INSERT OR IGNORE INTO codes (code, room, user, expires, uses_left) SELECT ?, key, ?, ?, ? FROM rooms WHERE id = ?";
    let put = sqlx::query(sql)
        .bind(code.code.as_str())
        .bind(code.by.as_str())
        .bind(code.expires as i64)
        .bind(code.uses_left)
        .bind(code.room.as_str())
        .execute(connection)
        .await?;
    Ok(put.rows_affected() > 0)
}

pub(super) async fn find(snapshot: &mut SqliteTransaction<'_>, reader: &User, code: &JoinCode, now: Millis) -> Answer<RoomSummary> {
    let sql = format!(
        "SELECT r.key, {ROOM}, r.members FROM codes c JOIN rooms r ON r.key = c.room
         WHERE c.code = ? AND c.expires > ? AND c.uses_left > 0"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(code.as_str()).bind(now as i64).fetch_optional(&mut **snapshot).await?;
    let Some(row) = row else { return Ok(Err(no_such_code())) };
    let found = lookup::found(snapshot, reader, &row).await?;
    let who = Standing { invited: true, ..found.who.clone() };
    match may(&who, What::See, &found.room) {
        Ok(()) => Ok(Ok(summary(Found { who, ..found }, &row)?)),
        Err(Error { .. }) => Ok(Err(no_such_code())),
    }
}

pub(super) async fn of_room(connection: &mut SqliteConnection, room: &RoomId, now: Millis) -> Result<Vec<InviteCode>, StoreError> {
    let sql = "SELECT c.code, c.user, c.expires, c.uses_left FROM codes c JOIN rooms r ON r.key = c.room
               WHERE r.id = ? AND c.expires > ? AND c.uses_left > 0 ORDER BY c.expires, c.code";
    let rows = sqlx::query(sql).bind(room.as_str()).bind(now as i64).fetch_all(connection).await?;
    let code = |row| {
        Ok(InviteCode {
            code: read(JoinCode::parse(text(row, "code")?))?,
            room: room.clone(),
            by: read(UserId::parse(text(row, "user")?))?,
            expires: number(row, "expires")?,
            uses_left: number(row, "uses_left")? as u32,
        })
    };
    rows.iter().map(code).collect()
}

pub(super) async fn end(connection: &mut SqliteConnection, room: &RoomId, code: &JoinCode) -> Result<bool, StoreError> {
    let sql = "DELETE FROM codes WHERE code = ? AND room = (SELECT key FROM rooms WHERE id = ?)";
    Ok(sqlx::query(sql).bind(code.as_str()).bind(room.as_str()).execute(connection).await?.rows_affected() > 0)
}
