//! `sync`: where do my rooms stand?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::{EntryId, Epoch, RoomId};
use crate::limits;
use crate::place::{Mark, Millis, Seq};
use crate::request::room_mark_read::ReadPosition;
use crate::room::{Room, RoomRole};
use crate::user::{Member, User};

/// Asks for the state of all of the caller's rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[derive(Default)]
pub struct SyncRequest {
    /// Where the client's copy of each room ends.
    #[serde(deserialize_with = "bounds::list::<{ limits::SYNC_ROOMS }, _, _>")]
    #[schemars(length(max = limits::SYNC_ROOMS))]
    pub cursors: Vec<Cursor>,
    /// The rooms on the screen, whose presence is asked for.
    #[serde(deserialize_with = "bounds::list::<{ limits::SYNC_ROOMS }, _, _>")]
    #[schemars(length(max = limits::SYNC_ROOMS))]
    pub show: Vec<RoomId>,
}

/// Where a client's copy of a room ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Cursor {
    /// The room.
    pub room: RoomId,
    /// The life of its log.
    pub epoch: Epoch,
    /// The last entry held.
    #[serde(deserialize_with = "bounds::integer")]
    pub seq: Seq,
    /// That entry's id.
    pub id: EntryId,
}

/// All of the caller's rooms; a room that is missing is one they are no longer in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SyncReply {
    /// The server's time.
    pub time: Millis,
    /// The rooms.
    pub rooms: Vec<RoomState>,
    /// Who is in the rooms that were asked for.
    pub presence: Vec<RoomPresence>,
}

/// One of the caller's rooms, as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomState {
    /// The room.
    pub room: Room,
    /// The life of its log.
    pub epoch: Epoch,
    /// The newest entry.
    pub head: Mark,
    /// How many messages the log holds.
    pub n: u64,
    /// The caller's read position.
    pub read: ReadPosition,
    /// The cursor does not fit the log: drop the copy and start at the head.
    pub reset: bool,
    /// The caller's role there.
    #[serde(deserialize_with = "bounds::known_or_default")]
    pub role: RoomRole,
    /// In a conversation: the others in it, by name. In a friend's room: the friend, whose room it is; in
    /// the caller's own, nobody. Empty in other rooms.
    pub people: Vec<User>,
}

/// Who is in a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomPresence {
    /// The room.
    pub room: RoomId,
    /// How many are here now, away ones included.
    pub online: u32,
    /// How many are in the room, here or not.
    pub total: u32,
    /// Those who are here, online or away; nobody above
    /// [`PRESENCE_MEMBERS`](crate::limits::PRESENCE_MEMBERS) members.
    pub members: Vec<Member>,
}
