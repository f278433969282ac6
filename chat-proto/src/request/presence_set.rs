//! `presence:set`: I am away, I am back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Tells that this connection's user is away, or back. Somebody is away when all of their
/// connections are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PresenceSet {
    /// Away, or here.
    pub away: bool,
}
