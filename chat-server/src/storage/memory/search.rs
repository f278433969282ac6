//! Search by looking at every message.

use std::collections::{HashMap, HashSet};

use chat_proto::entry::{Body, Edit};
use chat_proto::error::Error;
use chat_proto::id::{RoomId, UserId};
use chat_proto::place::Seq;
use chat_proto::request::search_read::SearchReply;
use chat_proto::user::User;

use crate::domain::readable::ReadableRoom;
use crate::domain::search::{Position, Sought, choose_rooms, hit, nobody_called, search_again};
use crate::storage::Search;
use crate::storage::memory::readable::readable;
use crate::storage::memory::{Log, Tables, key};

/// One page of hits, the newest first.
pub(super) fn search(tables: &Tables, reader: &User, search: &Search) -> Result<SearchReply, Error> {
    let asked = &search.asked;
    let readable = readable(tables, &reader.id);
    let below = match &search.before {
        None => tables.said.len(),
        Some(position) => below(tables, &readable, position)?,
    };
    let rooms = choose_rooms(readable, asked, search.room.as_ref())?;
    let from = if asked.from.is_empty() { None } else { Some(people(tables, reader, &asked.from)?) };
    let sought = Sought { asked, from, not_from: people(tables, reader, &asked.not_from)? };
    let rooms: HashMap<&RoomId, (&Log, ReadableRoom)> = rooms.into_iter().map(|(log, room)| (&log.room.id, (log, room))).collect();
    let edits: HashMap<(&RoomId, Seq), (Seq, &Edit)> = rooms.iter().flat_map(|(id, (log, _))| edits(id, log)).collect();
    let mut hits = Vec::new();
    for (id, seq) in tables.said[..below].iter().rev() {
        let Some((log, room)) = rooms.get(id).filter(|(_, room)| room.ranges.contains(*seq)) else { continue };
        let Some(row) = log.row(*seq).filter(|row| !row.deleted) else { continue };
        let edit = match edits.get(&(id, *seq)) {
            // As where an index knows the words of the last edit alone.
            Some((edited, _)) if !room.ranges.contains(*edited) => continue,
            found => found.map(|(_, edit)| *edit),
        };
        let text = match (&row.entry.body, edit) {
            (_, Some(edit)) => &edit.content.text,
            (Body::Message(message), None) => &message.content.text,
            _ => continue,
        };
        if sought.fits(&row.entry.author.id, row.entry.time, text) {
            hits.extend(hit(room, row.entry.clone(), edit.cloned(), asked));
        }
        if hits.len() > search.limit {
            break;
        }
    }
    let goes_on = hits.len() > search.limit;
    hits.truncate(search.limit);
    let more = hits.last().filter(|_| goes_on).map(|last| Position::Message(last.room.clone(), last.entry.seq).cursor());
    Ok(SearchReply { hits, more, preparing: false })
}

/// How many messages of all are older than the position.
fn below(tables: &Tables, readable: &[(&Log, ReadableRoom)], position: &Position) -> Result<usize, Error> {
    let Position::Message(room, seq) = position else { return Err(search_again()) };
    if !readable.iter().any(|(_, known)| known.room == *room) {
        return Err(search_again());
    }
    tables.said.iter().position(|said| said == &(room.clone(), *seq)).ok_or_else(search_again)
}

/// The last edit of each message.
fn edits<'a>(id: &'a RoomId, log: &'a Log) -> impl Iterator<Item = ((&'a RoomId, Seq), (Seq, &'a Edit))> {
    log.rows.iter().filter_map(move |row| match &row.entry.body {
        Body::Edit(edit) => Some(((id, edit.target.seq), (row.entry.seq, edit))),
        _ => None,
    })
}

/// Everybody who is called, or was called when they said something, by one of the names.
fn people(tables: &Tables, reader: &User, names: &[String]) -> Result<HashSet<UserId>, Error> {
    let mut found = HashSet::new();
    for name in names {
        if name.eq_ignore_ascii_case("me") {
            found.insert(reader.id.clone());
            continue;
        }
        let wanted = key(name);
        let users = tables.users.values().map(|stored| &stored.user);
        let called = users.filter(|user| {
            key(user.name.as_str()) == wanted || user.identity.as_ref().is_some_and(|identity| key(identity.as_str()) == wanted)
        });
        let entries = tables.rooms.values().flat_map(|log| &log.rows).map(|row| &row.entry);
        let wrote = entries.filter(|entry| matches!(entry.body, Body::Message(_)) && key(entry.author.name.as_str()) == wanted);
        let theirs: HashSet<UserId> = called.map(|user| user.id.clone()).chain(wrote.map(|entry| entry.author.id.clone())).collect();
        if theirs.is_empty() {
            return Err(nobody_called(name));
        }
        found.extend(theirs);
    }
    Ok(found)
}
