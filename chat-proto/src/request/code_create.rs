//! `code:create`: make a join code.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::{RoomId, UserId};
use crate::name::JoinCode;
use crate::place::Millis;

/// Makes a short code that lets people into a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct CodeCreate {
    /// The room.
    pub room: RoomId,
    /// For how many milliseconds it holds, at most [`JOIN_CODE_MS`](crate::limits::JOIN_CODE_MS); a week when left out.
    #[serde(default, deserialize_with = "bounds::optional_integer", skip_serializing_if = "Option::is_none")]
    pub lasts_ms: Option<u64>,
    /// How many people may use it, at most [`JOIN_CODE_USES`](crate::limits::JOIN_CODE_USES); any number within that when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
}

/// A join code as its makers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct InviteCode {
    /// The code.
    pub code: JoinCode,
    /// The room that it lets in to.
    pub room: RoomId,
    /// Who made it.
    pub by: UserId,
    /// Until when it holds.
    pub expires: Millis,
    /// How many people may still use it.
    pub uses_left: u32,
}
