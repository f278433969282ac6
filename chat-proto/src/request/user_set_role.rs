//! `user:set_role`: say who keeps order on the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::UserId;
use crate::user::ServerRole;

/// Gives an account another role on the server; its owners alone may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct UserSetRole {
    /// Whom.
    pub user: UserId,
    /// The role.
    pub role: ServerRole,
}
