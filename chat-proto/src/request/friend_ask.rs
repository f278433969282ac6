//! `friend:ask`: ask somebody to be friends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, UserId};

/// Asks an account to be friends with the caller's; it is told in their inbox. If they have asked already, this accepts.
/// The entry that is stored stands in the caller's own inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FriendAsk {
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// Whom.
    pub user: UserId,
}
