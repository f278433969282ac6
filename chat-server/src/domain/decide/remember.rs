//! What an entry changes for the writes behind it in the same batch.

use chat_proto::entry::{Body, Entry};
use chat_proto::id::RoomId;
use chat_proto::room::RoomChanges;

use crate::domain::access::is_open;
use crate::domain::decide::Moves;
use crate::domain::facts::{Facts, Target, name_key};

/// What the entry changes for the writes behind it in the same batch.
pub(super) fn remember(facts: &mut Facts, room: &RoomId, entry: &Entry, moves: &Moves) {
    let author = &entry.author.id;
    match &entry.body {
        Body::Message(message) => {
            let target = Target {
                id: entry.id.clone(),
                author: entry.author.clone(),
                is_message: true,
                deleted: false,
                text: message.content.text.clone(),
            };
            facts.targets.insert((room.clone(), entry.seq), target);
        }
        Body::Edit(edit) => {
            if let Some(target) = facts.targets.get_mut(&(room.clone(), edit.target.seq)) {
                target.text.clone_from(&edit.content.text);
            }
        }
        Body::Delete(delete) => {
            let key = (room.clone(), delete.target.seq);
            facts.reactions.remove(&key);
            if let Some(target) = facts.targets.get_mut(&key) {
                target.deleted = true;
                target.text.clear();
            }
        }
        Body::React(react) => {
            let standing = facts.reactions.entry((room.clone(), react.target.seq)).or_default();
            let people = standing.entry(react.emoji.clone()).or_default();
            if react.on {
                people.insert(author.clone());
            } else {
                people.remove(author);
            }
        }
        Body::Topic(topic) => {
            if let Some(known) = facts.rooms.get_mut(room) {
                known.room.topic = topic.topic.clone();
            }
        }
        Body::Settings(changes) => change(facts, room, changes),
        Body::Invite(invite) => {
            facts.invited.insert((room.clone(), invite.user.id.clone()));
        }
        Body::Role(role) => {
            facts.members.insert((room.clone(), role.user.id.clone()), role.role);
        }
        Body::Remove(remove) => {
            facts.invited.remove(&(room.clone(), remove.user.id.clone()));
        }
        Body::Create(_)
        | Body::Join(_)
        | Body::Leave(_)
        | Body::Add(_)
        | Body::Invited(_)
        | Body::Removed(_)
        | Body::FriendNews(_)
        | Body::FriendNote(_)
        | Body::Unknown(_) => {}
    }
    for (user, role) in &moves.joins {
        facts.members.insert((room.clone(), user.clone()), *role);
        facts.invited.remove(&(room.clone(), user.clone()));
        facts.ranges.entry(room.clone()).or_default().entry(user.clone()).or_default().push((entry.seq, None));
    }
    for user in &moves.leaves {
        facts.members.remove(&(room.clone(), user.clone()));
        facts.former.insert((room.clone(), user.clone()));
        facts.ranges.entry(room.clone()).or_default().remove(user);
    }
}

fn change(facts: &mut Facts, room: &RoomId, changes: &RoomChanges) {
    let Some(known) = facts.rooms.get_mut(room) else { return };
    let before = known.room.clone();
    changes.apply(&mut known.room);
    if is_open(before.kind) {
        facts.taken_names.remove(&name_key(before.name.as_str()));
    }
    if is_open(known.room.kind) {
        facts.taken_names.insert(name_key(known.room.name.as_str()));
    }
}
