//! From rows to the domain's types.

use chat_proto::entry::{Body, Entry};
use chat_proto::id::{ClientId, EntryId, RoomId, UserId};
use chat_proto::name::{DisplayName, Identity, RoomName};
use chat_proto::place::Mark;
use chat_proto::room::{Room, RoomSettings};
use chat_proto::text::TopicText;
use chat_proto::user::{Author, Color, User, UserKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
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

/// A word of the protocol, such as a role, from a column.
pub(super) fn word<T: DeserializeOwned>(row: &SqliteRow, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(text(row, column)?)).map_err(unreadable)
}

/// The word of the protocol for a value, as it stands in a column.
pub(super) fn spelled(value: impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value).map_err(unreadable)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(StoreError::Corrupt(format!("{other} is no word"))),
    }
}

/// The columns of `users` that [`user`] reads.
pub(super) const USER: &str = "u.id, u.name, u.color, u.kind, u.identity, u.role";

/// The columns [`USER`].
pub(super) fn user(row: &SqliteRow) -> Result<User, StoreError> {
    let kind = match text(row, "kind")?.as_str() {
        "guest" => UserKind::Guest,
        "account" => UserKind::Account,
        "server" => UserKind::Server,
        "bot" => UserKind::Bot,
        _ => UserKind::Unknown,
    };
    let identity: Option<String> = row.try_get("identity")?;
    Ok(User {
        id: read(UserId::parse(text(row, "id")?))?,
        name: read(DisplayName::parse(text(row, "name")?))?,
        color: read(Color::parse(text(row, "color")?))?,
        kind,
        identity: identity.map(Identity::parse).transpose().map_err(StoreError::Corrupt)?,
        role: word(row, "role")?,
    })
}

/// The columns of `rooms` that [`room`] reads.
pub(super) const ROOM: &str = "r.id, r.name, r.title, r.topic, r.kind AS room_kind, r.post, r.invite, r.history, r.archived";

/// The same of a database from before rooms had rules.
pub(super) const ROOM_BEFORE_RULES: &str =
    "r.id, r.name, '' AS title, r.topic, r.kind AS room_kind, 'members' AS post, 'members' AS invite,
                                            'all' AS history, 0 AS archived";

/// The columns [`ROOM`].
pub(super) fn room(row: &SqliteRow) -> Result<Room, StoreError> {
    Ok(Room {
        id: read(RoomId::parse(text(row, "id")?))?,
        name: read(RoomName::parse(text(row, "name")?))?,
        title: read(TopicText::parse(text(row, "title")?))?,
        topic: read(TopicText::parse(text(row, "topic")?))?,
        kind: word(row, "room_kind")?,
        settings: RoomSettings {
            post: word(row, "post")?,
            invite: word(row, "invite")?,
            history: word(row, "history")?,
            archived: row.try_get("archived")?,
        },
    })
}

/// The columns `author, name, color, bot` of `entries`.
pub(super) fn author(row: &SqliteRow) -> Result<Author, StoreError> {
    Ok(Author {
        id: read(UserId::parse(text(row, "author")?))?,
        name: read(DisplayName::parse(text(row, "name")?))?,
        color: read(Color::parse(text(row, "color")?))?,
        bot: row.try_get("bot")?,
    })
}

/// The columns `seq, id, time, author, name, color, bot, client_id, n, body` of `entries`.
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
        Body::Invite(_) => "invite",
        Body::Add(_) => "add",
        Body::Remove(_) => "remove",
        Body::Role(_) => "role",
        Body::Settings(_) => "settings",
        Body::Invited(_) => "invited",
        Body::Removed(_) => "removed",
        Body::FriendNews(_) => "friend_news",
        Body::FriendNote(_) => "friend_note",
        Body::Unknown(unknown) => unknown.0.get("kind").and_then(serde_json::Value::as_str).unwrap_or("unknown"),
    }
}
