//! `message:react`: set or take back a reaction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, RoomId};
use crate::place::Place;
use crate::text::Emoji;

/// Sets or takes back a reaction of the caller's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct MessageReact {
    /// The room.
    pub room: RoomId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
    /// The message.
    pub target: Place,
    /// The reaction.
    pub emoji: Emoji,
    /// Set it, or take it back.
    pub on: bool,
}
