//! The read position: how far the newest line was in view.

use chat_proto::place::Millis;
use chat_proto::request::RoomMarkRead;

use super::Fx;
use super::ask::ask;
use crate::state::State;
use crate::state::asked::Question;
use crate::state::room::{Anchor, Room};

/// The server is told at most this often.
const THROTTLE_MS: Millis = 1_000;

/// Whether the newest line is in view and the server does not know yet.
fn is_due(state: &State, room: &Room) -> bool {
    let Some(cursor) = room.timeline.cursor() else { return false };
    let seen = state.viewport.room.as_ref() == Some(room.id()) && room.scroll.anchor == Anchor::Bottom && room.shows_live();
    seen && state.focused && !room.kept_unread && cursor.seq > room.read.seq && cursor.seq > room.marked
}

/// The window has the focus, or has lost it: what comes meanwhile stands below the line of the new.
pub(super) fn focus(state: &mut State, focused: bool, fx: &mut Fx) {
    state.focused = focused;
    if let Some(room) = state.room_mut() {
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
    let room = state.room().filter(|room| state.link.is_online() && is_due(state, room))?;
    Some(room.marked_at + THROTTLE_MS)
}

/// Tells the server, when that is due.
pub(super) fn mark(state: &mut State, fx: &mut Fx) {
    if mark_at(state).is_some_and(|at| at <= state.now) {
        mark_now(state, fx);
    }
}

/// The room is left: what was seen in it is told now, since it is not looked at when the time is over.
pub(super) fn leaving(state: &mut State, fx: &mut Fx) {
    if mark_at(state).is_some() {
        mark_now(state, fx);
    }
}

/// Tells the server that all of the room is read.
pub(super) fn mark_now(state: &mut State, fx: &mut Fx) -> bool {
    let now = state.now;
    let Some(room) = state.room_mut() else { return false };
    let Some(place) = room.timeline.cursor_place() else { return false };
    let id = room.id().clone();
    (room.marked_at, room.marked, room.kept_unread) = (now, place.seq, false);
    (room.read.unread, room.read.mentions) = (0, 0);
    let request = RoomMarkRead { room: id.clone(), place, unread: false };
    ask(state, &request, Question::MarkRead(id), fx)
}

/// Moves the read position back, to just before this entry.
pub(super) fn mark_unread(state: &mut State, from: u64, fx: &mut Fx) {
    let Some(room) = state.room_mut() else { return };
    let Some(before) = room.timeline.lines_in(..from).next_back().map(chat_proto::fold::Line::mark) else { return };
    let place = before.at(room.timeline.epoch());
    let id = room.id().clone();
    (room.kept_unread, room.new_after, room.marked) = (true, Some(before.seq), 0);
    super::ask::ask_now(state, &RoomMarkRead { room: id.clone(), place, unread: true }, Question::MarkRead(id), fx);
}
