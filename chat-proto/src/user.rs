//! People: who somebody is, and whether they are here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::UserId;
use crate::name::{DisplayName, Identity};
use crate::newtype::string_type;
use crate::room::RoomRole;

string_type!(
    /// A colour, `#` and six lower-case hexadecimal digits.
    Color, min: 7, max: 7, pattern: "^#[0-9a-f]{6}$", check: |text| {
        let text = text.to_ascii_lowercase();
        let digits = text.strip_prefix('#').unwrap_or("");
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(text);
        }
        Err("is not a colour such as #7aa2f7".to_owned())
    }
);

/// Whether a user is here for a visit or to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// Known by a token alone, or not even that.
    Guest,
    /// Has an identity and a password.
    Account,
    /// The server itself.
    Server,
    /// A program with a token of its own, which may do what the token's scopes say.
    Bot,
    /// A kind that this program is too old to know.
    #[serde(other)]
    Unknown,
}

/// What a user may do on the whole server. The higher may do all that the lower may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServerRole {
    /// What everybody may.
    #[default]
    Member,
    /// Keeps order in all public rooms.
    Moderator,
    /// Gives and takes these roles.
    Owner,
}

impl ServerRole {
    /// Whether it is nothing to be told.
    #[must_use]
    pub fn is_member(&self) -> bool {
        matches!(self, Self::Member)
    }
}

/// A user as others see them now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct User {
    /// Who it is, for ever.
    pub id: UserId,
    /// The name as drawn now.
    pub name: DisplayName,
    /// Drawn when the user was made, then kept.
    pub color: Color,
    /// Guest, account, bot or server.
    pub kind: UserKind,
    /// The name by which an account signs in; guests have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What they may do on the whole server; left out where it is what everybody may.
    #[serde(default, deserialize_with = "bounds::known_or_default", skip_serializing_if = "ServerRole::is_member")]
    #[ts(as = "Option<ServerRole>")]
    pub role: ServerRole,
}

/// The author of an entry, with the name and colour of that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Author {
    /// Who it is.
    pub id: UserId,
    /// The display name at that time.
    pub name: DisplayName,
    /// The colour at that time.
    pub color: Color,
    /// Whether it is a bot; left out where it is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>")]
    pub bot: bool,
}

impl User {
    /// This user as the author of an entry that is written now.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { id: self.id.clone(), name: self.name.clone(), color: self.color.clone(), bot: self.kind == UserKind::Bot }
    }
}

/// Whether somebody is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Connected and not away.
    Online,
    /// Connected; away by their own word or for ten minutes without a key.
    Away,
    /// Without a connection for thirty seconds.
    Offline,
    /// A state that this program is too old to know.
    #[serde(other)]
    Unknown,
}

/// Somebody in a room and whether they are here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Member {
    /// Who.
    #[serde(flatten)]
    pub user: User,
    /// Whether they are here.
    pub presence: Presence,
    /// Their role in the room, where members are asked for; presence leaves it out.
    #[serde(default, deserialize_with = "bounds::known_or_default", skip_serializing_if = "Option::is_none")]
    pub room_role: Option<RoomRole>,
}
