//! What an item of the outbox does once it reaches the server.

use chat_proto::entry::NewContent;
use chat_proto::id::{ClientId, Rid, RoomId, UserId};
use chat_proto::name::{JoinCode, RoomName};
use chat_proto::place::Place;
use chat_proto::request::{
    DirectOpen, FriendAccept, FriendAsk, FriendRefuse, FriendRemove, MessageDelete, MessageEdit, MessageReact, MessageSend, RoomConfigure,
    RoomCreate, RoomInvite, RoomJoin, RoomLeave, RoomRemove, RoomSetRole, RoomSetTopic,
};
use chat_proto::room::{RoomChanges, RoomRole, Visibility};
use chat_proto::text::{Emoji, MessageText, TopicText};
use serde::{Deserialize, Serialize};

use super::friends::Step;
use super::outbox::Due;
use crate::effect::Emit;

/// What to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of the requests")]
pub enum Work {
    /// Say something; the last field is what is drawn of the message that it answers.
    Send { room: RoomId, text: MessageText, mentions: Vec<UserId>, reply_to: Option<Target>, quote: Option<(String, String)> },
    /// Say something in the conversation that another item opens; it waits for that one's answer.
    SendTo { opening: ClientId, text: MessageText, mentions: Vec<UserId> },
    /// Change what a message says.
    Edit { room: RoomId, target: Target, text: MessageText, mentions: Vec<UserId> },
    /// Take a message back.
    Delete { room: RoomId, target: Target },
    /// Set or take back a reaction.
    React { room: RoomId, target: Target, emoji: Emoji, on: bool },
    /// Become a member.
    Join {
        room: RoomId,
        #[serde(default)]
        code: Option<JoinCode>,
    },
    /// Be a member no longer.
    Leave { room: RoomId },
    /// Set the topic.
    Topic { room: RoomId, topic: TopicText },
    /// Make a room.
    Create {
        name: RoomName,
        topic: Option<TopicText>,
        #[serde(default)]
        visibility: Option<Visibility>,
    },
    /// Ask somebody in; the last field is what they are called.
    Invite { room: RoomId, user: UserId, name: String },
    /// End somebody's membership.
    Remove { room: RoomId, user: UserId },
    /// Give somebody a role.
    Role { room: RoomId, user: UserId, role: RoomRole },
    /// Change a room's name, title or rules.
    Configure { room: RoomId, changes: RoomChanges },
    /// Find or begin the conversation with these people.
    Direct { users: Vec<UserId> },
    /// Do something about being friends with somebody.
    Friend { user: UserId, step: Step },
}

/// The message that a request points at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// It stands there.
    Place(Place),
    /// It is an own one that has no place yet.
    Own(ClientId),
}

impl Target {
    /// Whether it is that own message, which has no place yet.
    #[must_use]
    pub fn is_own(&self, client_id: &ClientId) -> bool {
        matches!(self, Self::Own(own) if own == client_id)
    }
}

impl Work {
    /// The room whose order it is part of; a room that is not made yet has none.
    #[must_use]
    pub fn room(&self) -> Option<&RoomId> {
        match self {
            Self::Send { room, .. }
            | Self::Edit { room, .. }
            | Self::Delete { room, .. }
            | Self::React { room, .. }
            | Self::Join { room, .. }
            | Self::Leave { room }
            | Self::Topic { room, .. }
            | Self::Invite { room, .. }
            | Self::Remove { room, .. }
            | Self::Role { room, .. }
            | Self::Configure { room, .. } => Some(room),
            Self::Create { .. } | Self::Direct { .. } | Self::Friend { .. } | Self::SendTo { .. } => None,
        }
    }

    /// Whether it is drawn as a line of its own, which shows what became of it.
    #[must_use]
    pub fn draws_line(&self) -> bool {
        match self {
            Self::Send { .. } => true,
            Self::SendTo { .. }
            | Self::Edit { .. }
            | Self::Delete { .. }
            | Self::React { .. }
            | Self::Join { .. }
            | Self::Leave { .. }
            | Self::Topic { .. }
            | Self::Create { .. }
            | Self::Invite { .. }
            | Self::Remove { .. }
            | Self::Role { .. }
            | Self::Configure { .. }
            | Self::Direct { .. }
            | Self::Friend { .. } => false,
        }
    }

    /// The text of a message that it says.
    #[must_use]
    pub fn said(&self) -> Option<&MessageText> {
        match self {
            Self::Send { text, .. } | Self::SendTo { text, .. } => Some(text),
            Self::Edit { .. }
            | Self::Delete { .. }
            | Self::React { .. }
            | Self::Join { .. }
            | Self::Leave { .. }
            | Self::Topic { .. }
            | Self::Create { .. }
            | Self::Invite { .. }
            | Self::Remove { .. }
            | Self::Role { .. }
            | Self::Configure { .. }
            | Self::Direct { .. }
            | Self::Friend { .. } => None,
        }
    }

    /// The message that it points at.
    #[must_use]
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Edit { target, .. } | Self::Delete { target, .. } | Self::React { target, .. } => Some(target),
            Self::Send { reply_to, .. } => reply_to.as_ref(),
            Self::SendTo { .. }
            | Self::Join { .. }
            | Self::Leave { .. }
            | Self::Topic { .. }
            | Self::Create { .. }
            | Self::Invite { .. }
            | Self::Remove { .. }
            | Self::Role { .. }
            | Self::Configure { .. }
            | Self::Direct { .. }
            | Self::Friend { .. } => None,
        }
    }

    fn target_mut(&mut self) -> Option<&mut Target> {
        match self {
            Self::Edit { target, .. } | Self::Delete { target, .. } | Self::React { target, .. } => Some(target),
            Self::Send { reply_to, .. } => reply_to.as_mut(),
            Self::SendTo { .. }
            | Self::Join { .. }
            | Self::Leave { .. }
            | Self::Topic { .. }
            | Self::Create { .. }
            | Self::Invite { .. }
            | Self::Remove { .. }
            | Self::Role { .. }
            | Self::Configure { .. }
            | Self::Direct { .. }
            | Self::Friend { .. } => None,
        }
    }

    /// The item that opens the room for it.
    #[must_use]
    pub fn opening(&self) -> Option<&ClientId> {
        match self {
            Self::SendTo { opening, .. } => Some(opening),
            _ => None,
        }
    }

    /// Whether everything that it points at has a place, and the room that it is for is there.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.opening().is_none() && !matches!(self.target(), Some(Target::Own(_)))
    }

    /// The own message that it points at stands there.
    pub fn points_at(&mut self, place: Place) {
        if let Some(target) = self.target_mut() {
            *target = Target::Place(place);
        }
    }

    /// The message that it answers will not come: takes the quote away. `false` where it is no answer.
    pub fn loses_quote(&mut self) -> bool {
        let Self::Send { reply_to, quote, .. } = self else { return false };
        (*reply_to, *quote) = (None, None);
        true
    }
}

impl Due {
    /// The request on the wire; `None` while it points at something without a place.
    #[must_use]
    pub fn emit(self, rid: Rid) -> Option<Emit> {
        let Self { client_id, after, work, first: _ } = self;
        let item = Some(client_id.clone());
        let place = |target: Target| match target {
            Target::Place(place) => Some(place),
            Target::Own(_) => None,
        };
        let emit = match work {
            Work::Send { room, text, mentions, reply_to, quote: _ } => {
                let reply_to = match reply_to {
                    Some(target) => Some(place(target)?),
                    None => None,
                };
                Emit::new(rid, &MessageSend { room, client_id, after, content: NewContent::text(text), mentions, reply_to })
            }
            Work::SendTo { .. } => return None,
            Work::Edit { room, target, text, mentions } => {
                let content = NewContent::text(text);
                Emit::new(rid, &MessageEdit { room, client_id, after, target: place(target)?, content, mentions })
            }
            Work::Delete { room, target } => Emit::new(rid, &MessageDelete { room, client_id, after, target: place(target)? }),
            Work::React { room, target, emoji, on } => {
                Emit::new(rid, &MessageReact { room, client_id, after, target: place(target)?, emoji, on })
            }
            Work::Join { room, code } => Emit::new(rid, &RoomJoin { room, client_id, after, code }),
            Work::Leave { room } => Emit::new(rid, &RoomLeave { room, client_id, after }),
            Work::Topic { room, topic } => Emit::new(rid, &RoomSetTopic { room, client_id, after, topic }),
            Work::Create { name, topic, visibility } => {
                Emit::new(rid, &RoomCreate { topic, visibility, ..RoomCreate::public(client_id, name) })
            }
            Work::Invite { room, user, name: _ } => Emit::new(rid, &RoomInvite { room, user, client_id, after }),
            Work::Remove { room, user } => Emit::new(rid, &RoomRemove { room, user, client_id, after }),
            Work::Role { room, user, role } => Emit::new(rid, &RoomSetRole { room, user, role, client_id, after }),
            Work::Configure { room, changes } => Emit::new(rid, &RoomConfigure { room, client_id, after, changes }),
            Work::Direct { users } => Emit::new(rid, &DirectOpen { client_id, users }),
            Work::Friend { user, step: Step::Ask } => Emit::new(rid, &FriendAsk { client_id, user }),
            Work::Friend { user, step: Step::Accept } => Emit::new(rid, &FriendAccept { client_id, user }),
            Work::Friend { user, step: Step::Refuse } => Emit::new(rid, &FriendRefuse { client_id, user }),
            Work::Friend { user, step: Step::Remove } => Emit::new(rid, &FriendRemove { client_id, user }),
        };
        Some(Emit { item, ..emit })
    }
}
