//! `token:revoke`: end a bot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::TokenId;

/// Ends a token at once: its connections are closed, its webhook is gone, its bot leaves all rooms. What the bot
/// said stays. Who made it may, and an owner of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TokenRevoke {
    /// The token.
    pub id: TokenId,
}
