//! `code:list`: the join codes of a room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::RoomId;
use crate::request::code_create::InviteCode;

/// Asks for the join codes of a room that still let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct CodeList {
    /// The room.
    pub room: RoomId,
}

/// The codes, those that end first at the top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct CodeListReply {
    /// The codes.
    pub codes: Vec<InviteCode>,
}
