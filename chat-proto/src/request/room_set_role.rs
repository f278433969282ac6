//! `room:set_role`: say who keeps order in a room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, RoomId, UserId};
use crate::room::RoomRole;

/// Gives a member another role in the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomSetRole {
    /// The room.
    pub room: RoomId,
    /// The member.
    pub user: UserId,
    /// The role.
    pub role: RoomRole,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
}
