//! All rooms and all entries of a database file, in one snapshot, while a server may be writing it.

use std::io::Write;
use std::path::Path;

use chat_proto::id::{EntryId, Epoch};
use chat_proto::name::RoomName;
use chat_proto::place::Mark;
use chat_proto::room::Room;
use futures_util::TryStreamExt;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use crate::storage::StoreError;
use crate::storage::export::{EntryLine, ExportError, RoomLine};
use crate::storage::sqlite::BUSY;
use crate::storage::sqlite::rows::{ROOM, ROOM_BEFORE_RULES, entry, number, read, room, text};

/// Writes the rooms named, by name or id, or all of them, and their entries in order of seq.
///
/// The database and its write-ahead log are only read. A log that a crash left behind is not
/// copied into the database but read where it is, for which SQLite makes `chat.db-shm`, an index
/// into it: opened as `immutable`, without that file, the database would be read without its log
/// and so without its newest messages.
///
/// # Errors
/// No such room, an unreadable database, an output that takes no more.
pub async fn export(path: &Path, wanted: &[String], out: &mut dyn Write) -> Result<(), ExportError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY).disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options).await?;
    // One transaction is one snapshot: a deletion meanwhile blanks all of a message or nothing.
    let mut snapshot = connection.begin().await?;
    let tables = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table')";
    if !sqlx::query(tables).fetch_one(&mut *snapshot).await?.try_get::<bool, _>(0)? {
        return Err(ExportError::Empty);
    }
    let rooms = rooms(&mut snapshot, wanted).await?;
    for (key, line) in rooms {
        write_line(out, &line)?;
        entries(&mut snapshot, key, &line, out).await?;
    }
    out.flush()?;
    snapshot.rollback().await?;
    connection.close().await?;
    Ok(())
}

/// The rooms, the lobby first, then by name, each with the key by which the tables know it.
async fn rooms(snapshot: &mut SqliteConnection, wanted: &[String]) -> Result<Vec<(i64, RoomLine)>, ExportError> {
    // A database that no server of this release has opened yet has rooms without rules.
    let ruled = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('rooms') WHERE name = 'title')";
    let columns = if sqlx::query(ruled).fetch_one(&mut *snapshot).await?.try_get(0)? { ROOM } else { ROOM_BEFORE_RULES };
    let sql = format!(
        "SELECT r.key, {columns}, r.epoch, r.head_seq, r.head_id, (SELECT COUNT(*) FROM entries e WHERE e.room = r.key) AS entries
         FROM rooms r ORDER BY r.kind <> 'lobby', r.name"
    );
    let mut all = Vec::new();
    for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(snapshot).await? {
        let head = Mark { seq: number(&row, "head_seq")?, id: read(EntryId::parse(text(&row, "head_id")?))? };
        let epoch = read(Epoch::parse(text(&row, "epoch")?))?;
        all.push((row.try_get("key")?, RoomLine { room: room(&row)?, epoch, head, entries: number(&row, "entries")? }));
    }
    let missing = wanted.iter().find(|wanted| !all.iter().any(|(_, line)| is_called(&line.room, wanted)));
    if let Some(missing) = missing {
        return Err(ExportError::NoSuchRoom(missing.clone()));
    }
    all.retain(|(_, line)| wanted.is_empty() || wanted.iter().any(|wanted| is_called(&line.room, wanted)));
    Ok(all)
}

fn is_called(room: &Room, wanted: &str) -> bool {
    room.id.as_str() == wanted || RoomName::parse(wanted).is_ok_and(|name| name == room.name)
}

async fn entries(snapshot: &mut SqliteConnection, key: i64, line: &RoomLine, out: &mut dyn Write) -> Result<(), ExportError> {
    // In a database that no server of this release has opened yet no author is a bot.
    let marked = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('entries') WHERE name = 'bot')";
    let bot = if sqlx::query(marked).fetch_one(&mut *snapshot).await?.try_get(0)? { "bot" } else { "0 AS bot" };
    let sql = format!("SELECT seq, id, time, author, name, color, {bot}, client_id, n, body FROM entries WHERE room = ? ORDER BY seq");
    // Row by row: a log is longer than memory.
    let mut rows = sqlx::query(AssertSqlSafe(sql)).bind(key).fetch(snapshot);
    while let Some(row) = rows.try_next().await? {
        write_line(out, &EntryLine { room: &line.room.id, epoch: &line.epoch, entry: entry(&row)? })?;
    }
    Ok(())
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> Result<(), ExportError> {
    let mut text = serde_json::to_vec(line).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    text.push(b'\n');
    Ok(out.write_all(&text)?)
}
