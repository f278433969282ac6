//! `friend:refuse`: say no to somebody who asked to be friends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, UserId};

/// Says no to an account that asked. The entry that is stored stands in the caller's own inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FriendRefuse {
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// Who asked.
    pub user: UserId,
}
