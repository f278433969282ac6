//! `sync`: where do my rooms stand?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::{EntryId, Epoch, RoomId};
use crate::limits;
use crate::name::RoomName;
use crate::place::{Mark, Millis, Seq};
use crate::request::room_mark_read::ReadPosition;
use crate::text::TopicText;
use crate::user::Member;

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
}

/// What a room is called and about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Room {
    /// The room, for ever.
    pub id: RoomId,
    /// Its name now.
    pub name: RoomName,
    /// Its topic now; empty when it has none.
    pub topic: TopicText,
    /// What kind of room.
    pub kind: RoomKind,
}

/// What kind of room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// The room that exists from the start and that everybody is in.
    Lobby,
    /// Listed, and open to everybody.
    Public,
    /// A kind that this program is too old to know.
    #[serde(other)]
    Unknown,
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
