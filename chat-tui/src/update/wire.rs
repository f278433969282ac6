//! Events of the protocol.

use chat_proto::entry::{Body, Entry};
use chat_proto::event::{Answer, AnyEvent, Entries, Outcome, PresenceChanged, ReadChanged, TypingChanged, UserChanged};
use chat_proto::id::{RoomId, UserId};
use chat_proto::words;

use super::{Fx, announce, answer, find, friends, history, link, popup, queue, sync};
use crate::state::State;
use crate::state::room::Room;

/// Takes an event in.
pub(super) fn event(state: &mut State, event: AnyEvent, fx: &mut Fx) {
    match event {
        AnyEvent::Welcome(welcome) => link::welcome(state, *welcome, fx),
        AnyEvent::Entries(entries) => self::entries(state, &entries, fx),
        AnyEvent::Answer(answer) => {
            let Answer { rid, outcome } = *answer;
            let outcome = match outcome {
                Outcome::Ok(value) => Ok(value),
                Outcome::Error(error) => Err(error),
            };
            match rid {
                Some(rid) => answer::answer(state, &rid, outcome, fx),
                None => state.complain(outcome.err().map_or_else(String::new, |error| error.message)),
            }
        }
        AnyEvent::PresenceChanged(changed) => {
            let PresenceChanged { room, online, total, changes, gone } = *changed;
            popup::people_changed(state, &room, &changes, &gone);
            if let Some(room) = state.rooms.get_mut(&room) {
                room.people.change(online, total, changes);
            }
        }
        AnyEvent::TypingChanged(changed) => {
            let TypingChanged { room, mut users } = *changed;
            users.retain(|user| state.me.as_ref().is_none_or(|me| me.id != user.id));
            if let Some(room) = state.rooms.get_mut(&room) {
                room.typing = (users, state.now);
            }
        }
        AnyEvent::ReadChanged(changed) => {
            let ReadChanged { room, read } = *changed;
            if let Some(room) = state.rooms.get_mut(&room) {
                room.touch(state.now);
                room.read = read;
                room.counted = room.counted.max(room.head.seq);
            }
        }
        AnyEvent::UserChanged(changed) => user_changed(state, *changed),
        AnyEvent::Announced(announced) => announce::heard(state, &announced),
        AnyEvent::Closing(closing) => link::closing(state, *closing, fx),
    }
}

fn user_changed(state: &mut State, UserChanged { user }: UserChanged) {
    for room in state.rooms.values_mut() {
        if let Some(other) = room.others.iter_mut().find(|other| other.id == user.id) {
            *other = user.clone();
            room.unkept_since = room.unkept_since.or(Some(state.now));
        }
        if let Some(member) = room.people.members.get_mut(&user.id) {
            member.user = user.clone();
        }
    }
    if let Some(friend) = state.friends.iter_mut().flatten().find(|friend| friend.user.id == user.id) {
        friend.user = user.clone();
    }
    if state.me.as_ref().is_some_and(|me| me.id == user.id) {
        state.me = Some(user);
    }
}

fn entries(state: &mut State, Entries { room: id, epoch, entries }: &Entries, fx: &mut Fx) {
    let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
    let known = state.rooms.get(id).map_or(0, |room| room.head.seq);
    for entry in entries.iter().filter(|entry| entry.seq > known) {
        told_of_invitation(state, id, entry);
        friends::heard(state, id, entry, fx);
    }
    let Some(room) = state.rooms.get_mut(id).filter(|room| room.timeline.epoch() == epoch) else {
        // A room that we do not know yet, or whose log was made anew. The first thing that is heard of an
        // inbox may be that a room is gone.
        for entry in entries {
            told_of_removal(state, id, entry, &me);
        }
        sync::ask_now(state, fx);
        return;
    };
    room.touch(state.now);
    room.timeline.apply_live(entries);
    room.count(entries, &me);
    for entry in entries {
        amend(room, entry, &me);
    }
    for entry in entries {
        told_of_people(state, id, entry);
        if let Body::Delete(deleted) = &entry.body {
            find::deleted(state, id, deleted.target.seq);
        }
    }
    let mut parted = entries.iter().any(|entry| parted(entry, &me));
    for entry in entries {
        parted |= told_of_removal(state, id, entry, &me);
    }
    history::note_gap(state, id);
    queue::settle_own(state, id, entries, fx);
    if parted {
        sync::ask_now(state, fx);
    }
}

/// What an entry changes about its room.
fn amend(room: &mut Room, entry: &Entry, me: &UserId) {
    match &entry.body {
        Body::Topic(topic) => room.info.topic = topic.topic.clone(),
        Body::Message(_) => room.typing.0.retain(|user| user.id != entry.author.id),
        Body::Create(create) => room.info.name = create.name.clone(),
        Body::Settings(changes) => changes.apply(&mut room.info),
        Body::Role(given) => {
            if given.user.id == *me {
                room.role = given.role;
            }
            room.people.give(&given.user.id, given.role);
        }
        Body::Remove(removed) => {
            room.typing.0.retain(|user| user.id != removed.user.id);
            room.people.remove(&removed.user.id);
        }
        Body::Edit(_)
        | Body::Delete(_)
        | Body::React(_)
        | Body::Join(_)
        | Body::Leave(_)
        | Body::Invite(_)
        | Body::Add(_)
        | Body::Invited(_)
        | Body::Removed(_)
        | Body::FriendNews(_)
        | Body::FriendNote(_)
        | Body::Unknown(_) => {}
    }
}

/// Somebody was made a member who is seen elsewhere, and so may be here.
fn told_of_people(state: &mut State, id: &RoomId, entry: &Entry) {
    let Body::Add(added) = &entry.body else { return };
    let seen = state.member(&added.user.id).cloned();
    if let Some(room) = state.rooms.get_mut(id).filter(|room| !room.people.members.contains_key(&added.user.id)) {
        room.people.add(seen);
    }
}

/// This person is invited: says so wherever they are.
fn told_of_invitation(state: &mut State, inbox: &RoomId, entry: &Entry) {
    if let Body::Invited(invited) = &entry.body
        && state.current.as_ref() != Some(inbox)
    {
        let values = [("name", entry.author.name.as_str()), ("room", invited.name.as_str())];
        state.say(words::fill(words::INVITED_YOU, &values));
    }
}

/// This person was removed from a room: says so where that is the one on the screen, which is about to
/// be another one. The room itself tells, and the inbox: whichever is heard.
fn told_of_removal(state: &mut State, id: &RoomId, entry: &Entry, me: &UserId) -> bool {
    let gone = match &entry.body {
        Body::Remove(removed) if removed.user.id == *me => id,
        Body::Removed(removed) => &removed.room,
        _ => return false,
    };
    let Some(room) = state.rooms.get(gone) else { return false };
    if room.is_friends() {
        // It goes with the friendship, and of that the inbox tells.
        return true;
    }
    let (name, label) = (entry.author.name.as_str(), room.info.name.as_str());
    let sentence = words::fill(words::REMOVED_YOU, &[("name", name), ("room", label)]);
    if state.current.as_ref() == Some(gone) {
        state.say(sentence);
    }
    true
}

fn parted(entry: &Entry, me: &UserId) -> bool {
    matches!(entry.body, Body::Leave(_)) && entry.author.id == *me
}
