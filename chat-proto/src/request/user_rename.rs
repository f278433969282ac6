//! `user:rename`: be called something else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::name::DisplayName;

/// Changes the caller's display name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct UserRename {
    /// The name.
    pub name: DisplayName,
}
