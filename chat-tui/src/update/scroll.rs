//! Where the screen stands in a room.

use chat_proto::fold::Line;
use chat_proto::id::RoomId;

use super::{Fx, history, read};
use crate::state::room::{Anchor, Goal, Scroll};
use crate::state::viewport::Viewport;
use crate::state::{Spot, State};

/// Moves by rows; up is positive.
pub(super) fn by(state: &mut State, rows: i32) {
    if let Some(room) = state.room_mut() {
        room.scroll.rows += rows;
    }
}

/// Moves by screens.
pub(super) fn by_page(state: &mut State, up: bool) {
    let rows = i32::from(state.viewport.height.saturating_sub(2).max(1));
    by(state, if up { rows } else { -rows });
}

/// Goes to the newest line.
pub(super) fn bottom(state: &mut State) {
    state.chosen = None;
    if let Some(room) = state.room_mut() {
        room.scroll = Scroll::default();
        room.goal = None;
    }
}

/// Goes to the first line of the log.
pub(super) fn beginning(state: &mut State, fx: &mut Fx) {
    let Some(id) = state.current.clone() else { return };
    if let Some(room) = state.room_mut() {
        room.goal = Some(Goal::Beginning);
    }
    history::reach_goal(state, &id, fx);
}

/// Goes to a line and chooses it; loads it first where it is not held.
pub(super) fn go_to(state: &mut State, seq: u64, fx: &mut Fx) {
    let Some(id) = state.current.clone() else { return };
    if let Some(room) = state.room_mut() {
        room.goal = Some(Goal::Line(seq));
    }
    history::reach_goal(state, &id, fx);
}

/// The line is held: it stands in the middle now, and is chosen.
pub(super) fn show(state: &mut State, id: &RoomId, seq: u64) {
    if let Some(room) = state.rooms.get_mut(id) {
        room.goal = None;
        room.scroll = Scroll { anchor: Anchor::Middle(Spot::Line(seq)), rows: 0 };
    }
    if state.current.as_ref() == Some(id) {
        state.chosen = Some(Spot::Line(seq));
    }
}

/// The beginning is held: its first line stands at the top now.
pub(super) fn show_beginning(state: &mut State, id: &RoomId) {
    if let Some(room) = state.rooms.get_mut(id) {
        room.goal = None;
        if let Some(first) = room.timeline.lines().next().map(|line| line.seq) {
            room.scroll = Scroll { anchor: Anchor::Top(Spot::Line(first)), rows: 0 };
        }
    }
}

/// Goes to the next line that mentions the reader, or the one before.
pub(super) fn mention(state: &mut State, forward: bool, fx: &mut Fx) {
    let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
    let Some(room) = state.room() else { return };
    let from = match (&state.chosen, &room.scroll.anchor) {
        (Some(Spot::Line(seq)), _) | (None, Anchor::At(Spot::Line(seq), _)) => *seq,
        _ => u64::MAX,
    };
    let is_one = |line: &&Line| line.mentions(&me);
    let found = if forward {
        room.timeline.lines_in(from.saturating_add(1)..).find(is_one)
    } else {
        room.timeline.lines_in(..from).rev().find(is_one)
    };
    match found.map(|line| line.seq) {
        Some(seq) => go_to(state, seq, fx),
        None => state.say("No other line here mentions you."),
    }
}

/// The screen was drawn: moving is done, and what is in view is known.
pub(super) fn drawn(state: &mut State, viewport: Viewport, fx: &mut Fx) {
    state.viewport = viewport;
    let (id, anchor) = (state.viewport.room.clone(), state.viewport.anchor.clone());
    if let Some(room) = id.and_then(|id| state.rooms.get_mut(&id)) {
        room.left_bottom_at = match (&anchor, room.left_bottom_at) {
            (Anchor::Bottom, _) => None,
            (_, Some(left)) => Some(left),
            (_, None) => room.timeline.cursor().map(|cursor| cursor.seq),
        };
        room.scroll = Scroll { anchor, rows: 0 };
    }
    history::load_nearby(state, fx);
    read::mark(state, fx);
}
