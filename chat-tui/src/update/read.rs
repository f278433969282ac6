//! The read position: how far the newest line was in view.

use chat_proto::id::RoomId;
use chat_proto::place::{Millis, Seq};
use chat_proto::request::RoomMarkRead;

use super::Fx;
use super::ask::ask;
use crate::state::asked::Question;
use crate::state::room::{Anchor, Room};
use crate::state::shown::{Said, Shown};
use crate::state::{Spot, State};

/// The server is told at most this often.
const THROTTLE_MS: Millis = 1_000;
/// So many read positions are told at once.
const AT_ONCE: usize = 8;

/// Whether the newest line is in view and the server does not know yet.
fn is_due(state: &State, room: &Room) -> bool {
    let is_new = room.timeline.cursor().is_some_and(|cursor| cursor.seq > room.read.seq && cursor.seq > room.marked);
    if !is_new {
        return false;
    }
    // The screen may hang on another room than this one: what friends say is read all together.
    let Some(place) = state.rooms.get(&state.place_of(room.id())) else { return false };
    let seen = state.viewport.room.as_ref() == Some(place.id()) && place.scroll.anchor == Anchor::Bottom && room.shows_live();
    seen && state.focused && !room.kept_unread
}

/// The window has the focus, or has lost it: what comes meanwhile stands below the line of the new.
pub(super) fn focus(state: &mut State, focused: bool, fx: &mut Fx) {
    state.focused = focused;
    for id in state.shown_ids() {
        let Some(room) = state.rooms.get_mut(&id) else { continue };
        let cursor = room.timeline.cursor().map(|cursor| cursor.seq);
        let has_new = room.new_after.is_some_and(|mark| room.timeline.lines_in(mark + 1..).next().is_some());
        if focused && !has_new {
            room.new_after = None;
        } else if !focused && room.read.unread == 0 {
            room.new_after = cursor;
        }
    }
    mark(state, fx);
}

/// When the server may be told next.
pub(super) fn mark_at(state: &State) -> Option<Millis> {
    due(state).map(|room| room.marked_at + THROTTLE_MS).min()
}

/// The rooms on the screen of which the server does not know yet that they are read. Not more than some
/// at once: there may be hundreds of friends.
fn due(state: &State) -> impl Iterator<Item = &Room> {
    let open = state.asked.count(|question| matches!(question, Question::MarkRead(_)));
    let rooms = if state.link.is_online() { state.shown_rooms() } else { Vec::new() };
    rooms.into_iter().filter(|room| is_due(state, room)).take(AT_ONCE.saturating_sub(open))
}

/// Tells the server, when that is due.
pub(super) fn mark(state: &mut State, fx: &mut Fx) {
    let due = due(state).filter(|room| room.marked_at + THROTTLE_MS <= state.now);
    for id in due.map(|room| room.id().clone()).collect::<Vec<_>>() {
        mark_room(state, &id, fx);
    }
}

/// The room is left: what was seen in it is told now, since it is not looked at when the time is over.
pub(super) fn leaving(state: &mut State, fx: &mut Fx) {
    for id in due(state).map(|room| room.id().clone()).collect::<Vec<_>>() {
        mark_room(state, &id, fx);
    }
}

/// Tells the server that all that is on the screen, or would be after scrolling, is read.
pub(super) fn mark_now(state: &mut State, fx: &mut Fx) {
    for id in state.shown_ids() {
        mark_room(state, &id, fx);
    }
}

fn mark_room(state: &mut State, id: &RoomId, fx: &mut Fx) -> bool {
    let now = state.now;
    let Some(room) = state.rooms.get_mut(id) else { return false };
    let Some(place) = room.timeline.cursor_place() else { return false };
    let id = room.id().clone();
    (room.marked_at, room.marked, room.kept_unread) = (now, place.seq, false);
    (room.read.unread, room.read.mentions) = (0, 0);
    let request = RoomMarkRead { room: id.clone(), place, unread: false };
    ask(state, &request, Question::MarkRead(id), fx)
}

/// Moves the read position back, to just before this line; among friends that of all whose lines stand there
/// or below.
pub(super) fn mark_unread(state: &mut State, spot: &Spot, fx: &mut Fx) {
    let first = {
        let shown = Shown::of(state);
        let Some(first) = shown.line(spot) else { return };
        let mut firsts: Vec<(RoomId, Seq)> = Vec::new();
        let mut note = |said: &Said<'_>| {
            if !firsts.iter().any(|(id, _)| id == said.room.id()) {
                firsts.push((said.room.id().clone(), said.line.seq));
            }
        };
        note(&first);
        if state.is_among_friends() {
            std::iter::successors(shown.line_below(&first), |said| shown.line_below(said)).for_each(|said| note(&said));
        }
        firsts
    };
    for (id, seq) in first {
        mark_room_unread(state, &id, seq, fx);
    }
}

fn mark_room_unread(state: &mut State, id: &RoomId, from: Seq, fx: &mut Fx) {
    let Some(room) = state.rooms.get_mut(id) else { return };
    let Some(before) = room.timeline.lines_in(..from).next_back().map(chat_proto::fold::Line::mark) else { return };
    let place = before.at(room.timeline.epoch());
    let id = room.id().clone();
    (room.kept_unread, room.new_after, room.marked) = (true, Some(before.seq), 0);
    super::ask::ask_now(state, &RoomMarkRead { room: id.clone(), place, unread: true }, Question::MarkRead(id), fx);
}
