//! What is said, and what becomes of it.

use chat_proto::entry::{Content, Delete, Edit, Message, React};
use chat_proto::error::{Code, Error};
use chat_proto::id::{RoomId, UserId};
use chat_proto::limits;
use chat_proto::place::{Place, Seq};
use chat_proto::request::{MessageDelete, MessageEdit, MessageReact, MessageSend};
use chat_proto::room::History;

use crate::domain::access::{Standing, What, may};
use crate::domain::decide::mark;
use crate::domain::facts::{Facts, RoomFacts, Target};
use crate::domain::ranges::Readable;
use crate::domain::write::Write;

/// A message.
pub(super) fn say(facts: &Facts, room: &RoomFacts, write: &Write, send: &MessageSend) -> Result<Message, Error> {
    let reply_to = match &send.reply_to {
        None => None,
        Some(place) => {
            let target = target(facts, room, write, place, "reply_to")?;
            if target.deleted {
                return Err(gone("The message that you answer was deleted."));
            }
            Some(target.quote(place.seq))
        }
    };
    let mentions = mentions(facts, &room.room.id, &send.mentions)?;
    Ok(Message { content: Content::text(send.content.text.as_str()), mentions, reply_to })
}

/// Other words for one's own message.
pub(super) fn edit(facts: &Facts, room: &RoomFacts, write: &Write, edit: &MessageEdit) -> Result<Edit, Error> {
    own_message(facts, room, write, &edit.target)?;
    let mentions = mentions(facts, &room.room.id, &edit.mentions)?;
    Ok(Edit { target: mark(&edit.target), content: Content::text(edit.content.text.as_str()), mentions })
}

/// A message is taken back: by its author, or by who keeps order there.
pub(super) fn delete(facts: &Facts, room: &RoomFacts, write: &Write, who: &Standing, delete: &MessageDelete) -> Result<Delete, Error> {
    let target = target(facts, room, write, &delete.target, "target")?;
    if target.author.id != write.author.id {
        may(who, What::DeleteOthers, &room.room)?;
    }
    if target.deleted {
        return Err(gone("The message was deleted."));
    }
    Ok(Delete { target: mark(&delete.target) })
}

/// A reaction.
pub(super) fn react(facts: &Facts, room: &RoomFacts, write: &Write, react: &MessageReact) -> Result<React, Error> {
    let target = target(facts, room, write, &react.target, "target")?;
    if target.deleted {
        return Err(gone("The message was deleted."));
    }
    let standing = facts.reactions.get(&(room.room.id.clone(), react.target.seq));
    let people = standing.and_then(|standing| standing.get(&react.emoji));
    if react.on && people.is_none_or(|people| people.is_empty()) {
        let different = standing.map_or(0, |standing| standing.values().filter(|people| !people.is_empty()).count());
        if different >= limits::EMOJI_PER_MESSAGE {
            return Err(Error::invalid("emoji", format_args!("would be one too many: {different} different reactions stand there")));
        }
    }
    let others = people.map_or(0, |people| people.iter().filter(|user| **user != write.author.id).count());
    let count = others as u32 + u32::from(react.on);
    Ok(React { target: mark(&react.target), emoji: react.emoji.clone(), on: react.on, count })
}

fn own_message<'a>(facts: &'a Facts, room: &RoomFacts, write: &Write, place: &Place) -> Result<&'a Target, Error> {
    let target = target(facts, room, write, place, "target")?;
    if target.author.id != write.author.id {
        return Err(Error::new(Code::Forbidden, "Only its author can do that."));
    }
    if target.deleted {
        return Err(gone("The message was deleted."));
    }
    Ok(target)
}

/// The message that is pointed at: the same life of the log, and the same entry still there.
fn target<'a>(facts: &'a Facts, room: &RoomFacts, write: &Write, place: &Place, field: &str) -> Result<&'a Target, Error> {
    let found = facts.targets.get(&(room.room.id.clone(), place.seq));
    let Some(found) = found.filter(|found| found.id == place.id && room.epoch == place.epoch) else {
        let mut error = Error::new(Code::EpochChanged, "The room's log was made anew, and another entry stands there now.");
        error.field = Some(field.to_owned());
        return Err(error);
    };
    if !found.is_message {
        return Err(Error::invalid(field, "is not a message"));
    }
    if !may_read(facts, room, &write.author.id, place.seq) {
        let mut error = Error::new(Code::NotFound, "There is no such message.");
        error.field = Some(field.to_owned());
        return Err(error);
    }
    Ok(found)
}

fn mentions(facts: &Facts, room: &RoomId, wished: &[UserId]) -> Result<Vec<UserId>, Error> {
    if wished.len() > limits::MENTIONS {
        return Err(Error::invalid("mentions", format_args!("names {} people; at most {} are allowed", wished.len(), limits::MENTIONS)));
    }
    let mut mentions: Vec<UserId> = Vec::new();
    for user in wished {
        if !mentions.contains(user) && facts.members.contains_key(&(room.clone(), user.clone())) {
            mentions.push(user.clone());
        }
    }
    Ok(mentions)
}

/// Whether the user may read that entry, where not everybody may read everything.
fn may_read(facts: &Facts, room: &RoomFacts, user: &UserId, seq: Seq) -> bool {
    if room.room.settings.history == History::All {
        return true;
    }
    let ranges = facts.ranges.get(&room.room.id).and_then(|members| members.get(user));
    ranges.is_some_and(|ranges| Readable::of_member(History::Joined, ranges).contains(seq))
}

fn gone(message: &str) -> Error {
    Error::new(Code::Deleted, message)
}
