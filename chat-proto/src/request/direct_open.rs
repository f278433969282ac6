//! `direct:open`: a conversation with people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::{ClientId, UserId};
use crate::limits;

/// Finds the conversation of exactly the caller and these people, or begins it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct DirectOpen {
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The others, 1 to [`DIRECT_PEOPLE`](crate::limits::DIRECT_PEOPLE) − 1 of them; the caller may be named among them.
    #[serde(deserialize_with = "bounds::list::<{ limits::DIRECT_PEOPLE }, _, _>")]
    #[schemars(length(max = limits::DIRECT_PEOPLE))]
    pub users: Vec<UserId>,
}
