//! `user:read`: who somebody is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{RoomId, UserId};
use crate::place::Millis;
use crate::request::friend_list::Friendship;
use crate::user::{Presence, User};

/// Asks who an account is, or a guest who shares a room with the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct UserRead {
    /// Who.
    pub user: UserId,
}

/// Who somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Profile {
    /// Who.
    pub user: User,
    /// Whether they are here.
    pub presence: Presence,
    /// Since when the server knows them.
    pub since: Millis,
    /// The rooms that they and the caller are both in.
    pub rooms: Vec<RoomId>,
    /// Whether they and the caller are friends, or one has asked the other.
    #[serde(default)]
    pub friendship: Friendship,
}
