//! Bots and their tokens.

use chat_proto::id::{TokenId, UserId};
use chat_proto::name::confusable_key;
use chat_proto::place::Millis;
use chat_proto::request::token_create::{Scope, TokenInfo};
use chat_proto::secret::Token;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};

use crate::storage::sqlite::people::{is_taken, take_name};
use crate::storage::sqlite::rows::{USER, number, read, spelled, text, unreadable, user};
use crate::storage::{Answer, Bot, NewBot, StoreError, TokenHash, TokenOwner, name_taken};

pub(super) async fn add(connection: &mut SqliteConnection, bot: &NewBot, now: Millis) -> Answer<()> {
    let (info, user) = (&bot.info, &bot.info.bot);
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    if is_taken(&mut transaction, &confusable_key(user.name.as_str()), "", now).await? {
        return Ok(Err(name_taken(user.name.as_str(), "name")));
    }
    take_name(&mut transaction, &user.name, user.id.as_str()).await?;
    sqlx::query("INSERT INTO users (id, name, color, kind, created, seen) VALUES (?, ?, ?, 'bot', ?, ?)")
        .bind(user.id.as_str())
        .bind(user.name.as_str())
        .bind(user.color.as_str())
        .bind(now as i64)
        .bind(now as i64)
        .execute(&mut *transaction)
        .await?;
    // In the lobby by no rule: as if it had left before anything was said.
    sqlx::query("INSERT INTO memberships (user, room, from_seq, to_seq) SELECT ?, key, 1, 0 FROM rooms WHERE kind = 'lobby'")
        .bind(user.id.as_str())
        .execute(&mut *transaction)
        .await?;
    let scopes = info.scopes.iter().map(spelled).collect::<Result<Vec<_>, _>>()?.join(" ");
    sqlx::query("INSERT INTO bots (user, token, hash, maker, scopes, signing, created) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(user.id.as_str())
        .bind(info.id.as_str())
        .bind(&bot.hash[..])
        .bind(info.by.as_str())
        .bind(scopes)
        .bind(bot.signing.as_ref().map(Token::as_str))
        .bind(now as i64)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Ok(()))
}

pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Vec<TokenInfo>, StoreError> {
    let sql = format!(
        "SELECT {USER}, b.token, b.maker, b.scopes, b.signing IS NOT NULL AS signed, b.created, b.used
         FROM bots b JOIN users u ON u.id = b.user WHERE u.kind = 'bot' ORDER BY u.name, b.token"
    );
    let info = |row: &SqliteRow| {
        Ok(TokenInfo {
            id: read(TokenId::parse(text(row, "token")?))?,
            bot: user(row)?,
            scopes: scopes(row)?,
            signed: row.try_get("signed")?,
            by: read(UserId::parse(text(row, "maker")?))?,
            created: number(row, "created")?,
            used: used(row)?,
        })
    };
    sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await?.iter().map(info).collect()
}

/// Whose token it is, if a bot's, and when it was last marked used.
pub(super) async fn owner(connection: &mut SqliteConnection, hash: &TokenHash) -> Result<(TokenOwner, Option<Millis>), StoreError> {
    let sql = format!(
        "SELECT {USER}, b.token, b.scopes, b.signing, b.used, b.ended IS NOT NULL AS ended
         FROM bots b JOIN users u ON u.id = b.user WHERE b.hash = ?"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(&hash[..]).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok((TokenOwner::Nobody, None)) };
    if row.try_get("ended")? {
        return Ok((TokenOwner::Ended, None));
    }
    let signing: Option<String> = row.try_get("signing")?;
    let bot = Bot {
        user: user(&row)?,
        token: read(TokenId::parse(text(&row, "token")?))?,
        scopes: scopes(&row)?,
        signing: signing.map(Token::parse).transpose().map_err(StoreError::Corrupt)?,
    };
    Ok((TokenOwner::Bot(bot), Some(used(&row)?.unwrap_or(0))))
}

pub(super) async fn end(connection: &mut SqliteConnection, token: &TokenId, now: Millis) -> Result<bool, StoreError> {
    let sql = "UPDATE bots SET ended = COALESCE(ended, ?) WHERE token = ?";
    let done = sqlx::query(sql).bind(now as i64).bind(token.as_str()).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn forget(connection: &mut SqliteConnection, user: &UserId) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for sql in [
        "UPDATE users SET kind = 'deleted' WHERE id = ? AND kind = 'bot'",
        "DELETE FROM names WHERE user = ?",
        "DELETE FROM positions WHERE user = ?",
        "DELETE FROM mentions WHERE user = ?",
    ] {
        sqlx::query(sql).bind(user.as_str()).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

fn used(row: &SqliteRow) -> Result<Option<Millis>, StoreError> {
    Ok(row.try_get::<Option<i64>, _>("used")?.map(|used| used.max(0) as Millis))
}

fn scopes(row: &SqliteRow) -> Result<Vec<Scope>, StoreError> {
    let scope = |word: &str| serde_json::from_value(serde_json::Value::from(word)).map_err(unreadable);
    text(row, "scopes")?.split_whitespace().map(scope).collect()
}
