//! `friend:remove`: end a friendship, or take an own question back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, UserId};

/// Ends the friendship with an account, or takes back the question whether it wants one. The entry that is stored
/// stands in the caller's own inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FriendRemove {
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// With whom.
    pub user: UserId,
}
