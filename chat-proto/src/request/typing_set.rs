//! `typing:set`: I am typing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::RoomId;

/// Tells a room that the caller is typing, for [`TYPING_MS`](crate::limits::TYPING_MS), or stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TypingSet {
    /// The room.
    pub room: RoomId,
    /// Typing, or stopped.
    pub typing: bool,
}
