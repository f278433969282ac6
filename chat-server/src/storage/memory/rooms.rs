//! Rooms and who is in them.

use chat_proto::error::Error;
use chat_proto::id::RoomId;
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::request::{RoomFind, RoomList};
use chat_proto::room::{Room, RoomKind, RoomRole};
use chat_proto::text::TopicText;
use chat_proto::user::{User, UserKind};

use crate::domain::access::{What, is_open, may};
use crate::storage::RoomFacts;
use crate::storage::memory::{Log, Tables, no_room};

/// How many rooms one page of the list holds.
const LIST: usize = 100;

pub(super) fn of_user(tables: &Tables, reader: &User, cursors: &[Cursor]) -> Vec<RoomState> {
    let mut logs: Vec<&Log> = tables.rooms.values().filter(|log| log.is_member(&reader.id)).collect();
    logs.sort_by_key(|log| (log.room.kind != RoomKind::Lobby, log.room.name.clone()));
    let state = |log: &Log| {
        let cursor = cursors.iter().find(|cursor| cursor.room == log.room.id);
        let fits = |cursor: &Cursor| cursor.epoch == log.epoch && log.row(cursor.seq).is_some_and(|row| row.entry.id == cursor.id);
        let head = log.head();
        RoomState {
            room: log.room.clone(),
            epoch: log.epoch.clone(),
            head: head.mark(),
            n: head.n,
            read: log.position(&reader.id),
            reset: cursor.is_some_and(|cursor| !fits(cursor)),
            role: log.role(&reader.id).unwrap_or_default(),
            people: match log.room.kind {
                RoomKind::Direct => others(tables, log, reader),
                RoomKind::Friends => owner(tables, log, reader),
                RoomKind::Lobby | RoomKind::Public | RoomKind::Private | RoomKind::Inbox | RoomKind::Unknown => Vec::new(),
            },
        }
    };
    logs.into_iter().map(state).collect()
}

/// The others in a conversation, by name, also those whose account was deleted: it is still the one with them.
fn others(tables: &Tables, log: &Log, reader: &User) -> Vec<User> {
    let stored = tables.users.values().map(|stored| &stored.user);
    let mut others: Vec<User> = stored.filter(|user| user.id != reader.id && log.memberships.contains_key(&user.id)).cloned().collect();
    others.sort_by(|a, b| a.name.cmp(&b.name));
    others
}

/// Whose room for their friends it is, if it is not the reader's.
fn owner(tables: &Tables, log: &Log, reader: &User) -> Vec<User> {
    let owner = tables.users.get(&log.creator.0).map(|stored| stored.user.clone());
    owner.filter(|owner| owner.id != reader.id).into_iter().collect()
}

pub(super) fn members(tables: &Tables, reader: &User, room: &RoomId) -> Result<Vec<(User, RoomRole)>, Error> {
    let log = tables.rooms.get(room).ok_or_else(no_room)?;
    may(&log.standing(reader), What::SeePeople, &log.room)?;
    let stored = tables.users.values().map(|stored| &stored.user);
    let is_lobby = log.room.kind == RoomKind::Lobby;
    let here = stored.filter(|user| !is_lobby || user.kind == UserKind::Account);
    let mut users: Vec<_> = here.filter_map(|user| Some((user.clone(), log.role(&user.id)?))).collect();
    users.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    users.truncate(1_000);
    Ok(users)
}

pub(super) fn list(tables: &Tables, reader: &User, request: &RoomList) -> RoomListReply {
    let query = request.query.as_ref().map_or(String::new(), |query| query.as_str().trim().trim_start_matches('#').to_lowercase());
    let fits = |log: &&Log| {
        let Room { name, title, topic, .. } = &log.room;
        let says = |text: &TopicText| text.as_str().to_lowercase().contains(&query);
        is_open(log.room.kind) && !log.room.settings.archived && (name.as_str().contains(&query) || says(title) || says(topic))
    };
    let mut logs: Vec<&Log> = tables.rooms.values().filter(fits).collect();
    logs.sort_by_key(|log| (std::cmp::Reverse(log.members), log.room.name.clone()));
    let after = request.after.as_ref().and_then(|after| logs.iter().position(|log| log.room.id == *after));
    let rest = &logs[after.map_or(0, |index| index + 1)..];
    RoomListReply { rooms: rest.iter().take(LIST).map(|log| summary(log, reader)).collect(), more: rest.len() > LIST }
}

pub(super) fn find(tables: &Tables, reader: &User, request: &RoomFind) -> Result<RoomSummary, Error> {
    let seen = |log: &&Log| log.room.name == request.name && may(&log.standing(reader), What::See, &log.room).is_ok();
    let rooms = tables.rooms.values().filter(|log| matches!(log.room.kind, RoomKind::Lobby | RoomKind::Public | RoomKind::Private));
    let found = rooms.filter(seen).min_by_key(|log| (!log.is_member(&reader.id), !is_open(log.room.kind)));
    found.map(|log| summary(log, reader)).ok_or_else(|| {
        let mut error = no_room();
        error.message = format!("There is no room #{0}. /create {0} makes it.", request.name);
        error.field = Some("name".to_owned());
        error
    })
}

pub(super) fn all(tables: &Tables) -> (Vec<RoomFacts>, u64) {
    let listed = tables.rooms.values().filter(|log| !matches!(log.room.kind, RoomKind::Direct | RoomKind::Inbox | RoomKind::Friends));
    let mut rooms: Vec<RoomFacts> =
        listed.map(|log| RoomFacts { room: log.room.clone(), members: log.members, messages: log.head().n }).collect();
    rooms.sort_by_key(|facts| (facts.room.kind != RoomKind::Lobby, facts.room.name.clone(), facts.room.id.clone()));
    let conversations = tables.rooms.values().filter(|log| log.room.kind == RoomKind::Direct).count();
    (rooms, conversations as u64)
}

impl Tables {
    pub(super) fn delete_room(&mut self, room: &RoomId) -> bool {
        self.codes.retain(|_, code| code.room != *room);
        self.rooms.remove(room).is_some()
    }
}

pub(super) fn summary(log: &Log, reader: &User) -> RoomSummary {
    RoomSummary { room: log.room.clone(), members: log.members, joined: log.is_member(&reader.id) }
}
