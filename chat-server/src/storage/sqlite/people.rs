//! People: guests by token, accounts, sessions, names.

use chat_proto::error::{Code, Error};
use chat_proto::id::{SessionId, UserId};
use chat_proto::name::{DisplayName, Identity, confusable_key};
use chat_proto::place::Millis;
use chat_proto::request::session_list::Session;
use chat_proto::text::ClientName;
use chat_proto::user::{ServerRole, User, UserKind};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};

use crate::domain::naming::candidates;
use crate::storage::sqlite::bots;
use crate::storage::sqlite::rows::{number, read, text, user};
use crate::storage::{Account, Answer, GUEST_MS, NewSession, NewUser, SILENT_GUEST_MS, StoreError, TokenHash, TokenOwner, name_taken};

/// How often at most a token's use is written down.
pub(super) const USED_EVERY_MS: Millis = 60_000;
/// Whose token it is, and when it was last marked used.
pub(super) async fn token_owner(connection: &mut SqliteConnection, hash: &TokenHash) -> Result<(TokenOwner, Option<Millis>), StoreError> {
    let sql =
        "SELECT t.id AS session, t.kind AS token_kind, t.used, t.ended IS NOT NULL AS ended, u.id, u.name, u.color, u.kind, u.identity, u.role,
                      EXISTS (SELECT 1 FROM names n WHERE n.user = u.id) AS named
               FROM tokens t JOIN users u ON u.id = t.user WHERE t.hash = ?";
    let Some(row) = sqlx::query(sql).bind(&hash[..]).fetch_optional(&mut *connection).await? else {
        return bots::owner(connection, hash).await;
    };
    if row.try_get("ended")? {
        return Ok((TokenOwner::Ended, None));
    }
    let user = user(&row)?;
    let owner = match text(&row, "token_kind")?.as_str() {
        "session" => TokenOwner::Session(user, read(SessionId::parse(text(&row, "session")?))?),
        _ if row.try_get("named")? => TokenOwner::Guest(user),
        _ => TokenOwner::NamelessGuest(user),
    };
    Ok((owner, Some(number(&row, "used")?)))
}

pub(super) async fn mark_used(connection: &mut SqliteConnection, hash: &TokenHash, now: Millis) -> Result<(), StoreError> {
    for sql in ["UPDATE tokens SET used = ? WHERE hash = ?", "UPDATE bots SET used = ? WHERE hash = ?"] {
        sqlx::query(sql).bind(now as i64).bind(&hash[..]).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The guest of that token; the first use makes them.
pub(super) async fn guest(connection: &mut SqliteConnection, hash: &TokenHash, new: &NewUser, now: Millis) -> Result<User, StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    if let (TokenOwner::Guest(user) | TokenOwner::NamelessGuest(user), _) = token_owner(&mut transaction, hash).await? {
        let user = reclaim_name(&mut transaction, user, new, now).await?;
        sqlx::query("UPDATE users SET seen = ? WHERE id = ?").bind(now as i64).bind(user.id.as_str()).execute(&mut *transaction).await?;
        transaction.commit().await?;
        return Ok(user);
    }
    let name = free_name(&mut transaction, new, now).await?;
    take_name(&mut transaction, &name, new.id.as_str()).await?;
    sqlx::query("INSERT INTO users (id, name, color, kind, created, seen) VALUES (?, ?, ?, 'guest', ?, ?)")
        .bind(new.id.as_str())
        .bind(name.as_str())
        .bind(new.color.as_str())
        .bind(now as i64)
        .bind(now as i64)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("INSERT INTO tokens (hash, id, user, kind, created, used) VALUES (?, ?, ?, 'guest', ?, ?)")
        .bind(&hash[..])
        .bind(new.id.as_str())
        .bind(new.id.as_str())
        .bind(now as i64)
        .bind(now as i64)
        .execute(&mut *transaction)
        .await?;
    // What was said before they came counts as read.
    sqlx::query("INSERT INTO positions (user, room, seq, n) SELECT ?, key, head_seq, n FROM rooms WHERE kind = 'lobby'")
        .bind(new.id.as_str())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(User { id: new.id.clone(), name, color: new.color.clone(), kind: UserKind::Guest, identity: None, role: ServerRole::Member })
}

/// A guest who comes back after their name was given away gets the next free one.
async fn reclaim_name(connection: &mut SqliteConnection, mut user: User, new: &NewUser, now: Millis) -> Result<User, StoreError> {
    let key = confusable_key(user.name.as_str());
    let owner = sqlx::query("SELECT user FROM names WHERE key = ?").bind(&key).fetch_optional(&mut *connection).await?;
    if owner.map(|row| text(&row, "user")).transpose()?.is_some_and(|owner| owner == user.id.as_str()) {
        return Ok(user);
    }
    let wished = NewUser { name: user.name.clone(), ..new.clone() };
    user.name = free_name(connection, &wished, now).await?;
    take_name(connection, &user.name, user.id.as_str()).await?;
    sqlx::query("UPDATE users SET name = ? WHERE id = ?").bind(user.name.as_str()).bind(user.id.as_str()).execute(connection).await?;
    Ok(user)
}

/// The wished name, or the next free one.
pub(super) async fn free_name(connection: &mut SqliteConnection, new: &NewUser, now: Millis) -> Result<DisplayName, StoreError> {
    for name in candidates(&new.name, new.id.as_str()) {
        let key = confusable_key(name.as_str());
        if !new.taken.contains(&key) && !is_taken(connection, &key, "", now).await? {
            return Ok(name);
        }
    }
    Err(StoreError::Refused("no free name was left"))
}

/// Whether a name is somebody else's; a guest's is free again some time after they were last here.
pub(super) async fn is_taken(connection: &mut SqliteConnection, key: &str, me: &str, now: Millis) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM names n JOIN users u ON u.id = n.user
               WHERE n.key = ? AND n.user <> ?
                 AND (u.kind <> 'guest'
                      OR u.seen > ? - CASE WHEN EXISTS (SELECT 1 FROM rooms r JOIN entries e ON e.room = r.key AND e.author = u.id) THEN ? ELSE ? END)";
    let row = sqlx::query(sql)
        .bind(key)
        .bind(me)
        .bind(now as i64)
        .bind(GUEST_MS as i64)
        .bind(SILENT_GUEST_MS as i64)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

pub(super) async fn take_name(connection: &mut SqliteConnection, name: &DisplayName, user: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO names (key, user) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET user = excluded.user")
        .bind(confusable_key(name.as_str()))
        .bind(user)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn seen(connection: &mut SqliteConnection, users: &[UserId], now: Millis) -> Result<(), StoreError> {
    let ids = serde_json::json!(users).to_string();
    let sql = "UPDATE users SET seen = ? WHERE id IN (SELECT value FROM json_each(?))";
    sqlx::query(sql).bind(now as i64).bind(ids).execute(connection).await?;
    Ok(())
}

pub(super) async fn rename(connection: &mut SqliteConnection, who: &User, name: &DisplayName, now: Millis) -> Answer<User> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    if is_taken(&mut transaction, &confusable_key(name.as_str()), who.id.as_str(), now).await? {
        return Ok(Err(name_taken(name.as_str(), "name")));
    }
    let stored =
        sqlx::query("UPDATE users SET name = ? WHERE id = ?").bind(name.as_str()).bind(who.id.as_str()).execute(&mut *transaction).await?;
    // Of a passing guest nothing is stored, their name neither.
    if who.kind == UserKind::Guest && stored.rows_affected() > 0 {
        sqlx::query("DELETE FROM names WHERE user = ?").bind(who.id.as_str()).execute(&mut *transaction).await?;
        take_name(&mut transaction, name, who.id.as_str()).await?;
    }
    transaction.commit().await?;
    Ok(Ok(User { name: name.clone(), ..who.clone() }))
}

pub(super) async fn register(
    connection: &mut SqliteConnection,
    guest: &User,
    identity: &Identity,
    password_hash: &str,
    session: &NewSession,
    now: Millis,
) -> Answer<User> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let id = guest.id.as_str();
    let stored = sqlx::query("SELECT kind FROM users WHERE id = ?").bind(id).fetch_optional(&mut *transaction).await?;
    match stored.map(|row| text(&row, "kind")).transpose()?.as_deref() {
        Some("guest") => {}
        Some(_) => return Ok(Err(Error::new(Code::Forbidden, "You have an account already."))),
        None => {
            // A passing guest, who was not stored until now.
            sqlx::query("INSERT INTO users (id, name, color, kind, created, seen) VALUES (?, ?, ?, 'guest', ?, ?)")
                .bind(id)
                .bind(guest.name.as_str())
                .bind(guest.color.as_str())
                .bind(now as i64)
                .bind(now as i64)
                .execute(&mut *transaction)
                .await?;
        }
    }
    if let Err(error) = become_account(&mut transaction, &guest.id, identity, password_hash, now).await? {
        return Ok(Err(error));
    }
    open_session(&mut transaction, &guest.id, session, now).await?;
    transaction.commit().await?;
    Ok(Ok(User { kind: UserKind::Account, identity: Some(identity.clone()), ..guest.clone() }))
}

/// Makes an account of somebody who is stored, unless the name is somebody else's.
pub(super) async fn become_account(
    connection: &mut SqliteConnection,
    user: &UserId,
    identity: &Identity,
    password_hash: &str,
    now: Millis,
) -> Answer<()> {
    let (id, key) = (user.as_str(), confusable_key(identity.as_str()));
    if is_taken(connection, &key, id, now).await? {
        return Ok(Err(name_taken(identity.as_str(), "identity")));
    }
    for sql in ["DELETE FROM names WHERE user = ?", "UPDATE tokens SET ended = used WHERE user = ? AND kind = 'guest'"] {
        sqlx::query(sql).bind(id).execute(&mut *connection).await?;
    }
    sqlx::query("INSERT INTO names (key, user) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET user = excluded.user")
        .bind(key)
        .bind(id)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE users SET kind = 'account', identity = ?, password = ? WHERE id = ?")
        .bind(identity.as_str())
        .bind(password_hash)
        .bind(id)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE rooms SET members = members + 1 WHERE kind = 'lobby'").execute(connection).await?;
    Ok(Ok(()))
}

pub(super) async fn account(connection: &mut SqliteConnection, identity: &Identity) -> Result<Option<Account>, StoreError> {
    let sql = "SELECT id, name, color, kind, identity, role, password FROM users WHERE identity = ?";
    let row = sqlx::query(sql).bind(identity.as_str()).fetch_optional(connection).await?;
    row.map(|row| Ok(Account { user: user(&row)?, password_hash: text(&row, "password")? })).transpose()
}

pub(super) async fn open_session(
    connection: &mut SqliteConnection,
    user: &UserId,
    session: &NewSession,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO tokens (hash, id, user, kind, created, used, client) VALUES (?, ?, ?, 'session', ?, ?, ?)")
        .bind(&session.hash[..])
        .bind(session.id.as_str())
        .bind(user.as_str())
        .bind(now as i64)
        .bind(now as i64)
        .bind(session.client.as_ref().map(ClientName::as_str))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn sessions(connection: &mut SqliteConnection, user: &UserId) -> Result<Vec<Session>, StoreError> {
    let sql = "SELECT id, created, used, client FROM tokens WHERE user = ? AND kind = 'session' AND ended IS NULL ORDER BY used DESC, id";
    let rows = sqlx::query(sql).bind(user.as_str()).fetch_all(connection).await?;
    let session = |row: &sqlx::sqlite::SqliteRow| -> Result<Session, StoreError> {
        let client: Option<String> = row.try_get("client")?;
        Ok(Session {
            id: read(SessionId::parse(text(row, "id")?))?,
            created: number(row, "created")?,
            used: number(row, "used")?,
            client: client.map(ClientName::parse).transpose().map_err(StoreError::Corrupt)?,
            current: false,
        })
    };
    rows.iter().map(session).collect()
}

pub(super) async fn end_session(
    connection: &mut SqliteConnection,
    user: &UserId,
    session: &SessionId,
    now: Millis,
) -> Result<bool, StoreError> {
    let sql = "UPDATE tokens SET ended = ? WHERE id = ? AND user = ? AND kind = 'session' AND ended IS NULL";
    let done = sqlx::query(sql).bind(now as i64).bind(session.as_str()).bind(user.as_str()).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn set_password(
    connection: &mut SqliteConnection,
    user: &UserId,
    password_hash: &str,
    keep: Option<&SessionId>,
    now: Millis,
) -> Result<Vec<SessionId>, StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("UPDATE users SET password = ? WHERE id = ?").bind(password_hash).bind(user.as_str()).execute(&mut *transaction).await?;
    let sql = "UPDATE tokens SET ended = ? WHERE user = ? AND kind = 'session' AND id IS NOT ? AND ended IS NULL RETURNING id";
    let rows = sqlx::query(sql).bind(now as i64).bind(user.as_str()).bind(keep.map(SessionId::as_str)).fetch_all(&mut *transaction).await?;
    let ended = rows.iter().map(|row| read(SessionId::parse(text(row, "id")?))).collect::<Result<Vec<_>, _>>()?;
    transaction.commit().await?;
    Ok(ended)
}
