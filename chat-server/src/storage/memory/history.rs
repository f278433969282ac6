//! Closed pages of a room's log.

use std::collections::BTreeMap;

use chat_proto::entry::{Body, Entry};
use chat_proto::error::{Code, Error};
use chat_proto::id::UserId;
use chat_proto::limits::Limits;
use chat_proto::place::Seq;
use chat_proto::request::history_read::{HistoryRead, Page, Reaction, Standing};
use chat_proto::user::User;

use crate::domain::access::{What, may};
use crate::domain::page::{Scan, Size, back_from, forward_to, in_force, scan};
use crate::storage::memory::{Log, Tables, no_room};

pub(super) fn page(tables: &Tables, reader: &User, request: &HistoryRead, limits: &Limits) -> Result<Page, Error> {
    let log = tables.rooms.get(&request.room).ok_or_else(no_room)?;
    may(&log.standing(reader), What::Read, &log.room)?;
    let fits =
        |place: &chat_proto::place::Place| place.epoch == log.epoch && log.row(place.seq).is_some_and(|row| row.entry.id == place.id);
    if request.place.as_ref().is_some_and(|place| !fits(place)) {
        return Err(Error::new(Code::EpochChanged, "The room's log was made anew. Read it from its head."));
    }
    let end = log.readable(&reader.id).end(log.head().seq);
    let (scan, mut size) = scan(request, end, limits)?;
    loop {
        let page = log.page(reader, scan, size);
        match size.instead_of(&page) {
            Some(smaller) => size = smaller,
            None => return Ok(page),
        }
    }
}

impl Log {
    fn page(&self, reader: &User, scan: Scan, Size { lines, rows }: Size) -> Page {
        let readable = self.readable(&reader.id);
        let end = readable.end(self.head().seq);
        let (from, to, entries) = match scan {
            Scan::Back { below } => self.back(below, lines, rows),
            Scan::Forward { above } => self.forward(above, lines, rows, end),
            Scan::Around { middle } => {
                let (from, _, mut entries) = self.back(middle + 1, lines / 2 + 1, rows);
                let (_, to, newer) = self.forward(middle, lines / 2, rows, end);
                entries.extend(newer);
                (from, to, entries)
            }
        };
        let (from, to) = readable.widened(from, to, end);
        let entries = entries.into_iter().filter(|entry| readable.contains(entry.seq)).map(|entry| readable.seen(entry)).collect();
        let in_range = |seq: Seq| (from..=to).contains(&seq);
        let amendments = self.rows.iter().map(|row| &row.entry).filter(|entry| {
            matches!(entry.body, Body::Edit(_) | Body::Delete(_))
                && readable.tells(entry)
                && (in_range(entry.seq) || entry.body.target().is_some_and(|target| in_range(target.seq)))
        });
        Page {
            room: self.room.id.clone(),
            epoch: self.epoch.clone(),
            from,
            to: self.mark(to).filter(|_| to >= from),
            head: self.mark(end).unwrap_or_else(|| self.head().mark()),
            amendments: in_force(amendments.cloned()),
            reactions: self.reactions_in(&reader.id, from, to).into_iter().filter(|one| readable.contains(one.target)).collect(),
            entries,
            hidden: readable.hidden(from, to),
        }
    }

    fn lines(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.rows.iter().map(|row| &row.entry).filter(|entry| entry.body.draws_line())
    }

    fn back(&self, below: Seq, wanted: u32, rows: u32) -> (Seq, Seq, Vec<Entry>) {
        let floor = below.saturating_sub(u64::from(rows));
        let found = self.lines().rev().filter(|entry| entry.seq < below && entry.seq >= floor).take(wanted as usize);
        let mut entries: Vec<Entry> = found.cloned().collect();
        entries.reverse();
        let from = back_from(below, entries.len() as u32, wanted, entries.first().map(|entry| entry.seq), rows);
        (from, below - 1, entries)
    }

    fn forward(&self, above: Seq, wanted: u32, rows: u32, end: Seq) -> (Seq, Seq, Vec<Entry>) {
        let ceiling = (above + u64::from(rows)).min(end);
        let found = self.lines().filter(|entry| entry.seq > above && entry.seq <= ceiling).take(wanted as usize);
        let entries: Vec<Entry> = found.cloned().collect();
        let highest = entries.last().map(|entry| entry.seq);
        let to = forward_to(above, entries.len() as u32, wanted, highest, rows, end);
        (above + 1, to, entries)
    }

    /// The reactions that stand on messages of the range, and on those that reactions of the range point at.
    fn reactions_in(&self, me: &UserId, from: Seq, to: Seq) -> Vec<Standing> {
        let in_range = |seq: Seq| (from..=to).contains(&seq);
        let mut standing: BTreeMap<Seq, Vec<Reaction>> = BTreeMap::new();
        for entry in self.rows.iter().map(|row| &row.entry).filter(|entry| in_range(entry.seq)) {
            if let Body::React(react) = &entry.body {
                standing.entry(react.target.seq).or_default();
            }
        }
        for ((target, emoji), people) in &self.reactions {
            if !people.is_empty() && (in_range(*target) || standing.contains_key(target)) {
                let reaction = Reaction { emoji: emoji.clone(), count: people.len() as u32, mine: people.contains(me) };
                standing.entry(*target).or_default().push(reaction);
            }
        }
        standing.into_iter().map(|(target, reactions)| Standing { target, reactions }).collect()
    }
}
