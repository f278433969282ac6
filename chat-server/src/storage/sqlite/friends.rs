//! Who is whose friend.

use chat_proto::id::UserId;
use chat_proto::request::friend_list::{Friend, Friendship};
use serde_json::json;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use crate::domain::decide::FriendshipChange;
use crate::domain::facts::{Facts, Wanted, mirrored};
use crate::storage::StoreError;
use crate::storage::sqlite::rows::{USER, number, read, spelled, text, user, word};

/// The user's friends and open questions, as they are told.
pub(super) async fn of_user(connection: &mut SqliteConnection, reader: &UserId) -> Result<Vec<Friend>, StoreError> {
    let sql = format!(
        "SELECT {USER}, f.state, f.since FROM friendships f JOIN users u ON u.id = f.other WHERE f.user = ?
         ORDER BY f.state <> 'asks_you', f.state <> 'you_asked', u.name, u.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(reader.as_str()).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(Friend { user: user(row)?, state: word(row, "state")?, since: number(row, "since")? })).collect()
}

/// How the second stands to the first.
pub(super) async fn between(connection: &mut SqliteConnection, reader: &UserId, other: &UserId) -> Result<Friendship, StoreError> {
    let sql = "SELECT state FROM friendships WHERE user = ? AND other = ?";
    let row = sqlx::query(sql).bind(reader.as_str()).bind(other.as_str()).fetch_optional(connection).await?;
    row.map_or(Ok(Friendship::None), |row| word(&row, "state"))
}

/// How those stand to one another who are befriended, and to how many others.
pub(super) async fn look_up(connection: &mut SqliteConnection, wanted: &Wanted, facts: &mut Facts) -> Result<(), StoreError> {
    if wanted.friendships.is_empty() {
        return Ok(());
    }
    let both = wanted.friendships.iter().flat_map(|(user, other)| [json!([user, other]), json!([other, user])]);
    let sql =
        "SELECT f.user, f.other, f.state FROM json_each(?) j JOIN friendships f ON f.user = j.value ->> 0 AND f.other = j.value ->> 1";
    for row in sqlx::query(sql).bind(serde_json::Value::from_iter(both).to_string()).fetch_all(&mut *connection).await? {
        let pair = (read(UserId::parse(text(&row, "user")?))?, read(UserId::parse(text(&row, "other")?))?);
        facts.friendships.insert(pair, word(&row, "state")?);
    }
    let people: Vec<&UserId> = wanted.friendships.iter().flat_map(|(user, other)| [user, other]).collect();
    let sql = "SELECT user, state, COUNT(*) AS many FROM friendships WHERE user IN (SELECT value FROM json_each(?)) GROUP BY user, state";
    for row in sqlx::query(sql).bind(json!(people).to_string()).fetch_all(connection).await? {
        let key = (read(UserId::parse(text(&row, "user")?))?, word(&row, "state")?);
        facts.friend_counts.insert(key, number(&row, "many")? as u32);
    }
    Ok(())
}

/// Notes how people stand to one another from now on.
pub(super) async fn note(connection: &mut SqliteConnection, changes: &[FriendshipChange]) -> Result<(), StoreError> {
    for FriendshipChange { user, other, state, since } in changes {
        for (user, other, state) in [(user, other, *state), (other, user, mirrored(*state))] {
            if state == Friendship::None {
                let sql = "DELETE FROM friendships WHERE user = ? AND other = ?";
                sqlx::query(sql).bind(user.as_str()).bind(other.as_str()).execute(&mut *connection).await?;
                continue;
            }
            let sql = "INSERT INTO friendships (user, other, state, since) VALUES (?, ?, ?, ?)
                       ON CONFLICT (user, other) DO UPDATE SET state = excluded.state, since = excluded.since";
            let query = sqlx::query(sql).bind(user.as_str()).bind(other.as_str()).bind(spelled(state)?).bind(*since as i64);
            query.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Whoever that was, they are nobody's friend any more.
pub(super) async fn forget(connection: &mut SqliteConnection, user: &UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM friendships WHERE other = ?1 AND user IN (SELECT other FROM friendships WHERE user = ?1)";
    sqlx::query(sql).bind(user.as_str()).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM friendships WHERE user = ?").bind(user.as_str()).execute(connection).await?;
    Ok(())
}
