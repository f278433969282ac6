//! `message:send`: say something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::entry::NewContent;
use crate::id::{ClientId, RoomId, UserId};
use crate::limits;
use crate::place::Place;

/// Says something in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct MessageSend {
    /// The room.
    pub room: RoomId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The message before it in the same outbox and room while that one has no final answer, else null.
    #[ts(optional = false)]
    pub after: Option<ClientId>,
    /// What is said.
    pub content: NewContent,
    /// Who is mentioned; the server keeps those who may read the room.
    #[serde(default, deserialize_with = "bounds::list::<{ limits::MENTIONS }, _, _>")]
    #[schemars(length(max = limits::MENTIONS))]
    pub mentions: Vec<UserId>,
    /// The message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Place>,
}
