//! `room:invite`: ask somebody in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, RoomId, UserId};

/// Invites an account into a room; it is told in their inbox, and `room:join` lets them in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomInvite {
    /// The room.
    pub room: RoomId,
    /// Whom.
    pub user: UserId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
}
