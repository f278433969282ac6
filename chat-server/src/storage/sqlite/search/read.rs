//! The search itself: block by block from the newest, until there are enough hits.

use std::collections::{HashMap, HashSet};

use chat_proto::entry::{Body, Edit};
use chat_proto::id::UserId;
use chat_proto::name::confusable_key;
use chat_proto::place::Seq;
use chat_proto::request::search_read::{Hit, SearchReply};
use chat_proto::user::User;
use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteTransaction};

use crate::domain::page::HEAVY;
use crate::domain::readable::ReadableRoom;
use crate::domain::search::{Position, Sought, choose_rooms, hit, nobody_called, search_again};
use crate::domain::weight::weight;
use crate::storage::sqlite::readable::readable;
use crate::storage::sqlite::rows::{entry, read, text, unreadable};
use crate::storage::sqlite::search::backlog::is_behind;
use crate::storage::sqlite::search::terms::{Place, cost};
use crate::storage::sqlite::search::{BLOCK_BITS, SPAN_BITS, block};
use crate::storage::{Answer, Search, StoreError};

/// How many rooms one expression names; somebody in more is answered by several.
const ROOMS: usize = 200;
/// After so many look-ups of words a page ends at the next block, whatever it has found.
const LOOK_UPS: usize = 50_000;
/// After so many rows that the index proposes and that may not be shown, a page ends.
const REFUSED: usize = 5_000;
/// Most people that one name stands for.
const PEOPLE: i64 = 100;

/// One page, with the access to it, in one snapshot.
pub(crate) async fn search(snapshot: &mut SqliteTransaction<'_>, reader: &User, search: &Search) -> Answer<SearchReply> {
    let readable = readable(snapshot, &reader.id).await?;
    let top = match &search.before {
        None => i64::MAX,
        Some(position) => match below(snapshot, &readable, position).await? {
            Some(top) => top,
            None => return Ok(Err(search_again())),
        },
    };
    let rooms = match choose_rooms(readable, &search.asked, search.room.as_ref()) {
        Ok(rooms) => rooms,
        Err(error) => return Ok(Err(error)),
    };
    let sought = match sought(snapshot, reader, search).await? {
        Ok(sought) => sought,
        Err(error) => return Ok(Err(error)),
    };
    let mut found = Found { limit: search.limit, hits: Vec::new(), more: None };
    if let Some((bottom, top)) = bounds(snapshot, &sought, top).await? {
        found.look(snapshot, &sought, &rooms, bottom, top).await?;
    }
    Ok(Ok(SearchReply { hits: found.hits, more: found.more.map(|more| more.cursor()), preparing: is_behind(snapshot).await? }))
}

/// The highest id of what is older than the position; none where it leads nowhere.
async fn below(
    snapshot: &mut SqliteTransaction<'_>,
    readable: &[(i64, ReadableRoom)],
    position: &Position,
) -> Result<Option<i64>, StoreError> {
    match position {
        Position::Block(block) => Ok(i64::try_from(*block).ok().and_then(|block| (block + 1).checked_shl(BLOCK_BITS)).map(|id| id - 1)),
        Position::Message(room, seq) => {
            let Some((key, _)) = readable.iter().find(|(_, known)| known.room == *room) else { return Ok(None) };
            let sql = "SELECT id - 1 FROM search_rows WHERE room = ? AND seq = ?";
            let row = sqlx::query(sql).bind(key).bind(*seq as i64).fetch_optional(&mut **snapshot).await?;
            Ok(row.map(|row| row.try_get(0)).transpose()?)
        }
    }
}

/// What is sought, with the people behind the names.
async fn sought<'a>(snapshot: &mut SqliteTransaction<'_>, reader: &User, search: &'a Search) -> Answer<Sought<'a>> {
    let mut sides = [HashSet::new(), HashSet::new()];
    for (side, names) in sides.iter_mut().zip([&search.asked.from, &search.asked.not_from]) {
        for name in names {
            let theirs = people(snapshot, reader, name).await?;
            if theirs.is_empty() {
                return Ok(Err(nobody_called(name)));
            }
            side.extend(theirs);
        }
    }
    let [from, not_from] = sides;
    Ok(Ok(Sought { asked: &search.asked, from: Some(from).filter(|from| !from.is_empty()), not_from }))
}

/// Everybody who is called, or was called when they said something, by that name.
async fn people(snapshot: &mut SqliteTransaction<'_>, reader: &User, name: &str) -> Result<Vec<UserId>, StoreError> {
    if name.eq_ignore_ascii_case("me") {
        return Ok(vec![reader.id.clone()]);
    }
    let sql = "SELECT user FROM names WHERE key = ?1
               UNION SELECT user FROM search_authors WHERE key = ?1
               UNION SELECT id FROM users WHERE name = ?2 COLLATE NOCASE LIMIT ?3";
    let rows = sqlx::query(sql).bind(confusable_key(name)).bind(name).bind(PEOPLE).fetch_all(&mut **snapshot).await?;
    rows.iter().map(|row| read(UserId::parse(text(row, "user")?))).collect()
}

/// The lowest and the highest id that can be sought; none where there is nothing.
async fn bounds(snapshot: &mut SqliteTransaction<'_>, sought: &Sought<'_>, top: i64) -> Result<Option<(i64, i64)>, StoreError> {
    // Each by itself goes straight to an end of the table; both at once would read all of it.
    let ends = "SELECT (SELECT MIN(id) FROM search_rows), (SELECT MAX(id) FROM search_rows)";
    let all = sqlx::query(ends).fetch_one(&mut **snapshot).await?;
    let (Some(mut bottom), Some(newest)) = (all.try_get::<Option<i64>, _>(0)?, all.try_get::<Option<i64>, _>(1)?) else { return Ok(None) };
    let mut top = top.min(newest);
    if sought.asked.since > 0 || sought.asked.until.is_some() {
        let until = sought.asked.until.map_or(i64::MAX, |until| i64::try_from(until).unwrap_or(i64::MAX));
        let since = i64::try_from(sought.asked.since).unwrap_or(i64::MAX);
        let sql = "SELECT MIN(span), MAX(span) FROM search_times WHERE last >= ? AND first < ?";
        let row = sqlx::query(sql).bind(since).bind(until).fetch_one(&mut **snapshot).await?;
        let (Some(first), Some(last)) = (row.try_get::<Option<i64>, _>(0)?, row.try_get::<Option<i64>, _>(1)?) else { return Ok(None) };
        bottom = bottom.max(first << SPAN_BITS);
        top = top.min(((last + 1) << SPAN_BITS) - 1);
    }
    Ok(Some((bottom, top)).filter(|(bottom, top)| bottom <= top))
}

/// What was found so far, and where the next page begins.
struct Found {
    limit: usize,
    hits: Vec<Hit>,
    more: Option<Position>,
}

/// What one expression found: hits with their ids, the newest first, and the row that it had
/// to stop behind.
#[derive(Default)]
struct Part {
    hits: Vec<(i64, Hit)>,
    stopped: Option<(i64, Position)>,
}

impl Found {
    async fn look(
        &mut self,
        snapshot: &mut SqliteTransaction<'_>,
        sought: &Sought<'_>,
        rooms: &[(i64, ReadableRoom)],
        bottom: i64,
        top: i64,
    ) -> Result<(), StoreError> {
        let mut looked_up = 0;
        for block in (block(bottom)..=block(top)).rev() {
            if looked_up > LOOK_UPS {
                self.more = Some(Position::Block(block.unsigned_abs()));
                return Ok(());
            }
            let first = (block << BLOCK_BITS).max(bottom);
            let last = (((block + 1) << BLOCK_BITS) - 1).min(top);
            let mut whole = Part::default();
            for some in rooms.chunks(ROOMS) {
                // One more than is wanted tells that there is more.
                let wanted = self.limit + 1 - self.hits.len();
                let part = part(snapshot, sought, some, block, (first, last), wanted).await?;
                whole.hits.extend(part.hits);
                whole.stopped = whole.stopped.into_iter().chain(part.stopped).max_by_key(|(id, _)| *id);
                looked_up += some.len() * cost(sought);
            }
            whole.hits.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
            let stopped = whole.stopped;
            let behind = |id: i64| stopped.as_ref().is_some_and(|(stop, _)| id < *stop);
            if self.keep(whole.hits.into_iter().filter(|(id, _)| !behind(*id)).map(|(_, hit)| hit)) {
                return Ok(());
            }
            if let Some((_, position)) = stopped {
                self.more = Some(position);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Keeps what there is room for; whether something had to be left for the next page.
    fn keep(&mut self, hits: impl Iterator<Item = Hit>) -> bool {
        let mut heavy: usize = self.hits.iter().map(|hit| weight(&hit.entry)).sum();
        for hit in hits {
            heavy += weight(&hit.entry);
            if self.hits.len() == self.limit || (heavy > HEAVY && !self.hits.is_empty()) {
                self.more = self.hits.last().map(|last| Position::Message(last.room.clone(), last.entry.seq));
                return true;
            }
            self.hits.push(hit);
        }
        false
    }
}

/// The newest hits in some rooms, in a range of ids of one block.
async fn part(
    snapshot: &mut SqliteTransaction<'_>,
    sought: &Sought<'_>,
    rooms: &[(i64, ReadableRoom)],
    block: i64,
    (first, last): (i64, i64),
    wanted: usize,
) -> Result<Part, StoreError> {
    let mut expression = String::new();
    for (key, _) in rooms {
        if !expression.is_empty() {
            expression.push_str(" OR ");
        }
        Place::new(block, *key).expression(sought, &mut expression);
    }
    let rooms: HashMap<i64, &ReadableRoom> = rooms.iter().map(|(key, room)| (*key, room)).collect();
    // CROSS JOIN keeps the order, which is the index's own; the edits' index is named, since the
    // planner would rather walk back through the room's whole log.
    let sql = "SELECT s.id AS place, s.room, e.seq, e.id, e.time, e.author, e.name, e.color, e.bot, e.client_id, e.n, e.body,
                      (SELECT json_array(a.seq, json(a.body)) FROM entries a INDEXED BY entries_by_target
                       WHERE a.room = e.room AND a.target = e.seq AND a.kind = 'edit'
                       ORDER BY a.seq DESC LIMIT 1) AS edit
               FROM search_index CROSS JOIN search_rows s ON s.id = search_index.rowid
                    CROSS JOIN entries e ON e.room = s.room AND e.seq = s.seq
               WHERE search_index MATCH ?1 AND search_index.rowid BETWEEN ?2 AND ?3 AND e.deleted IS NULL
               ORDER BY search_index.rowid DESC";
    let mut found = Part::default();
    let mut refused = 0;
    let mut rows = sqlx::query(sql).bind(expression).bind(first).bind(last).fetch(&mut **snapshot);
    while let Some(row) = rows.try_next().await? {
        let (id, Some(room)) = (row.try_get("place")?, rooms.get(&row.try_get::<i64, _>("room")?)) else { continue };
        let seq = row.try_get::<i64, _>("seq")? as Seq;
        match shown(&row, room, sought, seq)? {
            Some(hit) => found.hits.push((id, hit)),
            None => refused += 1,
        }
        if found.hits.len() >= wanted {
            break;
        }
        if refused >= REFUSED {
            found.stopped = Some((id, Position::Message(room.room.clone(), seq)));
            break;
        }
    }
    Ok(found)
}

/// The message of a row, if it may be read and is what is sought: the index only proposes.
fn shown(row: &SqliteRow, room: &ReadableRoom, sought: &Sought<'_>, seq: Seq) -> Result<Option<Hit>, StoreError> {
    if !room.ranges.contains(seq) {
        return Ok(None);
    }
    let edit: Option<&str> = row.try_get("edit")?;
    let edit: Option<Edit> = match edit.map(serde_json::from_str::<(Seq, Body)>).transpose().map_err(unreadable)? {
        // The index knows the words of the last edit alone: where that may not be read, nothing is found.
        Some((seq, _)) if !room.ranges.contains(seq) => return Ok(None),
        Some((_, Body::Edit(edit))) => Some(edit),
        _ => None,
    };
    let entry = entry(row)?;
    let text = match (&edit, &entry.body) {
        (Some(edit), _) => &edit.content.text,
        (None, Body::Message(message)) => &message.content.text,
        _ => return Ok(None),
    };
    if !sought.fits(&entry.author.id, entry.time, text) {
        return Ok(None);
    }
    Ok(hit(room, entry, edit, sought.asked))
}
