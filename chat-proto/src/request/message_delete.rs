//! `message:delete`: take an own message back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, RoomId};
use crate::place::Place;

/// Takes an own message back: its text, its edits and every quote of it are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct MessageDelete {
    /// The room.
    pub room: RoomId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
    /// The message.
    pub target: Place,
}
