//! `sync`: where the rooms stand.

use chat_proto::limits;
use chat_proto::place::Millis;
use chat_proto::request::SyncRequest;
use chat_proto::request::sync::{Cursor, RoomState, SyncReply};

use super::ask::ask;
use super::{Fx, history, queue, rooms};
use crate::state::State;
use crate::state::asked::Question;
use crate::state::room::{Room, counts};

/// Asks where the rooms stand, unless that was just asked.
pub(super) fn ask_now(state: &mut State, fx: &mut Fx) {
    let period = u64::from(state.limits.sync_ms);
    state.sync_at = Some(state.now + state.random.between(period * 4 / 5, period));
    if state.asked.any(|question| *question == Question::Sync) {
        return;
    }
    let cursors = state.rooms.values().filter_map(|room| {
        let place = room.timeline.checkpoint()?;
        Some(Cursor { room: room.id().clone(), epoch: place.epoch, seq: place.seq, id: place.id })
    });
    // In the list of rooms stands whether the other one of a conversation is here.
    let of_two = |room: &&Room| room.is_conversation() && room.others.len() == 1 && state.current.as_ref() != Some(room.id());
    let listed = state.rooms.values().filter(of_two).map(|room| room.id().clone());
    let show = state.current.iter().cloned().chain(listed).take(limits::SYNC_ROOMS).collect();
    let request = SyncRequest { cursors: cursors.collect(), show };
    ask(state, &request, Question::Sync, fx);
}

/// Takes an answer in; `whole` tells whether our cursors were asked about.
pub(super) fn apply(state: &mut State, reply: SyncReply, whole: bool, fx: &mut Fx) {
    let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
    let mine: Vec<_> = reply.rooms.iter().map(|room| room.room.id.clone()).collect();
    for told in reply.rooms {
        let id = told.room.id.clone();
        match state.rooms.get_mut(&id) {
            Some(room) => stand(room, told, whole, state.limits.catch_up, &me, state.now),
            None => {
                let mut room = Room::new(told, &me);
                room.touch(state.now);
                if let Some(text) = state.drafts.remove(&id) {
                    room.draft.set(text);
                }
                state.rooms.insert(id.clone(), room);
            }
        }
        if whole {
            history::catch_up(state, &id, fx);
        }
    }
    for presence in reply.presence {
        if let Some(room) = state.rooms.get_mut(&presence.room) {
            room.people.replace(presence.online, presence.total, presence.members);
        }
    }
    rooms::keep_only(state, &mine, fx);
    if whole {
        rooms::learn_roles(state, fx);
    }
    queue::give_back_homeless(state, fx);
}

/// A room that we know stands so.
fn stand(room: &mut Room, told: RoomState, whole: bool, catch_up: u32, me: &chat_proto::id::UserId, now: Millis) {
    let is_same = (&room.info, room.role, &room.others) == (&told.room, told.role, &told.people);
    if !is_same || (&room.read, room.timeline.epoch()) != (&told.read, &told.epoch) || told.reset {
        room.touch(now);
    }
    let behind = room.timeline.cursor().map_or(0, |cursor| told.head.seq.saturating_sub(cursor.seq));
    if told.reset || told.epoch != *room.timeline.epoch() || (whole && behind > u64::from(catch_up)) {
        room.start_anew(me, told.epoch);
    } else if whole {
        room.timeline.confirmed();
    }
    (room.info, room.role, room.others) = (told.room, told.role, told.people);
    room.read = told.read;
    // What came live beyond the server's figures counts on top of them.
    let beyond = room.timeline.lines_in(told.head.seq + 1..);
    let (mut unread, mut mentions) = (0, 0);
    for line in beyond.filter(|line| line.author.id != *me) {
        unread += u64::from(counts(line));
        mentions += u64::from(line.mentions(me));
    }
    room.read.unread += unread;
    room.read.mentions += mentions;
    if told.head.seq >= room.head.seq || told.reset {
        room.counted = told.head.seq;
        room.head = told.head;
    }
}
