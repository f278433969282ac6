//! `room:create`: make a room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::ClientId;
use crate::name::RoomName;
use crate::request::stored::Stored;
use crate::room::{History, Room, Visibility};
use crate::text::TopicText;

/// Makes a room; the caller is its first member, and its owner.
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
    /// How it is headed, if its name shall not say that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<TopicText>,
    /// Whether it is listed; public when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// What somebody sees who joins; everything when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

impl RoomCreate {
    /// A public room of that name, without a topic.
    #[must_use]
    pub fn public(client_id: ClientId, name: RoomName) -> Self {
        Self { client_id, name, topic: None, title: None, visibility: None, history: None }
    }
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
