//! `code:end`: let nobody in by a join code any more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::RoomId;
use crate::name::JoinCode;

/// Ends a join code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct CodeEnd {
    /// The room.
    pub room: RoomId,
    /// The code.
    pub code: JoinCode,
}
