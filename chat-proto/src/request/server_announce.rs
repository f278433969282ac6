//! `server:announce`: tell everybody something that stands in no log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::RoomId;
use crate::text::MessageText;

/// Announces something to everybody on the server, or in one room; operators alone may. It reaches
/// those who are connected, all but the connection that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct ServerAnnounce {
    /// What is announced.
    pub text: MessageText,
    /// The room, if it is for that room alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
}
