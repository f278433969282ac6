//! `session:revoke`: end a session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::SessionId;

/// Ends a session of the caller's account; its connections are closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SessionRevoke {
    /// The session.
    pub id: SessionId,
}
