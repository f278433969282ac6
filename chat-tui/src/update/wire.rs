//! Events of the protocol.

use chat_proto::entry::{Body, Entry};
use chat_proto::event::{Answer, AnyEvent, Entries, Outcome, PresenceChanged, ReadChanged, TypingChanged, UserChanged};
use chat_proto::id::UserId;

use super::{Fx, announce, answer, history, link, popup, queue, sync};
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
        if let Some(member) = room.people.members.get_mut(&user.id) {
            member.user = user.clone();
        }
    }
    if state.me.as_ref().is_some_and(|me| me.id == user.id) {
        state.me = Some(user);
    }
}

fn entries(state: &mut State, Entries { room: id, epoch, entries }: &Entries, fx: &mut Fx) {
    let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
    let Some(room) = state.rooms.get_mut(id).filter(|room| room.timeline.epoch() == epoch) else {
        // A room that we do not know yet, or whose log was made anew.
        sync::ask_now(state, fx);
        return;
    };
    room.touch(state.now);
    room.timeline.apply_live(entries);
    room.count(entries, &me);
    let left = entries.iter().fold(false, |left, entry| {
        amend(room, entry);
        left || parted(entry, &me)
    });
    history::note_gap(state, id);
    queue::settle_own(state, id, entries, fx);
    if left {
        sync::ask_now(state, fx);
    }
}

/// What an entry changes about its room.
fn amend(room: &mut Room, entry: &Entry) {
    match &entry.body {
        Body::Topic(topic) => room.info.topic = topic.topic.clone(),
        Body::Message(_) => room.typing.0.retain(|user| user.id != entry.author.id),
        Body::Create(create) => room.info.name = create.name.clone(),
        Body::Edit(_) | Body::Delete(_) | Body::React(_) | Body::Join(_) | Body::Leave(_) | Body::Unknown(_) => {}
    }
}

fn parted(entry: &Entry, me: &UserId) -> bool {
    matches!(entry.body, Body::Leave(_)) && entry.author.id == *me
}
