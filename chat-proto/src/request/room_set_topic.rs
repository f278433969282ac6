//! `room:set_topic`: say what a room is about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, RoomId};
use crate::text::TopicText;

/// Sets a room's topic; an empty one clears it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomSetTopic {
    /// The room.
    pub room: RoomId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
    /// The topic.
    pub topic: TopicText,
}
