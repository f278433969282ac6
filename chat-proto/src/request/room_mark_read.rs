//! `room:mark_read`: I have read up to here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::RoomId;
use crate::place::{Place, Seq};

/// Moves the caller's read position. It only grows, except by `unread`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomMarkRead {
    /// The room.
    pub room: RoomId,
    /// The last entry that was read; seq 0 with the id `0` is the place before the first one.
    pub place: Place,
    /// "Mark unread": the position may move back.
    #[serde(default)]
    pub unread: bool,
}

/// How far somebody has read a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ReadPosition {
    /// The last entry that was read; 0 when none was.
    pub seq: Seq,
    /// How many messages the log held up to and with it.
    pub n: u64,
    /// How many messages have come since.
    pub unread: u64,
    /// How many of those mention the reader.
    pub mentions: u64,
}
