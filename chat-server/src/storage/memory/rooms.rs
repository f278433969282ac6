//! Rooms and who is in them.

use chat_proto::error::Error;
use chat_proto::id::RoomId;
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::room::RoomKind;
use chat_proto::request::{RoomFind, RoomList};
use chat_proto::user::{User, UserKind};

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
        }
    };
    logs.into_iter().map(state).collect()
}

pub(super) fn members(tables: &Tables, reader: &User, room: &RoomId) -> Result<Vec<User>, Error> {
    let log = tables.rooms.get(room).filter(|log| log.is_member(&reader.id)).ok_or_else(no_room)?;
    let stored = tables.users.values().map(|stored| &stored.user);
    let is_lobby = log.room.kind == RoomKind::Lobby;
    let mut users: Vec<User> =
        stored.filter(|user| log.is_member(&user.id) && (!is_lobby || user.kind == UserKind::Account)).cloned().collect();
    users.sort_by(|a, b| a.name.cmp(&b.name));
    users.truncate(1_000);
    Ok(users)
}

pub(super) fn list(tables: &Tables, reader: &User, request: &RoomList) -> RoomListReply {
    let query = request.query.as_ref().map_or(String::new(), |query| query.as_str().trim().trim_start_matches('#').to_lowercase());
    let fits = |log: &&Log| log.room.name.as_str().contains(&query) || log.room.topic.as_str().to_lowercase().contains(&query);
    let mut logs: Vec<&Log> = tables.rooms.values().filter(fits).collect();
    logs.sort_by_key(|log| (std::cmp::Reverse(log.members), log.room.name.clone()));
    let after = request.after.as_ref().and_then(|after| logs.iter().position(|log| log.room.id == *after));
    let rest = &logs[after.map_or(0, |index| index + 1)..];
    RoomListReply { rooms: rest.iter().take(LIST).map(|log| summary(log, reader)).collect(), more: rest.len() > LIST }
}

pub(super) fn find(tables: &Tables, reader: &User, request: &RoomFind) -> Result<RoomSummary, Error> {
    let found = tables.rooms.values().find(|log| log.room.name == request.name);
    found.map(|log| summary(log, reader)).ok_or_else(|| {
        let mut error = no_room();
        error.message = format!("There is no room #{0}. /create {0} makes it.", request.name);
        error.field = Some("name".to_owned());
        error
    })
}

fn summary(log: &Log, reader: &User) -> RoomSummary {
    RoomSummary { room: log.room.clone(), members: log.members, joined: log.is_member(&reader.id) }
}
