//! `room:list`: the rooms that one can join.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::RoomId;
use crate::room::Room;
use crate::text::Query;

/// Asks for the public rooms, those with the most members first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[derive(Default)]
#[ts(optional_fields)]
pub struct RoomList {
    /// Only rooms whose name or topic holds this.
    pub query: Option<Query>,
    /// Goes on after this room of the page before.
    pub after: Option<RoomId>,
}

/// One page of the list of rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomListReply {
    /// The rooms.
    pub rooms: Vec<RoomSummary>,
    /// Whether there are more.
    pub more: bool,
}

/// A room as somebody sees it who is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomSummary {
    /// What it is called and about.
    #[serde(flatten)]
    pub room: Room,
    /// How many people are in it.
    pub members: u32,
    /// Whether the caller is.
    pub joined: bool,
}
