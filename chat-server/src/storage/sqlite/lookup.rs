//! Small look-ups that several verbs share.

use chat_proto::id::{EntryId, RoomId, UserId};
use chat_proto::place::Seq;
use chat_proto::room::{History, Room, RoomKind, RoomRole};
use chat_proto::user::User;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use crate::domain::access::Standing;
use crate::domain::ranges::Readable;
use crate::storage::StoreError;
use crate::storage::sqlite::rows::{ROOM, mark, number, room, word};

/// A room as the gateway needs it, with how the reader stands to it.
pub(super) struct Found {
    /// The key by which the tables know it.
    pub key: i64,
    /// The room.
    pub room: Room,
    /// How the reader stands to it.
    pub who: Standing,
}

/// The room of that id and how somebody stands to it; none where there is no such room.
pub(super) async fn find(connection: &mut SqliteConnection, reader: &User, id: &RoomId) -> Result<Option<Found>, StoreError> {
    let sql = format!("SELECT r.key, {ROOM} FROM rooms r WHERE r.id = ?");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok(None) };
    found(connection, reader, &row).await.map(Some)
}

/// The same of a row with the columns `key` and [`ROOM`].
pub(super) async fn found(connection: &mut SqliteConnection, reader: &User, row: &SqliteRow) -> Result<Found, StoreError> {
    let (key, room) = (row.try_get("key")?, room(row)?);
    // An open range, or in the lobby none at all.
    let sql = "SELECT (SELECT role FROM memberships WHERE user = ?1 AND room = ?2 AND to_seq IS NULL) AS role,
                      EXISTS (SELECT 1 FROM memberships WHERE user = ?1 AND room = ?2) AS known,
                      EXISTS (SELECT 1 FROM invitations WHERE user = ?1 AND room = ?2) AS invited";
    let row = sqlx::query(sql).bind(reader.id.as_str()).bind(key).fetch_one(connection).await?;
    let is_open = row.try_get::<Option<String>, _>("role")?.is_some();
    let was_there: bool = row.try_get("known")?;
    let by_rule = room.kind == RoomKind::Lobby && !was_there;
    let member = match (is_open, by_rule) {
        (true, _) => Some(word(&row, "role")?),
        (false, true) => Some(RoomRole::Member),
        (false, false) => None,
    };
    let former = member.is_none() && was_there;
    let who = Standing { former, invited: row.try_get("invited")?, ..Standing::of(reader, member) };
    Ok(Found { key, room, who })
}

/// What the reader may read of a room's log.
pub(super) async fn readable(connection: &mut SqliteConnection, reader: &UserId, found: &Found) -> Result<Readable, StoreError> {
    if found.room.settings.history == History::All {
        return Ok(Readable::all());
    }
    let sql = "SELECT from_seq, to_seq FROM memberships WHERE user = ? AND room = ? ORDER BY from_seq";
    let rows = sqlx::query(sql).bind(reader.as_str()).bind(found.key).fetch_all(connection).await?;
    let range = |row: &SqliteRow| {
        let to: Option<i64> = row.try_get("to_seq")?;
        Ok::<_, StoreError>((number(row, "from_seq")?, to.map(|to| to.max(0) as Seq)))
    };
    Ok(Readable::of_member(History::Joined, &rows.iter().map(range).collect::<Result<Vec<_>, _>>()?))
}

/// The id of the entry at that place.
pub(super) async fn entry_id(connection: &mut SqliteConnection, room: i64, seq: Seq) -> Result<Option<EntryId>, StoreError> {
    let sql = "SELECT seq, id FROM entries WHERE room = ? AND seq = ?";
    let row = sqlx::query(sql).bind(room).bind(seq as i64).fetch_optional(connection).await?;
    row.map(|row| mark(&row).map(|mark| mark.id)).transpose()
}
