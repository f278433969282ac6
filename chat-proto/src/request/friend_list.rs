//! `friend:list`: the caller's friends, and the questions that are open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::place::Millis;
use crate::user::User;

/// Asks for the caller's friends and open questions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FriendList {}

/// All of them: first who asks the caller, then whom the caller asked, then the friends, each by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FriendListReply {
    /// The people.
    pub friends: Vec<Friend>,
}

/// Somebody who is a friend, or may become one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Friend {
    /// Who.
    pub user: User,
    /// How they and the caller stand to one another.
    pub state: Friendship,
    /// Since when.
    pub since: Millis,
}

/// How an account and the caller's stand to one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Friendship {
    /// They are no friends, and no question is open.
    #[default]
    None,
    /// They ask the caller, who has not answered.
    AsksYou,
    /// The caller asked them, and they have not answered.
    YouAsked,
    /// They are friends.
    Friends,
    /// A word that this program is too old to know.
    #[serde(other)]
    Unknown,
}
