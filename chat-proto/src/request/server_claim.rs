//! `server:claim`: become the owner of a server that has none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::name::JoinCode;

/// Makes the calling account the server's owner, by the code that a server without one prints at its start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ServerClaim {
    /// The code.
    pub code: JoinCode,
}
