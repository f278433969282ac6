//! The first steps on a database: migrations, its own id, the lobby, what search has to catch up.

use chat_proto::entry::{Body, Create};
use chat_proto::id::{RoomId, ServerId};
use chat_proto::name::{RoomName, confusable_key};
use chat_proto::place::Millis;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};

use crate::domain::naming;
use crate::domain::random::Random;
use crate::storage::StoreError;
use crate::storage::sqlite::rows::{read, unreadable};
use crate::storage::sqlite::search::backlog;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// Migrates, and makes what must exist from the start.
pub(super) async fn bring_up(
    connection: &mut SqliteConnection,
    now: Millis,
    random: &mut dyn Random,
) -> Result<(ServerId, RoomId), StoreError> {
    MIGRATIONS.run(&mut *connection).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) => StoreError::Database(error),
        error => StoreError::Corrupt(error.to_string()),
    })?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("INSERT OR IGNORE INTO meta (key, value) VALUES ('server_id', ?)").bind(random.id()).execute(&mut *transaction).await?;
    let row = sqlx::query("SELECT value FROM meta WHERE key = 'server_id'").fetch_one(&mut *transaction).await?;
    let server_id = read(ServerId::parse(row.get::<String, _>(0)))?;

    let lobby = sqlx::query("SELECT id FROM rooms WHERE kind = 'lobby'").fetch_optional(&mut *transaction).await?;
    let lobby = match lobby {
        Some(row) => read(RoomId::parse(row.get::<String, _>(0)))?,
        None => make_lobby(&mut transaction, &server_id, now, random).await?,
    };
    backlog::check_version(&mut transaction).await?;
    transaction.commit().await?;
    Ok((server_id, lobby))
}

async fn make_lobby(
    connection: &mut SqliteConnection,
    server_id: &ServerId,
    now: Millis,
    random: &mut dyn Random,
) -> Result<RoomId, StoreError> {
    let name = RoomName::parse("lobby").map_err(StoreError::Corrupt)?;
    let (id, entry_id, user) = (random.id(), random.id(), server_id.as_str());
    sqlx::query(
        "INSERT INTO users (id, name, color, kind, created, seen) VALUES (?, 'server', ?, 'server', ?, ?) ON CONFLICT (id) DO NOTHING",
    )
    .bind(user)
    .bind(naming::color(random).as_str())
    .bind(now as i64)
    .bind(now as i64)
    .execute(&mut *connection)
    .await?;
    let key: i64 = sqlx::query(
        "INSERT INTO rooms (id, name, name_key, topic, kind, epoch, head_seq, head_id, head_time, n, members, creator, creation)
         VALUES (?, ?, ?, '', 'lobby', ?, 1, ?, ?, 0, 0, ?, 'lobby') RETURNING key",
    )
    .bind(&id)
    .bind(name.as_str())
    .bind(confusable_key(name.as_str()))
    .bind(random.id())
    .bind(&entry_id)
    .bind(now as i64)
    .bind(user)
    .fetch_one(&mut *connection)
    .await?
    .get(0);
    let body = serde_json::to_string(&Body::Create(Create { name, people: Vec::new() })).map_err(unreadable)?;
    sqlx::query(
        "INSERT INTO entries (room, seq, id, time, author, name, color, client_id, n, kind, body)
         SELECT ?, 1, ?, ?, id, name, color, 'lobby', 0, 'create', ? FROM users WHERE id = ?",
    )
    .bind(key)
    .bind(&entry_id)
    .bind(now as i64)
    .bind(body)
    .bind(user)
    .execute(&mut *connection)
    .await?;
    read(RoomId::parse(id))
}
