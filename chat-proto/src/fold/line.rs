//! What is drawn.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::entry::{Add, Content, Entry, FriendNews, FriendNote, Invite, Invited, Quote, Remove, Removed, Role};
use crate::fold::slot::Slot;
use crate::id::{ClientId, EntryId, UserId};
use crate::name::RoomName;
use crate::place::{Mark, Millis, Seq};
use crate::request::history_read::Reaction;
use crate::room::RoomChanges;
use crate::text::TopicText;
use crate::user::Author;

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Line {
    /// Where it stands.
    pub seq: Seq,
    /// Its entry's id.
    pub id: EntryId,
    /// When it was stored.
    pub time: Millis,
    /// Who wrote it, as they were called then.
    pub author: Author,
    /// By which an outbox knows its own.
    pub client_id: ClientId,
    /// How many messages the log holds up to and with it.
    pub n: u64,
    /// What it says.
    #[serde(flatten)]
    pub body: LineBody,
}

/// What a line says; `kind` tells which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineBody {
    /// A message as it stands now.
    Message {
        /// What it says now; empty once deleted.
        content: Content,
        /// Who is mentioned now.
        mentions: Vec<UserId>,
        /// What it answers, or null.
        reply_to: Option<Quote>,
        /// When it was last edited, or null.
        edited: Option<Millis>,
        /// Whether it was taken back.
        deleted: bool,
        /// Its reactions, in order of the emoji's characters.
        reactions: Vec<Reaction>,
    },
    /// The topic was set, or cleared.
    Topic {
        /// The topic.
        topic: TopicText,
    },
    /// The room was made.
    Create {
        /// Its name then.
        name: RoomName,
    },
    /// Somebody joined.
    Join,
    /// Somebody left.
    Leave,
    /// Somebody was invited.
    Invite(Invite),
    /// Somebody was made a member.
    Add(Add),
    /// Somebody's membership was ended.
    Remove(Remove),
    /// Somebody was given a role.
    Role(Role),
    /// The room's name, title or rules changed.
    Settings(RoomChanges),
    /// The reader of an inbox was invited into a room.
    Invited(Invited),
    /// The reader of an inbox was removed from a room.
    Removed(Removed),
    /// The reader of an inbox was asked to be somebody's friend, or became one.
    FriendNews(FriendNews),
    /// The reader of an inbox did something about being friends with somebody.
    FriendNote(FriendNote),
    /// Something newer than this program.
    Other {
        /// The line to show instead.
        fallback: String,
    },
}

impl Line {
    /// The line of an entry by itself, as if nothing had amended it; `None` where it draws none.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        Slot::new(entry).map(|slot| slot.line().clone())
    }

    /// Its number and id.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { seq: self.seq, id: self.id.clone() }
    }

    /// Whether it is a message that mentions this user and was not taken back.
    #[must_use]
    pub fn mentions(&self, user: &UserId) -> bool {
        matches!(&self.body, LineBody::Message { mentions, deleted: false, .. } if mentions.contains(user))
    }
}
