//! What somebody may read now: the one place that says so to whatever reads across rooms.

use chat_proto::id::UserId;

use crate::domain::readable::{Readable, WHOLE};
use crate::storage::memory::{Log, Tables};

/// The rooms that the user may read, with the ranges in each: today all of the log of each room
/// that they are a member of.
pub(super) fn readable<'a>(tables: &'a Tables, user: &UserId) -> Vec<(&'a Log, Readable)> {
    let mine = tables.rooms.values().filter(|log| log.is_member(user));
    let readable = |log: &'a Log| {
        let room = Readable { room: log.room.id.clone(), name: log.room.name.clone(), epoch: log.epoch.clone(), ranges: vec![WHOLE] };
        (log, room)
    };
    mine.map(readable).collect()
}
