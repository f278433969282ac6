//! Rooms: what they are called, who may do what in them, and in which role somebody is there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::RoomId;
use crate::name::RoomName;
use crate::text::TopicText;

/// What a room is called and about, and its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Room {
    /// The room, for ever.
    pub id: RoomId,
    /// Its name now. A conversation between people has one that nobody shows.
    pub name: RoomName,
    /// How it is headed; empty when its name says enough.
    pub title: TopicText,
    /// Its topic now; empty when it has none.
    pub topic: TopicText,
    /// What kind of room.
    pub kind: RoomKind,
    /// Its rules.
    pub settings: RoomSettings,
}

/// What kind of room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// The room that exists from the start and that everybody is in.
    Lobby,
    /// Listed, and open to everybody.
    Public,
    /// For those who were invited; to everybody else it does not exist.
    Private,
    /// A conversation of two or more people, made by `direct:open`; nobody comes and nobody goes.
    Direct,
    /// What concerns one account alone: invitations, removals, questions to be friends. Only that account reads it.
    Inbox,
    /// What one account, its owner, says to its friends. They read what is said while they are friends.
    Friends,
    /// A kind that this program is too old to know.
    #[serde(other)]
    Unknown,
}

/// A room's rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RoomSettings {
    /// Who may say something.
    #[serde(deserialize_with = "bounds::known_or_default")]
    pub post: Post,
    /// Who may invite.
    #[serde(deserialize_with = "bounds::known_or_default")]
    pub invite: Inviters,
    /// What somebody sees who joins.
    #[serde(deserialize_with = "bounds::known_or_default")]
    pub history: History,
    /// Whether it is closed: everything can be read, nothing said.
    pub archived: bool,
}

/// Who may say something in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Post {
    /// All members.
    #[default]
    Members,
    /// Its moderators and owners alone: a room for announcements.
    Moderators,
}

/// Who may invite people into a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Inviters {
    /// All members.
    #[default]
    Members,
    /// Its moderators and owners alone.
    Moderators,
}

/// What somebody sees of what was said before they joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// All of it.
    #[default]
    All,
    /// Only what was said while they were members.
    Joined,
}

/// Whether a room is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Listed, and open to everybody.
    Public,
    /// For those who were invited.
    Private,
}

/// What changes about a room; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct RoomChanges {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<RoomName>,
    /// How it is headed; empty takes that away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<TopicText>,
    /// Whether it is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Who may say something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
    /// Who may invite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<Inviters>,
    /// What somebody sees who joins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    /// Whether it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

impl RoomChanges {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes the room what it is with them.
    pub fn apply(&self, room: &mut Room) {
        if let Some(name) = &self.name {
            room.name = name.clone();
        }
        if let Some(title) = &self.title {
            room.title = title.clone();
        }
        match self.visibility {
            Some(Visibility::Public) => room.kind = RoomKind::Public,
            Some(Visibility::Private) => room.kind = RoomKind::Private,
            None => {}
        }
        let settings = &mut room.settings;
        settings.post = self.post.unwrap_or(settings.post);
        settings.invite = self.invite.unwrap_or(settings.invite);
        settings.history = self.history.unwrap_or(settings.history);
        settings.archived = self.archived.unwrap_or(settings.archived);
    }
}

/// In which role somebody is in a room. The higher may do all that the lower may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoomRole {
    /// Takes part.
    #[default]
    Member,
    /// Keeps order: takes back others' messages, removes people, says what the room is about.
    Moderator,
    /// Decides about the room and about the roles in it.
    Owner,
}

impl RoomRole {
    /// Whether it is nothing to be told.
    #[must_use]
    pub fn is_member(&self) -> bool {
        matches!(self, Self::Member)
    }
}
