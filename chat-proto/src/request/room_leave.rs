//! `room:leave`: be a member no longer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, RoomId};

/// Leaves a room. Only an account can leave the lobby.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomLeave {
    /// The room.
    pub room: RoomId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
}
