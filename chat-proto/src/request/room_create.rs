//! `room:create`: make a public room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::ClientId;
use crate::name::RoomName;
use crate::request::stored::Stored;
use crate::request::sync::Room;
use crate::text::TopicText;

/// Makes a public room; the caller is its first member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct RoomCreate {
    /// Made by the client before it is first sent; a repeat finds the room that the first made.
    pub client_id: ClientId,
    /// The name.
    pub name: RoomName,
    /// The topic, if it shall have one from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<TopicText>,
}

/// The room that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomCreated {
    /// The room.
    pub room: Room,
    /// Its first entry.
    #[serde(flatten)]
    pub stored: Stored,
}
