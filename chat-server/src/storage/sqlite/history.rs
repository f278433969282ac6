//! Closed pages of a room's log.

use std::collections::BTreeMap;

use chat_proto::entry::Entry;
use chat_proto::error::{Code, Error};
use chat_proto::id::{EntryId, Epoch, RoomId};
use chat_proto::limits::Limits;
use chat_proto::place::{Mark, Seq};
use chat_proto::request::history_read::{HistoryRead, Page, Reaction, Standing};
use chat_proto::text::Emoji;
use chat_proto::user::User;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row, SqliteTransaction};

use crate::domain::access::{What, may, no_such_room};
use crate::domain::page::{Scan, Size, back_from, forward_to, in_force, scan};
use crate::domain::ranges::Readable;
use crate::storage::sqlite::lookup::{self, entry_id};
use crate::storage::sqlite::rows::{entry, number, read, text};
use crate::storage::{Answer, StoreError};

/// Whether a row draws a line: [`Body::draws_line`](chat_proto::entry::Body::draws_line) in SQL.
const DRAWS_LINE: &str = "kind NOT IN ('edit', 'delete', 'react')
                          AND (kind <> 'friend_news' OR body ->> 'change' IN ('asked', 'accepted'))";

/// One page, with the access to it, in one snapshot.
pub(super) async fn page(snapshot: &mut SqliteTransaction<'_>, reader: &User, request: &HistoryRead, limits: &Limits) -> Answer<Page> {
    let Some(found) = lookup::find(snapshot, reader, &request.room).await? else { return Ok(Err(no_such_room())) };
    if let Err(error) = may(&found.who, What::Read, &found.room) {
        return Ok(Err(error));
    }
    let readable = lookup::readable(snapshot, &reader.id, &found).await?;
    let room = found.key;
    let sql = "SELECT epoch, head_seq, head_id FROM rooms WHERE key = ?";
    let row = sqlx::query(sql).bind(room).fetch_one(&mut **snapshot).await?;
    let epoch = read(Epoch::parse(text(&row, "epoch")?))?;
    let mut head = Mark { seq: number(&row, "head_seq")?, id: read(EntryId::parse(text(&row, "head_id")?))? };
    if let Some(place) = &request.place
        && (place.epoch != epoch || entry_id(snapshot, room, place.seq).await?.as_ref() != Some(&place.id))
    {
        return Ok(Err(Error::new(Code::EpochChanged, "The room's log was made anew. Read it from its head.")));
    }
    let end = readable.end(head.seq);
    if let Some(id) = if end < head.seq { entry_id(snapshot, room, end).await? } else { None } {
        head = Mark { seq: end, id };
    }
    let (scan, mut size) = match scan(request, head.seq, limits) {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    loop {
        let log = Log { room, id: request.room.clone(), epoch: epoch.clone(), head: head.clone(), size, readable: &readable };
        let page = log.page(snapshot, reader, scan).await?;
        match size.instead_of(&page) {
            Some(smaller) => size = smaller,
            None => return Ok(Ok(page)),
        }
    }
}

struct Log<'a> {
    readable: &'a Readable,
    room: i64,
    id: RoomId,
    epoch: Epoch,
    head: Mark,
    size: Size,
}

type Found = (Seq, Seq, Vec<Entry>);

impl Log<'_> {
    async fn page(self, snapshot: &mut SqliteConnection, reader: &User, scan: Scan) -> Result<Page, StoreError> {
        let lines = self.size.lines;
        let (from, to, entries) = match scan {
            Scan::Back { below } => self.back(snapshot, below, lines).await?,
            Scan::Forward { above } => self.forward(snapshot, above, lines).await?,
            Scan::Around { middle } => {
                let (from, _, mut entries) = self.back(snapshot, middle + 1, lines / 2 + 1).await?;
                let (_, to, newer) = self.forward(snapshot, middle, lines / 2).await?;
                entries.extend(newer);
                (from, to, entries)
            }
        };
        let (from, to) = self.readable.widened(from, to, self.head.seq);
        let seen = entries.into_iter().filter(|entry| self.readable.contains(entry.seq)).map(|entry| self.readable.seen(entry));
        let entries = seen.collect();
        let to_mark = match entry_id(snapshot, self.room, to).await? {
            Some(id) if to >= from => Some(Mark { seq: to, id }),
            _ => None,
        };
        let amendments = in_force(self.amendments(snapshot, from, to).await?);
        let reactions = self.reactions(snapshot, reader, from, to).await?;
        Ok(Page {
            room: self.id,
            epoch: self.epoch,
            from,
            to: to_mark,
            head: self.head,
            entries,
            amendments,
            reactions,
            hidden: self.readable.hidden(from, to),
        })
    }

    async fn back(&self, snapshot: &mut SqliteConnection, below: Seq, wanted: u32) -> Result<Found, StoreError> {
        let floor = below.saturating_sub(u64::from(self.size.rows));
        let sql = format!(
            "SELECT seq, id, time, author, name, color, bot, client_id, n, body FROM entries
             WHERE room = ? AND seq < ? AND seq >= ? AND {DRAWS_LINE} ORDER BY seq DESC LIMIT ?"
        );
        let rows =
            sqlx::query(AssertSqlSafe(sql)).bind(self.room).bind(below as i64).bind(floor as i64).bind(wanted).fetch_all(snapshot).await?;
        let mut entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        entries.reverse();
        let from = back_from(below, entries.len() as u32, wanted, entries.first().map(|entry| entry.seq), self.size.rows);
        Ok((from, below - 1, entries))
    }

    async fn forward(&self, snapshot: &mut SqliteConnection, above: Seq, wanted: u32) -> Result<Found, StoreError> {
        let ceiling = (above + u64::from(self.size.rows)).min(self.head.seq);
        let sql = format!(
            "SELECT seq, id, time, author, name, color, bot, client_id, n, body FROM entries
             WHERE room = ? AND seq > ? AND seq <= ? AND {DRAWS_LINE} ORDER BY seq LIMIT ?"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(self.room)
            .bind(above as i64)
            .bind(ceiling as i64)
            .bind(wanted)
            .fetch_all(snapshot)
            .await?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let highest = entries.last().map(|entry| entry.seq);
        let to = forward_to(above, entries.len() as u32, wanted, highest, self.size.rows, self.head.seq);
        Ok((above + 1, to, entries))
    }

    /// Edits and deletions that point into the range or stand in it.
    async fn amendments(&self, snapshot: &mut SqliteConnection, from: Seq, to: Seq) -> Result<Vec<Entry>, StoreError> {
        let (from, to) = (from as i64, to as i64);
        // The other columns are those of the row with the greatest seq: SQLite's rule for a bare max().
        let pointing = "SELECT MAX(seq) AS seq, id, time, author, name, color, bot, client_id, n, body FROM entries
                        WHERE room = ?1 AND target BETWEEN ?2 AND ?3 AND kind IN ('edit', 'delete') GROUP BY target, kind";
        let standing = "SELECT seq, id, time, author, name, color, bot, client_id, n, body FROM entries
                        WHERE room = ?1 AND seq BETWEEN ?2 AND ?3 AND kind IN ('edit', 'delete')";
        // Where not everything may be read, the last edit that may be read counts. Deletions always do.
        let pointing_in_part = "SELECT MAX(seq) AS seq, id, time, author, name, color, bot, client_id, n, body FROM entries
                        WHERE room = ?1 AND target BETWEEN ?2 AND ?3 AND kind IN ('edit', 'delete')
                          AND (kind = 'delete' OR EXISTS (SELECT 1 FROM json_each(?4) j WHERE seq BETWEEN j.value ->> 0 AND j.value ->> 1))
                        GROUP BY target, kind";
        let whole = self.readable.is_all();
        let ranges: Vec<_> = self.readable.ranges().iter().map(|(from, to)| (*from, (*to).min(i64::MAX as Seq))).collect();
        let ranges = serde_json::json!(ranges).to_string();
        let mut found = BTreeMap::new();
        for sql in [if whole { pointing } else { pointing_in_part }, standing] {
            let query = sqlx::query(sql).bind(self.room).bind(from).bind(to);
            let query = if sql == pointing_in_part { query.bind(&ranges) } else { query };
            for row in query.fetch_all(&mut *snapshot).await? {
                let entry = entry(&row)?;
                if self.readable.tells(&entry) {
                    found.insert(entry.seq, entry);
                }
            }
        }
        Ok(found.into_values().collect())
    }

    /// The reactions that stand on messages of the range, and on those that reactions of the range point at.
    async fn reactions(&self, snapshot: &mut SqliteConnection, reader: &User, from: Seq, to: Seq) -> Result<Vec<Standing>, StoreError> {
        let (first, last) = (from as i64, to as i64);
        let touched = "SELECT DISTINCT target FROM entries WHERE room = ? AND seq BETWEEN ? AND ? AND kind = 'react'";
        let mut standing: BTreeMap<Seq, Vec<Reaction>> = BTreeMap::new();
        for row in sqlx::query(touched).bind(self.room).bind(first).bind(last).fetch_all(&mut *snapshot).await? {
            standing.entry(number(&row, "target")?).or_default();
        }
        let elsewhere: Vec<Seq> = standing.keys().copied().filter(|target| !(from..=to).contains(target)).collect();
        let inside = "SELECT target, emoji, COUNT(*) AS count, MAX(user = ?) AS mine FROM reactions
                      WHERE room = ? AND target BETWEEN ? AND ? GROUP BY target, emoji ORDER BY target, emoji";
        let query = sqlx::query(inside).bind(reader.id.as_str()).bind(self.room).bind(first).bind(last);
        collect(&mut standing, query.fetch_all(&mut *snapshot).await?)?;
        if !elsewhere.is_empty() {
            let outside = "SELECT target, emoji, COUNT(*) AS count, MAX(user = ?) AS mine FROM reactions
                           WHERE room = ? AND target IN (SELECT value FROM json_each(?)) GROUP BY target, emoji ORDER BY target, emoji";
            let targets = serde_json::json!(elsewhere).to_string();
            let query = sqlx::query(outside).bind(reader.id.as_str()).bind(self.room).bind(targets);
            collect(&mut standing, query.fetch_all(&mut *snapshot).await?)?;
        }
        let seen = standing.into_iter().filter(|(target, _)| self.readable.contains(*target));
        Ok(seen.map(|(target, reactions)| Standing { target, reactions }).collect())
    }
}

fn collect(standing: &mut BTreeMap<Seq, Vec<Reaction>>, rows: Vec<SqliteRow>) -> Result<(), StoreError> {
    for row in rows {
        let reaction =
            Reaction { emoji: read(Emoji::parse(text(&row, "emoji")?))?, count: number(&row, "count")? as u32, mine: row.try_get("mine")? };
        standing.entry(number(&row, "target")?).or_default().push(reaction);
    }
    Ok(())
}
