//! People as others find them, and what they may do on the whole server.

use chat_proto::error::{Code, Error};
use chat_proto::id::{RoomId, UserId};
use chat_proto::user::{ServerRole, User};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteTransaction};

use crate::storage::sqlite::friends;
use crate::storage::sqlite::rows::{USER, number, read, spelled, text, user};
use crate::storage::{Answer, Known, StoreError};

pub(super) async fn find(connection: &mut SqliteConnection, query: &str, limit: u32) -> Result<Vec<User>, StoreError> {
    let sql = format!(
        "SELECT {USER} FROM users u
         WHERE u.kind = 'account' AND (substr(u.identity, 1, length(?1)) = ?1 OR substr(lower(u.name), 1, length(?1)) = ?1)
         ORDER BY u.identity <> ?1, lower(u.name) <> ?1, u.identity LIMIT ?2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(query.trim().to_lowercase()).bind(limit).fetch_all(connection).await?;
    rows.iter().map(user).collect()
}

pub(super) async fn known(snapshot: &mut SqliteTransaction<'_>, reader: &User, id: &UserId) -> Result<Option<Known>, StoreError> {
    let sql = format!("SELECT {USER}, u.created FROM users u WHERE u.id = ? AND u.kind <> 'server'");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(&mut **snapshot).await?;
    let Some(row) = row else { return Ok(None) };
    // The lobby is everybody's, and says nothing about anybody.
    let sql = "SELECT r.id FROM memberships a JOIN memberships b ON b.room = a.room JOIN rooms r ON r.key = a.room
               WHERE a.user = ? AND b.user = ? AND a.to_seq IS NULL AND b.to_seq IS NULL AND r.kind IN ('public', 'private')
               ORDER BY r.name";
    let rows = sqlx::query(sql).bind(reader.id.as_str()).bind(id.as_str()).fetch_all(&mut **snapshot).await?;
    let rooms = rows.iter().map(|row| read(RoomId::parse(text(row, "id")?))).collect::<Result<_, _>>()?;
    let friendship = friends::between(snapshot, &reader.id, id).await?;
    Ok(Some(Known { user: user(&row)?, since: number(&row, "created")?, rooms, friendship }))
}

pub(super) async fn has_owner(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'owner')";
    Ok(sqlx::query(sql).fetch_one(connection).await?.try_get(0)?)
}

pub(super) async fn set_role(connection: &mut SqliteConnection, id: &UserId, role: ServerRole, first: bool) -> Answer<User> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    if first && has_owner(&mut transaction).await? {
        return Ok(Err(Error::new(Code::Forbidden, "This server has an owner already.")));
    }
    let sql = format!("SELECT {USER} FROM users u WHERE u.id = ? AND u.kind = 'account'");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(&mut *transaction).await?;
    let Some(row) = row else {
        let mut error = Error::new(Code::NotFound, "There is no such account.");
        error.field = Some("user".to_owned());
        return Ok(Err(error));
    };
    let user = User { role, ..user(&row)? };
    sqlx::query("UPDATE users SET role = ? WHERE id = ?").bind(spelled(role)?).bind(id.as_str()).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(Ok(user))
}
