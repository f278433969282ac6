//! One line with the versions of its fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry::{Body, Content, Entry, React};
use crate::fold::line::{Line, LineBody};
use crate::id::UserId;
use crate::place::{Millis, Seq};
use crate::request::history_read::Reaction;
use crate::text::Emoji;

/// A line, and for each of its fields the seq of the entry that wrote it last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Slot {
    line: Line,
    /// The edit that the text is from, or the message itself.
    text_seq: Seq,
    /// Reactions written at or before this seq are all in `reactions`; repeats of them are ignored.
    reactions_as_of: Seq,
    reactions: BTreeMap<Emoji, Standing>,
}

/// One emoji's count with its version, and separately whether it is mine with its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Standing {
    count: u32,
    count_seq: Seq,
    mine: bool,
    mine_seq: Seq,
}

impl Slot {
    /// The slot of an entry that draws a line.
    pub(super) fn new(entry: &Entry) -> Option<Self> {
        let body = match &entry.body {
            Body::Message(message) => LineBody::Message {
                content: message.content.clone(),
                mentions: message.mentions.clone(),
                reply_to: message.reply_to.clone(),
                edited: None,
                deleted: false,
                reactions: Vec::new(),
            },
            Body::Topic(topic) => LineBody::Topic { topic: topic.topic.clone() },
            Body::Create(create) => LineBody::Create { name: create.name.clone() },
            Body::Join(_) => LineBody::Join,
            Body::Leave(_) => LineBody::Leave,
            Body::Invite(invite) => LineBody::Invite(invite.clone()),
            Body::Add(add) => LineBody::Add(add.clone()),
            Body::Remove(remove) => LineBody::Remove(remove.clone()),
            Body::Role(role) => LineBody::Role(role.clone()),
            Body::Settings(changes) => LineBody::Settings(changes.clone()),
            Body::Invited(invited) => LineBody::Invited(invited.clone()),
            Body::Removed(removed) => LineBody::Removed(removed.clone()),
            Body::FriendNews(news) if !news.change.is_told() => return None,
            Body::FriendNews(news) => LineBody::FriendNews(news.clone()),
            Body::FriendNote(note) => LineBody::FriendNote(note.clone()),
            Body::Unknown(unknown) => LineBody::Other { fallback: unknown.fallback()?.to_owned() },
            Body::Edit(_) | Body::Delete(_) | Body::React(_) => return None,
        };
        let line = Line {
            seq: entry.seq,
            id: entry.id.clone(),
            time: entry.time,
            author: entry.author.clone(),
            client_id: entry.client_id.clone(),
            n: entry.n,
            body,
        };
        Some(Self { line, text_seq: entry.seq, reactions_as_of: entry.seq, reactions: BTreeMap::new() })
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// An edit: the newest one wins. A deleted message stays empty.
    pub(super) fn edit(&mut self, seq: Seq, time: Millis, text: &Content, who: &[UserId]) {
        let LineBody::Message { content, mentions, edited, deleted, .. } = &mut self.line.body else { return };
        if *deleted || seq <= self.text_seq {
            return;
        }
        self.text_seq = seq;
        *content = text.clone();
        *mentions = who.to_vec();
        *edited = Some(time);
    }

    /// A deletion, for ever: nothing of the message is left.
    pub(super) fn delete(&mut self) {
        let LineBody::Message { content, mentions, edited, deleted, reactions, reply_to } = &mut self.line.body else { return };
        *deleted = true;
        content.text.clear();
        mentions.clear();
        *edited = None;
        *reply_to = None;
        reactions.clear();
        self.reactions.clear();
    }

    /// A deletion of the message that this one quotes.
    pub(super) fn forget_quote(&mut self, target: Seq) {
        if let LineBody::Message { reply_to: Some(quote), .. } = &mut self.line.body
            && quote.seq == target
        {
            quote.text.clear();
        }
    }

    /// One reaction entry.
    pub(super) fn react(&mut self, seq: Seq, react: &React, by_me: bool) {
        if seq <= self.reactions_as_of || self.is_deleted() {
            return;
        }
        let standing = self.reactions.entry(react.emoji.clone()).or_default();
        if seq > standing.count_seq {
            standing.count = react.count;
            standing.count_seq = seq;
        }
        if by_me && seq > standing.mine_seq {
            standing.mine = react.on;
            standing.mine_seq = seq;
        }
        self.show_reactions();
    }

    /// All standing reactions, as of `head`.
    pub(super) fn snapshot(&mut self, head: Seq, standing: &[Reaction]) {
        if head <= self.reactions_as_of || self.is_deleted() {
            return;
        }
        self.reactions_as_of = head;
        for known in self.reactions.values_mut() {
            if known.count_seq <= head {
                (known.count, known.count_seq) = (0, head);
            }
            if known.mine_seq <= head {
                (known.mine, known.mine_seq) = (false, head);
            }
        }
        for reaction in standing {
            let known = self.reactions.entry(reaction.emoji.clone()).or_default();
            if known.count_seq <= head {
                (known.count, known.count_seq) = (reaction.count, head);
            }
            if known.mine_seq <= head {
                (known.mine, known.mine_seq) = (reaction.mine, head);
            }
        }
        self.show_reactions();
    }

    fn is_deleted(&self) -> bool {
        matches!(self.line.body, LineBody::Message { deleted: true, .. })
    }

    fn show_reactions(&mut self) {
        let LineBody::Message { reactions, .. } = &mut self.line.body else { return };
        *reactions = self
            .reactions
            .iter()
            .filter(|(_, standing)| standing.count > 0)
            .map(|(emoji, standing)| Reaction { emoji: emoji.clone(), count: standing.count, mine: standing.mine })
            .collect();
    }
}
