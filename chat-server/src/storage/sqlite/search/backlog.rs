//! The messages from before there was an index, or from before it was made otherwise: put in by
//! small steps while the server serves, the newest first. A step is a transaction, so a server that
//! stops goes on where it was.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

use chat_proto::entry::Body;
use chat_proto::id::UserId;
use chat_proto::place::Millis;
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};

use crate::storage::StoreError;
use crate::storage::sqlite::rows::{body, number, read, text};
use crate::storage::sqlite::search::ORIGIN;
use crate::storage::sqlite::search::index::{NewRow, insert};

/// How many messages a step takes at most: the writer waits for it.
const STEP: usize = 500;
/// How many messages of a room are looked ahead at once.
const AHEAD: i64 = 200;

/// Makes the index anew where another preparation of words made it, or none did.
pub(crate) async fn check_version(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let version = chat_proto::search::VERSION.to_string();
    let row = sqlx::query("SELECT value FROM meta WHERE key = 'search_version'").fetch_optional(&mut *connection).await?;
    if row.map(|row| text(&row, "value")).transpose()?.is_some_and(|known| known == version) {
        return Ok(());
    }
    for sql in [
        "INSERT INTO search_index (search_index) VALUES ('delete-all')",
        "DELETE FROM search_rows",
        "DELETE FROM search_times",
        "DELETE FROM search_backlog",
        "INSERT INTO search_backlog (room, below) SELECT key, head_seq + 1 FROM rooms WHERE n > 0",
    ] {
        sqlx::query(sql).execute(&mut *connection).await?;
    }
    sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES ('search_version', ?)").bind(version).execute(connection).await?;
    Ok(())
}

/// Whether messages are still to be put in.
pub(super) async fn is_behind(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    Ok(sqlx::query("SELECT EXISTS (SELECT 1 FROM search_backlog)").fetch_one(connection).await?.try_get(0)?)
}

/// Which messages come next: of all rooms' logs, from their ends on, always the newest.
#[derive(Default)]
pub(crate) struct Backlog {
    rooms: HashMap<i64, Ahead>,
    /// The next message of each room, the newest of them on top; the key below breaks ties.
    next: BinaryHeap<(Millis, Reverse<i64>)>,
    loaded: bool,
}

/// The next messages of one room, the newest first, and where to look for more.
struct Ahead {
    messages: VecDeque<(i64, Millis)>,
    below: i64,
}

impl Backlog {
    /// One step; false when nothing is left. After an error a new one has to be begun with.
    pub async fn step(&mut self, connection: &mut SqliteConnection) -> Result<bool, StoreError> {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        if !self.loaded {
            self.load(&mut transaction).await?;
        }
        let taken = self.take(&mut transaction).await?;
        put_in(&mut transaction, &taken).await?;
        let mut lowest = BTreeMap::new();
        for (room, seq) in taken {
            lowest.insert(room, seq);
        }
        let reached: Vec<_> = lowest.into_iter().collect();
        sqlx::query("UPDATE search_backlog SET below = j.value ->> 1 FROM json_each(?) j WHERE room = j.value ->> 0")
            .bind(json!(reached).to_string())
            .execute(&mut *transaction)
            .await?;
        if self.next.is_empty() {
            sqlx::query("DELETE FROM search_backlog").execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(!self.next.is_empty())
    }

    async fn load(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for row in sqlx::query("SELECT room, below FROM search_backlog").fetch_all(&mut *connection).await? {
            let room = row.try_get("room")?;
            self.rooms.insert(room, Ahead { messages: VecDeque::new(), below: row.try_get("below")? });
            self.look(connection, room).await?;
        }
        self.loaded = true;
        Ok(())
    }

    /// The next messages, the newest first.
    async fn take(&mut self, connection: &mut SqliteConnection) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut taken = Vec::new();
        while taken.len() < STEP
            && let Some((_, Reverse(room))) = self.next.pop()
        {
            if let Some((seq, _)) = self.rooms.get_mut(&room).and_then(|ahead| ahead.messages.pop_front()) {
                taken.push((room, seq));
                self.look(connection, room).await?;
            }
        }
        Ok(taken)
    }

    /// Puts the room's next message among the others', and looks for more where none is known.
    async fn look(&mut self, connection: &mut SqliteConnection, room: i64) -> Result<(), StoreError> {
        let Some(ahead) = self.rooms.get_mut(&room) else { return Ok(()) };
        if ahead.messages.is_empty() {
            let sql = "SELECT seq, time FROM entries WHERE room = ? AND seq < ? AND kind = 'message' ORDER BY seq DESC LIMIT ?";
            for row in sqlx::query(sql).bind(room).bind(ahead.below).bind(AHEAD).fetch_all(connection).await? {
                ahead.messages.push_back((row.try_get("seq")?, number(&row, "time")?));
            }
            ahead.below = ahead.messages.back().map_or(0, |(seq, _)| *seq);
        }
        match ahead.messages.front() {
            Some((_, time)) => self.next.push((*time, Reverse(room))),
            None => _ = self.rooms.remove(&room),
        }
        Ok(())
    }
}

/// Puts in what is taken, as it reads now, below all that is in the index.
async fn put_in(connection: &mut SqliteConnection, taken: &[(i64, i64)]) -> Result<(), StoreError> {
    struct Found {
        place: (i64, i64),
        time: Millis,
        author: UserId,
        name: String,
        text: String,
    }
    // Oldest first, as ids grow.
    let places: Vec<_> = taken.iter().rev().collect();
    let sql = "SELECT e.room, e.seq, e.time, e.author, e.name,
                      COALESCE((SELECT a.body FROM entries a INDEXED BY entries_by_target
                                WHERE a.room = e.room AND a.target = e.seq AND a.kind = 'edit'
                                ORDER BY a.seq DESC LIMIT 1), e.body) AS body
               FROM json_each(?) j CROSS JOIN entries e ON e.room = j.value ->> 0 AND e.seq = j.value ->> 1
               WHERE e.deleted IS NULL ORDER BY j.key";
    let mut found = Vec::with_capacity(taken.len());
    for row in sqlx::query(sql).bind(json!(places).to_string()).fetch_all(&mut *connection).await? {
        let text_now = match body(&row)? {
            Body::Message(message) => message.content.text,
            Body::Edit(edit) => edit.content.text,
            _ => continue,
        };
        found.push(Found {
            place: (row.try_get("room")?, row.try_get("seq")?),
            time: number(&row, "time")?,
            author: read(UserId::parse(text(&row, "author")?))?,
            name: text(&row, "name")?,
            text: text_now,
        });
    }
    let sql = "SELECT MIN(COALESCE((SELECT MIN(id) FROM search_rows), ?1), ?1)";
    let lowest: i64 = sqlx::query(sql).bind(ORIGIN).fetch_one(&mut *connection).await?.try_get(0)?;
    let rows: Vec<NewRow<'_>> = found
        .iter()
        .map(|found| NewRow {
            room: found.place.0,
            seq: found.place.1,
            time: found.time,
            author: &found.author,
            name: &found.name,
            text: &found.text,
        })
        .collect();
    insert(connection, &rows, lowest - rows.len() as i64).await
}
