//! What somebody may read now: the one place that says so to whatever reads across rooms.

use chat_proto::id::UserId;
use chat_proto::room::RoomKind;

use crate::domain::readable::ReadableRoom;
use crate::storage::memory::{Log, Tables};

/// The rooms that the user may read, with how much of each.
pub(super) fn readable<'a>(tables: &'a Tables, user: &UserId) -> Vec<(&'a Log, ReadableRoom)> {
    // What a friend said stays to be read after the end, as far as it was said before.
    let was_there = |log: &Log| log.room.kind == RoomKind::Friends && log.memberships.contains_key(user);
    let mine = tables.rooms.values().filter(|log| log.is_member(user) || was_there(log));
    let readable = |log: &'a Log| {
        let (room, name, epoch) = (log.room.id.clone(), log.room.name.clone(), log.epoch.clone());
        (log, ReadableRoom { room, name, epoch, ranges: log.readable(user) })
    };
    mine.map(readable).collect()
}
