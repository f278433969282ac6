//! What somebody may read of a room, at one moment, for whatever reads across rooms.

use chat_proto::id::{Epoch, RoomId};
use chat_proto::name::RoomName;

use crate::domain::ranges::Readable;

/// One room that somebody may read now, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadableRoom {
    /// The room.
    pub room: RoomId,
    /// What it is called.
    pub name: RoomName,
    /// The life of its log.
    pub epoch: Epoch,
    /// How much of its log.
    pub ranges: Readable,
}
