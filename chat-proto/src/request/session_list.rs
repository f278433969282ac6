//! `session:list`: where am I signed in?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::SessionId;
use crate::place::Millis;
use crate::text::ClientName;

/// Asks for the account's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SessionList {}

/// The account's sessions, the last used first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SessionListReply {
    /// The sessions.
    pub sessions: Vec<Session>,
}

/// One sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Session {
    /// To revoke it by.
    pub id: SessionId,
    /// When it began.
    pub created: Millis,
    /// When it was last used, to the minute.
    pub used: Millis,
    /// The program, as it called itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientName>,
    /// Whether it is the one that asks.
    pub current: bool,
}
