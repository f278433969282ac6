//! `token:create`: make a bot, and the token by which it comes in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::{RoomId, TokenId, UserId};
use crate::limits;
use crate::name::DisplayName;
use crate::place::Millis;
use crate::secret::Token;
use crate::user::User;

/// What a bot may do in its rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Connect, and read: what is said, what was said, who is there.
    Read,
    /// Connect, and say something: send, change and take back messages, react.
    Send,
    /// Say something through the token's webhook, without a connection.
    Hook,
}

/// Makes a bot of that name, a member of those rooms, and the one token by which it comes in. Moderators and
/// owners of all of these rooms may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct TokenCreate {
    /// What the bot is called; nobody else may be called so, or alike.
    pub name: DisplayName,
    /// What it may do, at least one.
    #[serde(deserialize_with = "bounds::list::<{ limits::SCOPES }, _, _>")]
    #[schemars(length(max = limits::SCOPES))]
    pub scopes: Vec<Scope>,
    /// The rooms that it is put into, at least one. Moderators can remove it from them, and add it to others.
    #[serde(deserialize_with = "bounds::list::<{ limits::TOKEN_ROOMS }, _, _>")]
    #[schemars(length(max = limits::TOKEN_ROOMS))]
    pub rooms: Vec<RoomId>,
    /// Whether posts to its webhook must be signed, as GitHub signs them; false when left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>")]
    pub signed: bool,
}

/// A new token: the only time that it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct TokenCreated {
    /// The secret by which the bot connects, and the last part of its webhook's address.
    pub token: Token,
    /// The secret to sign posts with, where they must be signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<Token>,
    /// What stays known of it.
    pub info: TokenInfo,
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct TokenInfo {
    /// To revoke it by; the webhook is `POST /hooks/{id}/{token}`.
    pub id: TokenId,
    /// The bot.
    pub bot: User,
    /// What it may do, of what this program knows.
    #[serde(deserialize_with = "bounds::known")]
    pub scopes: Vec<Scope>,
    /// Whether posts to its webhook must be signed.
    pub signed: bool,
    /// Who made it.
    pub by: UserId,
    /// When.
    pub created: Millis,
    /// When it was last used, to the minute; left out where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Millis>,
}
