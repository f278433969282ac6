//! `room:add`: make somebody a member.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, RoomId, UserId};

/// Makes an account a member of a room without asking; operators of the server alone may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomAdd {
    /// The room.
    pub room: RoomId,
    /// Whom.
    pub user: UserId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
}
