//! What the writer puts into the index and takes out of it, in the transaction of the entries.

use std::collections::{BTreeMap, HashSet};

use chat_proto::entry::Body;
use chat_proto::id::UserId;
use chat_proto::name::confusable_key;
use chat_proto::place::Millis;
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::domain::decide::NewEntry;
use crate::storage::StoreError;
use crate::storage::sqlite::facts::Keys;
use crate::storage::sqlite::rows::{body, read, text};
use crate::storage::sqlite::search::terms::Place;
use crate::storage::sqlite::search::{ORIGIN, block, span};

/// One message to be put in.
pub(super) struct NewRow<'a> {
    pub room: i64,
    pub seq: i64,
    pub time: Millis,
    pub author: &'a UserId,
    /// What the author was called when they said it.
    pub name: &'a str,
    pub text: &'a str,
}

/// Puts the messages of a batch in.
pub(crate) async fn add(connection: &mut SqliteConnection, entries: &[NewEntry], keys: &Keys) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for NewEntry { room, entry, .. } in entries {
        if let (Body::Message(message), Some(key)) = (&entry.body, keys.get(room)) {
            rows.push(NewRow {
                room: *key,
                seq: entry.seq as i64,
                time: entry.time,
                author: &entry.author.id,
                name: entry.author.name.as_str(),
                text: &message.content.text,
            });
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "SELECT MAX(COALESCE((SELECT MAX(id) FROM search_rows) + 1, 0), ?)";
    let first: i64 = sqlx::query(sql).bind(ORIGIN).fetch_one(&mut *connection).await?.try_get(0)?;
    insert(connection, &rows, first).await
}

/// Puts messages in under ids from `first` on, a statement a table whatever their number.
pub(super) async fn insert(connection: &mut SqliteConnection, rows: &[NewRow<'_>], first: i64) -> Result<(), StoreError> {
    let (mut places, mut documents) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    let mut times: BTreeMap<i64, (Millis, Millis)> = BTreeMap::new();
    let mut authors = HashSet::new();
    for (row, id) in rows.iter().zip(first..) {
        places.push(json!([id, row.room, row.seq]));
        documents.push(json!([id, Place::new(block(id), row.room).document(row.author, row.text)]));
        let (earliest, latest) = times.entry(span(id)).or_insert((row.time, row.time));
        (*earliest, *latest) = ((*earliest).min(row.time), (*latest).max(row.time));
        authors.insert((row.name, row.author));
    }
    let times: Vec<_> = times.into_iter().map(|(span, (first, last))| json!([span, first, last])).collect();
    let authors: Vec<_> = authors.into_iter().map(|(name, user)| json!([confusable_key(name), user])).collect();
    for (sql, rows) in [
        ("INSERT INTO search_rows (id, room, seq) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)", places),
        ("INSERT INTO search_index (rowid, words) SELECT value ->> 0, value ->> 1 FROM json_each(?)", documents),
        (
            // WHERE true: without it ON would be read as a join's.
            "INSERT INTO search_times (span, first, last) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
             ON CONFLICT (span) DO UPDATE SET first = MIN(first, excluded.first), last = MAX(last, excluded.last)",
            times,
        ),
        ("INSERT OR IGNORE INTO search_authors (key, user) SELECT value ->> 0, value ->> 1 FROM json_each(?)", authors),
    ] {
        sqlx::query(sql).bind(serde_json::Value::Array(rows).to_string()).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Puts a message's new text in place of the one before its edit of that seq.
pub(crate) async fn replace(connection: &mut SqliteConnection, room: i64, target: i64, edit: i64, new: &str) -> Result<(), StoreError> {
    let Some(row) = take_out(connection, room, target, edit).await? else { return Ok(()) };
    sqlx::query("INSERT INTO search_index (rowid, words) VALUES (?, ?)")
        .bind(row.id)
        .bind(row.place.document(&row.author, new))
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a message out before it is blanked; its id stays, so that a cursor can still point at it.
pub(crate) async fn remove(connection: &mut SqliteConnection, room: i64, target: i64) -> Result<(), StoreError> {
    take_out(connection, room, target, i64::MAX).await.map(|_| ())
}

/// Takes all of a room out, which is about to be deleted.
pub(crate) async fn forget(connection: &mut SqliteConnection, room: i64) -> Result<(), StoreError> {
    let mut from = 0_i64;
    loop {
        let sql = "SELECT seq FROM search_rows WHERE room = ? AND seq > ? ORDER BY seq LIMIT 1000";
        let rows = sqlx::query(sql).bind(room).bind(from).fetch_all(&mut *connection).await?;
        let seqs = rows.iter().map(|row| row.try_get("seq")).collect::<Result<Vec<i64>, _>>()?;
        let Some(last) = seqs.last() else { break };
        from = *last;
        for seq in seqs {
            take_out(connection, room, seq, i64::MAX).await?;
        }
    }
    for sql in ["DELETE FROM search_rows WHERE room = ?", "DELETE FROM search_backlog WHERE room = ?"] {
        sqlx::query(sql).bind(room).execute(&mut *connection).await?;
    }
    Ok(())
}

/// What is in the index under an id.
struct Indexed {
    id: i64,
    place: Place,
    author: UserId,
}

/// Takes out the words that a message had before its edit of that seq; none where they are not in yet.
async fn take_out(connection: &mut SqliteConnection, room: i64, target: i64, edit: i64) -> Result<Option<Indexed>, StoreError> {
    // The index is named, since the planner would rather walk back through the room's whole log.
    let sql = "SELECT s.id, e.author, COALESCE((SELECT a.body FROM entries a INDEXED BY entries_by_target
                                                WHERE a.room = e.room AND a.target = e.seq AND a.kind = 'edit'
                                                 AND a.seq < ?3 ORDER BY a.seq DESC LIMIT 1), e.body) AS body
               FROM search_rows s JOIN entries e ON e.room = s.room AND e.seq = s.seq
               WHERE s.room = ?1 AND s.seq = ?2 AND e.deleted IS NULL";
    let row = sqlx::query(sql).bind(room).bind(target).bind(edit).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok(None) };
    let old = match body(&row)? {
        Body::Message(message) => message.content.text,
        Body::Edit(edit) => edit.content.text,
        _ => return Ok(None),
    };
    let id: i64 = row.try_get("id")?;
    let (place, author) = (Place::new(block(id), room), read(UserId::parse(text(&row, "author")?))?);
    sqlx::query("INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', ?, ?)")
        .bind(id)
        .bind(place.document(&author, &old))
        .execute(connection)
        .await?;
    Ok(Some(Indexed { id, place, author }))
}
