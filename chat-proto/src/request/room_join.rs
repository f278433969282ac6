//! `room:join`: become a member.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, RoomId};

/// Becomes a member of a public room. For a member it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomJoin {
    /// The room.
    pub room: RoomId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
}
