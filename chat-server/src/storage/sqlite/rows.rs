//! From rows to the domain's types.

use chat_proto::entry::{Body, Entry};
use chat_proto::id::{ClientId, EntryId, RoomId, UserId};
use chat_proto::name::{DisplayName, Identity, RoomName};
use chat_proto::place::Mark;
use chat_proto::room::{Room, RoomKind};
use chat_proto::text::TopicText;
use chat_proto::user::{Author, Color, User, UserKind};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::storage::StoreError;

/// A value that this program wrote and must be able to read.
pub(super) fn read<T>(parsed: Result<T, String>) -> Result<T, StoreError> {
    parsed.map_err(StoreError::Corrupt)
}

/// The same for JSON.
pub(super) fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// A column that holds text.
pub(super) fn text(row: &SqliteRow, column: &'static str) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

/// A column that holds a count, a seq or a time.
pub(super) fn number(row: &SqliteRow, column: &'static str) -> Result<u64, StoreError> {
    Ok(row.try_get::<i64, _>(column)?.max(0) as u64)
}

/// The columns `id, name, color, kind, identity` of `users`.
pub(super) fn user(row: &SqliteRow) -> Result<User, StoreError> {
    let kind = match text(row, "kind")?.as_str() {
        "guest" => UserKind::Guest,
        "account" => UserKind::Account,
        "server" => UserKind::Server,
        _ => UserKind::Unknown,
    };
    let identity: Option<String> = row.try_get("identity")?;
    Ok(User {
        id: read(UserId::parse(text(row, "id")?))?,
        name: read(DisplayName::parse(text(row, "name")?))?,
        color: read(Color::parse(text(row, "color")?))?,
        kind,
        identity: identity.map(Identity::parse).transpose().map_err(StoreError::Corrupt)?,
    })
}

/// The columns `id, name, topic, kind` of `rooms`.
pub(super) fn room(row: &SqliteRow) -> Result<Room, StoreError> {
    let kind = match text(row, "kind")?.as_str() {
        "lobby" => RoomKind::Lobby,
        "public" => RoomKind::Public,
        _ => RoomKind::Unknown,
    };
    Ok(Room {
        id: read(RoomId::parse(text(row, "id")?))?,
        name: read(RoomName::parse(text(row, "name")?))?,
        topic: read(TopicText::parse(text(row, "topic")?))?,
        kind,
    })
}

/// The columns `author, name, color` of `entries`.
pub(super) fn author(row: &SqliteRow) -> Result<Author, StoreError> {
    Ok(Author {
        id: read(UserId::parse(text(row, "author")?))?,
        name: read(DisplayName::parse(text(row, "name")?))?,
        color: read(Color::parse(text(row, "color")?))?,
    })
}

/// The columns `seq, id, time, author, name, color, client_id, n, body` of `entries`.
pub(super) fn entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let Mark { seq, id } = mark(row)?;
    Ok(Entry {
        seq,
        id,
        time: number(row, "time")?,
        author: author(row)?,
        client_id: read(ClientId::parse(text(row, "client_id")?))?,
        n: number(row, "n")?,
        body: body(row)?,
    })
}

/// The columns `seq, id` of `entries`.
pub(super) fn mark(row: &SqliteRow) -> Result<Mark, StoreError> {
    Ok(Mark { seq: number(row, "seq")?, id: read(EntryId::parse(text(row, "id")?))? })
}

/// The column `body` of `entries`.
pub(super) fn body(row: &SqliteRow) -> Result<Body, StoreError> {
    serde_json::from_str(row.try_get::<&str, _>("body")?).map_err(unreadable)
}

/// The word for an entry's kind, as it stands in `entries.kind` and on the wire.
pub(super) fn kind(body: &Body) -> &str {
    match body {
        Body::Message(_) => "message",
        Body::Edit(_) => "edit",
        Body::Delete(_) => "delete",
        Body::React(_) => "react",
        Body::Topic(_) => "topic",
        Body::Create(_) => "create",
        Body::Join(_) => "join",
        Body::Leave(_) => "leave",
        Body::Unknown(unknown) => unknown.0.get("kind").and_then(serde_json::Value::as_str).unwrap_or("unknown"),
    }
}
