//! `code:find`: the room that a join code lets in to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::name::JoinCode;

/// Asks which room a join code lets in to; `room:join` with the code is the next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct CodeFind {
    /// The code.
    pub code: JoinCode,
}
