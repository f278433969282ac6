//! Accounts as the server's operator makes, lists and deletes them.

use chat_proto::error::{Code, Error};
use chat_proto::id::UserId;
use chat_proto::place::Millis;
use chat_proto::user::User;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};

use crate::domain::facts::inbox_key;
use crate::storage::sqlite::friends;
use crate::storage::sqlite::people::become_account;
use crate::storage::sqlite::rooms::erase;
use crate::storage::sqlite::rows::{USER, number, spelled, user};
use crate::storage::{AccountFacts, Answer, StoreError};

pub(super) async fn add(connection: &mut SqliteConnection, user: &User, password_hash: &str, now: Millis) -> Answer<User> {
    let Some(identity) = &user.identity else { return Ok(Err(Error::new(Code::Invalid, "An account has a name to sign in by."))) };
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("INSERT INTO users (id, name, color, kind, role, created, seen) VALUES (?, ?, ?, 'guest', ?, ?, ?)")
        .bind(user.id.as_str())
        .bind(user.name.as_str())
        .bind(user.color.as_str())
        .bind(spelled(user.role)?)
        .bind(now as i64)
        .bind(now as i64)
        .execute(&mut *transaction)
        .await?;
    if let Err(error) = become_account(&mut transaction, &user.id, identity, password_hash, now).await? {
        return Ok(Err(error));
    }
    transaction.commit().await?;
    Ok(Ok(user.clone()))
}

pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Vec<AccountFacts>, StoreError> {
    let sql = format!(
        "SELECT {USER}, u.created, MAX(u.seen, COALESCE(MAX(t.used), 0)) AS seen, COUNT(t.id) AS sessions
         FROM users u LEFT JOIN tokens t ON t.user = u.id AND t.kind = 'session' AND t.ended IS NULL
         WHERE u.kind = 'account' GROUP BY u.id ORDER BY u.identity"
    );
    let facts = |row: &SqliteRow| {
        let (created, seen) = (number(row, "created")?, number(row, "seen")?);
        Ok(AccountFacts { user: user(row)?, sessions: number(row, "sessions")? as u32, created, seen })
    };
    sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await?.iter().map(facts).collect()
}

pub(super) async fn delete(connection: &mut SqliteConnection, id: &UserId, now: Millis) -> Result<bool, StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let sql = "UPDATE users SET kind = 'deleted', identity = NULL, password = NULL, role = 'member' WHERE id = ? AND kind = 'account'";
    if sqlx::query(sql).bind(id.as_str()).execute(&mut *transaction).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let sql = "UPDATE tokens SET ended = ? WHERE user = ? AND ended IS NULL";
    sqlx::query(sql).bind(now as i64).bind(id.as_str()).execute(&mut *transaction).await?;
    for sql in [
        "DELETE FROM names WHERE user = ?",
        "DELETE FROM invitations WHERE user = ?",
        "DELETE FROM positions WHERE user = ?",
        "DELETE FROM mentions WHERE user = ?",
        "DELETE FROM codes WHERE user = ?",
    ] {
        sqlx::query(sql).bind(id.as_str()).execute(&mut *transaction).await?;
    }
    friends::forget(&mut transaction, id).await?;
    let inbox = sqlx::query("SELECT key FROM rooms WHERE name_key = ?").bind(inbox_key(id)).fetch_optional(&mut *transaction).await?;
    if let Some(inbox) = inbox {
        erase(&mut transaction, inbox.try_get("key")?).await?;
    }
    transaction.commit().await?;
    Ok(true)
}
