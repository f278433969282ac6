//! `user:find`: people by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::text::Query;
use crate::user::User;

/// Asks for the people whose name to sign in by, or the name as drawn, begins with this; accounts alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct UserFind {
    /// The beginning of a name.
    pub query: Query,
    /// Most people wanted, at most [`FOUND_PEOPLE`](crate::limits::FOUND_PEOPLE); so many when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// People, those whose whole name was asked for first, then by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct UserFindReply {
    /// The people.
    pub users: Vec<User>,
}
