//! `room:find`: the room of that name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::name::RoomName;

/// Asks for the room of that name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomFind {
    /// The name.
    pub name: RoomName,
}
