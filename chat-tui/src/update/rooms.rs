//! Going from room to room; joining, leaving, making one.

use chat_proto::fold::{Line, LineBody};
use chat_proto::id::RoomId;
use chat_proto::name::{JoinCode, RoomName};
use chat_proto::place::Seq;
use chat_proto::request::room_list::RoomSummary;
use chat_proto::request::{RoomFind, RoomMembers};
use chat_proto::room::RoomKind;
use chat_proto::words;

use super::ask::ask_now;
use super::{Fx, cache, compose, history, queue, read, scroll, sync};
use crate::state::asked::Question;
use crate::state::outbox::Work;
use crate::state::room::{Anchor, Room};
use crate::state::shown::Shown;
use crate::state::{Spot, State, Wanted};
use crate::storage::Change;

/// Somebody wants to see a room that is none of theirs.
pub(super) const NOT_IN: &str = "You are not in that room.";
/// In so many answers of `sync` a room is looked for in which this person is a member.
const LOOKS: u8 = 3;

/// Goes to a room.
pub(super) fn enter(state: &mut State, id: &RoomId, fx: &mut Fx) {
    // What friends say has one place for all of it.
    let id = &state.place_of(id);
    if state.current.as_ref() == Some(id) || !state.rooms.contains_key(id) {
        return;
    }
    // Whoever goes elsewhere is done with the search.
    state.find = None;
    compose::stop_typing(state, fx);
    read::leaving(state, fx);
    leave_screen(state, fx);
    state.current = Some(id.clone());
    if let Some(room) = state.rooms.get_mut(id) {
        let draft = std::mem::take(&mut room.draft);
        if state.composer.is_empty() {
            state.composer = draft;
            state.kept_draft = Some(state.composer.draft().to_owned());
        } else if !draft.is_empty() {
            // Somebody typed before there was a room; the key for older input brings the draft.
            state.recall.keep(draft.text());
        }
    }
    for id in state.shown_ids() {
        if let Some(room) = state.rooms.get_mut(&id) {
            room.new_after = (room.read.unread > 0 && room.read.seq > 0).then_some(room.read.seq);
        }
    }
    state.chosen = None;
    state.completion = None;
    state.rooms_toggled &= state.screen.0 >= crate::state::viewport::TWO_COLUMNS;
    history::catch_up(state, id, fx);
    sync::ask_now(state, fx);
}

/// Goes to an entry of a room and chooses it; loads what is around it where that is not held.
pub(super) fn jump(state: &mut State, id: &RoomId, seq: Seq, fx: &mut Fx) {
    if !state.rooms.contains_key(id) {
        state.complain(NOT_IN);
        return;
    }
    state.find = None;
    enter(state, id, fx);
    scroll::go_to(state, id, seq, fx);
    if !state.link.is_online() && state.rooms.get(id).is_some_and(|room| room.goal.is_some()) {
        state.complain("There is no connection. What you look for is shown once it is back.");
    }
}

/// The room on the screen is not there any longer; what was written in it stays with it.
fn leave_screen(state: &mut State, fx: &mut Fx) {
    let shown = state.shown_ids();
    let Some(old) = state.current.take() else { return };
    for id in shown {
        if let Some(room) = state.rooms.get_mut(&id) {
            (room.new_after, room.kept_unread) = (None, false);
        }
    }
    let draft = std::mem::take(&mut state.composer);
    if let Some(room) = state.rooms.get_mut(&old) {
        let text = draft.draft().to_owned();
        room.draft = draft;
        queue::store(state, Change::Draft(old.clone(), text), fx);
    }
    state.last = Some(old);
}

/// Goes to the room that is wanted, if it is known; else to some room, when there is none.
pub(super) fn settle_on_one(state: &mut State, fx: &mut Fx) {
    match state.wanted.take() {
        Some(Wanted::Named(name)) => match state.room_named(&name).map(|room| room.id().clone()) {
            Some(id) => enter(state, &id, fx),
            None => join(state, name, fx),
        },
        Some(Wanted::Room(id, _)) if state.rooms.contains_key(&id) => enter(state, &id, fx),
        Some(Wanted::Room(id, more)) => {
            if let Some(more) = more.checked_sub(1) {
                state.wanted = Some(Wanted::Room(id, more));
                sync::ask_now(state, fx);
            }
        }
        None => {}
    }
    settle_on_any(state, fx);
}

/// Goes to a room in which this person is a member now, at once or as soon as it is told.
pub(super) fn want(state: &mut State, id: &RoomId, fx: &mut Fx) {
    if state.rooms.contains_key(id) {
        enter(state, id, fx);
    } else {
        state.wanted = Some(Wanted::Room(id.clone(), LOOKS));
        sync::ask_now(state, fx);
    }
}

/// The same as long as nothing can be asked: a room that is wanted and not known stays wanted.
pub(super) fn settle_on_known(state: &mut State, fx: &mut Fx) {
    let known = match &state.wanted {
        Some(Wanted::Named(name)) => state.room_named(name).map(|room| room.id().clone()),
        Some(Wanted::Room(id, _)) => Some(id.clone()).filter(|id| state.rooms.contains_key(id)),
        None => None,
    };
    if let Some(id) = known {
        state.wanted = None;
        enter(state, &id, fx);
    }
    settle_on_any(state, fx);
}

fn settle_on_any(state: &mut State, fx: &mut Fx) {
    if state.current.is_none()
        && let Some(id) = state.listed().first().map(|room| room.id().clone())
    {
        enter(state, &id, fx);
    }
}

/// Only these rooms are still mine. Gives the one on the screen, where it is not.
pub(super) fn keep_only(state: &mut State, mine: &[RoomId], fx: &mut Fx) -> Option<RoomId> {
    for room in state.rooms.values().filter(|room| !mine.contains(room.id())) {
        cache::forget(state, room, fx);
    }
    let gone = state.current.clone().filter(|id| !mine.contains(id));
    if let Some(id) = &gone {
        leave_screen(state, fx);
        state.rooms.retain(|id, _| mine.contains(id));
        state.last = state.last.take().filter(|last| last != id);
        settle_on_one(state, fx);
    } else {
        state.rooms.retain(|id, _| mine.contains(id));
    }
    // A friend's room can go while all of them are on the screen.
    state.chosen.take_if(|spot| matches!(spot, Spot::Line(room, _) if !mine.contains(room)));
    gone
}

/// A page of that room came. Of the inbox it may tell who took the room away that was on the screen before
/// the line was lost.
pub(super) fn explain(state: &mut State, id: &RoomId) {
    let Some(inbox) = state.rooms.get(id).filter(|room| room.is_inbox()) else { return };
    let tells = |line: &Line| match &line.body {
        LineBody::Removed(removed) if state.taken.as_ref() == Some(&removed.room) => {
            let values = [("name", line.author.name.as_str()), ("room", removed.name.as_str())];
            Some(words::fill(words::REMOVED_YOU, &values))
        }
        _ => None,
    };
    let told = inbox.timeline.lines_in(inbox.read.seq + 1..).filter_map(tells).next_back();
    if let Some(sentence) = told {
        state.taken = None;
        state.say(sentence);
    }
}

/// Joins the room of that name, or goes there if it is mine already.
pub(super) fn join(state: &mut State, name: RoomName, fx: &mut Fx) {
    match state.room_named(&name).map(|room| room.id().clone()) {
        Some(id) => enter(state, &id, fx),
        None => ask_now(state, &RoomFind { name: name.clone() }, Question::Find(name), fx),
    }
}

/// The room that was asked for by its name, or by a join code.
pub(super) fn found(state: &mut State, found: RoomSummary, code: Option<JoinCode>, fx: &mut Fx) {
    if state.rooms.contains_key(&found.room.id) {
        enter(state, &found.room.id, fx);
        return;
    }
    if found.joined {
        want(state, &found.room.id, fx);
    } else {
        queue::queue(state, Work::Join { room: found.room.id, code }, false, fx);
    }
}

/// Something of the outbox that was about rooms is stored; `room` is where, where that is known.
pub(super) fn done(state: &mut State, work: &Work, room: Option<&RoomId>, fx: &mut Fx) {
    match work {
        Work::Create { .. } | Work::Direct { .. } => match room {
            Some(room) => want(state, room, fx),
            None => sync::ask_now(state, fx),
        },
        Work::Join { room, .. } => want(state, room, fx),
        Work::Leave { .. } => sync::ask_now(state, fx),
        Work::Invite { name, .. } => state.say(words::fill(words::INVITATION_SENT, &[("user", name)])),
        Work::Send { .. }
        | Work::SendTo { .. }
        | Work::Edit { .. }
        | Work::Delete { .. }
        | Work::React { .. }
        | Work::Topic { .. }
        | Work::Remove { .. }
        | Work::Role { .. }
        | Work::Configure { .. }
        // The inbox tells what came of it.
        | Work::Friend { .. } => {}
    }
}

/// The room on the screen, for what is about its members and its rules. A conversation has none, and no
/// name that a question could call it by: says so.
pub(super) fn with_members(state: &mut State) -> Option<RoomId> {
    let room = state.room()?;
    if room.has_name() {
        return Some(room.id().clone());
    }
    let is_friends = room.is_friends();
    state.complain(if is_friends { words::FRIENDS_ARE_NO_ROOM } else { "That is nothing that a conversation has." });
    None
}

/// Goes to the room so many places further in the list.
pub(super) fn step(state: &mut State, by: isize, fx: &mut Fx) {
    let ids: Vec<RoomId> = state.listed().into_iter().map(|room| room.id().clone()).collect();
    let here = ids.iter().position(|id| state.current.as_ref() == Some(id)).unwrap_or(0);
    let count = isize::try_from(ids.len()).unwrap_or(isize::MAX).max(1);
    let there = (isize::try_from(here).unwrap_or(0) + by).rem_euclid(count);
    if let Some(id) = usize::try_from(there).ok().and_then(|there| ids.get(there)) {
        enter(state, id, fx);
    }
}

/// Goes to the room with that number in the list, from 1.
pub(super) fn by_number(state: &mut State, number: usize, fx: &mut Fx) {
    match number.checked_sub(1).and_then(|index| state.listed().get(index).map(|room| room.id().clone())) {
        Some(id) => enter(state, &id, fx),
        None => state.complain(format!("There is no room number {number}.")),
    }
}

/// Goes to the next room with something unread, those with a mention first.
pub(super) fn next_unread(state: &mut State, fx: &mut Fx) {
    let listed = state.listed();
    let here = listed.iter().position(|room| state.current.as_ref() == Some(room.id())).unwrap_or(0);
    let others = listed[here.min(listed.len())..].iter().skip(1).chain(&listed[..here.min(listed.len())]);
    let mut unread: Vec<_> = others.filter(|room| state.unread(room).0 > 0).collect();
    unread.sort_by_key(|room| state.unread(room).1 == 0);
    match unread.first().map(|room| room.id().clone()) {
        Some(id) => enter(state, &id, fx),
        None => state.say("Nothing is unread."),
    }
}

/// Goes to the first line that was unread.
pub(super) fn first_unread(state: &mut State) {
    let mark = |room: &Room| room.new_after.or((room.read.unread > 0).then_some(room.read.seq));
    let first = if state.is_among_friends() {
        Shown::of(state).first_after(mark).map(|said| said.spot())
    } else {
        let first = |room: &Room| Some(Spot::Line(room.id().clone(), room.timeline.lines_in(mark(room)? + 1..).next()?.seq));
        state.room().and_then(first)
    };
    match (first, state.room_mut()) {
        (Some(first), Some(room)) => room.scroll.anchor = Anchor::Top(first),
        _ => state.say("Nothing is unread here."),
    }
}

/// Asks who keeps order in the room on the screen, where the people are shown and that is not known:
/// presence does not tell it.
pub(super) fn learn_roles(state: &mut State, fx: &mut Fx) {
    let can_have = |room: &&Room| match room.info.kind {
        RoomKind::Public | RoomKind::Private => true,
        RoomKind::Lobby | RoomKind::Direct | RoomKind::Inbox | RoomKind::Friends | RoomKind::Unknown => false,
    };
    let asked = state.asked.any(|question| matches!(question, Question::Members(id, _) if state.current.as_ref() == Some(id)));
    let unknown = state.room().filter(can_have).is_some_and(|room| room.people.roles.is_none());
    if unknown && !asked && state.shows_people() {
        members(state, false, fx);
    }
}

/// Asks who is in the room, to list them.
pub(super) fn members(state: &mut State, list: bool, fx: &mut Fx) {
    if let Some(id) = state.current.clone() {
        let request = RoomMembers { room: id.clone() };
        if list {
            ask_now(state, &request, Question::Members(id, list), fx);
        } else {
            super::ask::ask(state, &request, Question::Members(id, list), fx);
        }
    }
}
