//! `room:configure`: change a room's name, title or rules.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::{ClientId, RoomId};
use crate::room::RoomChanges;

/// Changes a room; what is left out stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomConfigure {
    /// The room.
    pub room: RoomId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
    /// What changes; at least one thing.
    #[serde(deserialize_with = "bounds::object")]
    pub changes: RoomChanges,
}
