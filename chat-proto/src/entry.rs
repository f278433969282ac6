//! The entries of a room's log: everything durable that happens in a room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ClientId, EntryId, RoomId, UserId};
use crate::name::RoomName;
use crate::place::{Mark, Millis, Seq};
use crate::room::{RoomChanges, RoomRole};
use crate::text::{Emoji, MessageText, TopicText};
use crate::user::Author;

/// One entry of a room's log, as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Entry {
    /// Its number in the room's log: 1, 2, 3 …
    pub seq: Seq,
    /// Its id, made by the server.
    pub id: EntryId,
    /// When it was stored; never decreasing within a room.
    pub time: Millis,
    /// Who wrote it, as they were called then.
    pub author: Author,
    /// The id that its author's client gave the request.
    pub client_id: ClientId,
    /// How many messages the room's log holds up to and with this entry; in an inbox, how many notices.
    pub n: u64,
    /// What it is.
    #[serde(flatten)]
    pub body: Body,
}

impl Entry {
    /// Its number and id.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { seq: self.seq, id: self.id.clone() }
    }
}

/// What an entry is; `kind` on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// Somebody says something.
    Message(Message),
    /// An author changes what a message of theirs says.
    Edit(Edit),
    /// A message is taken back: its text, its edits and every quote of it are gone.
    Delete(Delete),
    /// Somebody sets or takes back a reaction.
    React(React),
    /// The room's topic changes.
    Topic(Topic),
    /// The room is made; its author is its first member.
    Create(Create),
    /// The author becomes a member.
    Join(Join),
    /// The author is a member no longer.
    Leave(Leave),
    /// The author invites somebody.
    Invite(Invite),
    /// The author makes somebody a member.
    Add(Add),
    /// The author ends somebody's membership.
    Remove(Remove),
    /// The author gives somebody a role.
    Role(Role),
    /// The author changes the room's name, title or rules.
    Settings(RoomChanges),
    /// In an inbox: the author invites its reader into a room.
    Invited(Invited),
    /// In an inbox: the author ended its reader's membership of a room.
    Removed(Removed),
    /// In an inbox: what the author did about being friends with its reader.
    FriendNews(FriendNews),
    /// In an inbox: what its owner did about being friends with somebody, for their other devices.
    FriendNote(FriendNote),
    /// A kind that this program is too old to know, kept as it came.
    #[serde(untagged)]
    #[ts(skip)]
    Unknown(Unknown),
}

impl Body {
    /// Whether the entry draws a line of its own in the timeline. The others amend a line.
    #[must_use]
    pub fn draws_line(&self) -> bool {
        match self {
            Self::Message(_)
            | Self::Topic(_)
            | Self::Create(_)
            | Self::Join(_)
            | Self::Leave(_)
            | Self::Invite(_)
            | Self::Add(_)
            | Self::Remove(_)
            | Self::Role(_)
            | Self::Settings(_)
            | Self::Invited(_)
            | Self::Removed(_)
            | Self::FriendNote(_) => true,
            Self::FriendNews(news) => news.change.is_told(),
            Self::Edit(_) | Self::Delete(_) | Self::React(_) => false,
            Self::Unknown(unknown) => unknown.fallback().is_some(),
        }
    }

    /// Whether the log's running number of messages counts it: messages, and in an inbox what it tells.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self {
            Self::Message(_) | Self::Invited(_) | Self::Removed(_) => true,
            Self::FriendNews(news) => news.change.is_told(),
            Self::Edit(_)
            | Self::Delete(_)
            | Self::React(_)
            | Self::Topic(_)
            | Self::Create(_)
            | Self::Join(_)
            | Self::Leave(_)
            | Self::Invite(_)
            | Self::Add(_)
            | Self::Remove(_)
            | Self::Role(_)
            | Self::Settings(_)
            | Self::FriendNote(_)
            | Self::Unknown(_) => false,
        }
    }

    /// The entry that this one amends.
    #[must_use]
    pub fn target(&self) -> Option<&Mark> {
        match self {
            Self::Edit(edit) => Some(&edit.target),
            Self::Delete(delete) => Some(&delete.target),
            Self::React(react) => Some(&react.target),
            Self::Message(_)
            | Self::Topic(_)
            | Self::Create(_)
            | Self::Join(_)
            | Self::Leave(_)
            | Self::Invite(_)
            | Self::Add(_)
            | Self::Remove(_)
            | Self::Role(_)
            | Self::Settings(_)
            | Self::Invited(_)
            | Self::Removed(_)
            | Self::FriendNews(_)
            | Self::FriendNote(_)
            | Self::Unknown(_) => None,
        }
    }
}

/// Somebody says something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Message {
    /// What is said; its text is empty once the message is deleted.
    pub content: Content,
    /// Who is mentioned, of those who may read the room.
    #[serde(default)]
    pub mentions: Vec<UserId>,
    /// The message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Quote>,
}

/// The content of a stored message, read leniently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Content {
    /// `text`; later kinds come with a text to show instead.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text, Markdown; empty once deleted.
    #[serde(default)]
    pub text: String,
}

impl Content {
    /// Plain text content.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { kind: "text".to_owned(), text: text.into() }
    }
}

/// The content of a message that a client sends, read strictly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct NewContent {
    /// `text`.
    #[serde(rename = "type")]
    pub kind: ContentType,
    /// The text, Markdown.
    pub text: MessageText,
}

impl NewContent {
    /// Text content.
    #[must_use]
    pub fn text(text: MessageText) -> Self {
        Self { kind: ContentType::Text, text }
    }
}

/// What a client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    /// Markdown text.
    Text,
}

/// The message that a reply answers, as it read when the reply was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Quote {
    /// Its number.
    pub seq: Seq,
    /// Its id.
    pub id: EntryId,
    /// Who said it.
    pub author: Author,
    /// Its first [`QUOTE`](crate::limits::QUOTE) characters on one line; empty once deleted.
    pub text: String,
}

/// An author changes what a message of theirs says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Edit {
    /// The message.
    pub target: Mark,
    /// What it says now.
    pub content: Content,
    /// Who is mentioned now.
    #[serde(default)]
    pub mentions: Vec<UserId>,
}

/// A message is taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Delete {
    /// The message.
    pub target: Mark,
}

/// Somebody sets or takes back a reaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct React {
    /// The message.
    pub target: Mark,
    /// The reaction.
    pub emoji: Emoji,
    /// Set, or taken back.
    pub on: bool,
    /// How many people's reaction this is after the entry. Told by the server, so that the count
    /// is a last-writer-wins value like every other and merges with pages in any order.
    pub count: u32,
}

/// The room's topic changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Topic {
    /// The new topic; empty when it was cleared.
    pub topic: TopicText,
}

/// The room is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Create {
    /// Its first name.
    pub name: RoomName,
    /// In a conversation: who is in it besides the author, for ever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Author>>")]
    pub people: Vec<Author>,
}

/// The author becomes a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Join {}

/// The author is a member no longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Leave {}

/// The author invites somebody into the room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Invite {
    /// Whom, as they were called then.
    pub user: Author,
}

/// The author makes somebody a member who was not asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Add {
    /// Whom, as they were called then.
    pub user: Author,
}

/// The author ends somebody's membership.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Remove {
    /// Whose, as they were called then.
    pub user: Author,
}

/// The author gives somebody a role in the room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Role {
    /// Whom, as they were called then.
    pub user: Author,
    /// The role from now on.
    pub role: RoomRole,
}

/// In an inbox: the author invites its reader into a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Invited {
    /// The room; `room:join` lets the reader in.
    pub room: RoomId,
    /// Its name then.
    pub name: RoomName,
}

/// In an inbox: the author ended its reader's membership of a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Removed {
    /// The room.
    pub room: RoomId,
    /// Its name then.
    pub name: RoomName,
}

/// In an inbox: what the author did about being friends with its reader. What is `asked` or `accepted` draws a
/// line and is counted; the rest is told in silence. Which questions are open, and who is a friend, `friend:list` tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FriendNews {
    /// What they did.
    pub change: FriendChange,
}

/// In an inbox: what its owner did about being friends with somebody. It is never counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FriendNote {
    /// With whom, as they were called then.
    pub user: Author,
    /// What the owner did.
    pub change: FriendChange,
}

/// What somebody did about being friends with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum FriendChange {
    /// Asked them.
    Asked,
    /// Said yes to their question: the two are friends from now on.
    Accepted,
    /// Said no to their question.
    Refused,
    /// Took the own question back.
    Withdrawn,
    /// Ended the friendship.
    Ended,
    /// A word that this program is too old to know.
    #[serde(other)]
    Unknown,
}

impl FriendChange {
    /// Whether the other one is told of it by a line that counts. A refusal and an end are nobody's pleasure to read.
    #[must_use]
    pub fn is_told(self) -> bool {
        match self {
            Self::Asked | Self::Accepted => true,
            Self::Refused | Self::Withdrawn | Self::Ended | Self::Unknown => false,
        }
    }
}

/// A kind that this program is too old to know: its fields as they came, `kind` among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Unknown(pub serde_json::Map<String, serde_json::Value>);

impl Unknown {
    /// The line to show instead, if the kind draws one.
    #[must_use]
    pub fn fallback(&self) -> Option<&str> {
        self.0.get("fallback").and_then(serde_json::Value::as_str)
    }
}
