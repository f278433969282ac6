//! `room:members`: who is in a room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::RoomId;
use crate::user::Member;

/// Asks who is in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomMembers {
    /// The room.
    pub room: RoomId,
}

/// Who is in a room: those who are here first, then by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomMembersReply {
    /// How many are here now, away ones included.
    pub online: u32,
    /// How many are in the room, here or not.
    pub total: u32,
    /// At most 1,000 of them.
    pub members: Vec<Member>,
}
