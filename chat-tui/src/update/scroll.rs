//! Where the screen stands in a room.

use chat_proto::fold::Line;
use chat_proto::id::RoomId;

use super::{Fx, history, read};
use crate::state::room::{Anchor, Goal, Scroll};
use crate::state::shown::Shown;
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
    for id in state.shown_ids() {
        if let Some(room) = state.rooms.get_mut(&id) {
            (room.scroll, room.goal) = (Scroll::default(), None);
        }
    }
}

/// Goes to the first line of the log.
pub(super) fn beginning(state: &mut State, fx: &mut Fx) {
    if let Some(id) = state.current.clone() {
        aim(state, &id, Goal::Beginning, fx);
    }
}

/// Goes to a line of a room on the screen and chooses it; loads it first where it is not held.
pub(super) fn go_to(state: &mut State, id: &RoomId, seq: u64, fx: &mut Fx) {
    aim(state, id, Goal::Line(seq), fx);
}

fn aim(state: &mut State, id: &RoomId, goal: Goal, fx: &mut Fx) {
    // One can be under way to one place only.
    for id in state.shown_ids() {
        if let Some(room) = state.rooms.get_mut(&id) {
            room.goal = None;
        }
    }
    if let Some(room) = state.rooms.get_mut(id) {
        room.goal = Some(goal);
    }
    history::reach_goal(state, id, fx);
}

/// The line is held: it stands in the middle now, and is chosen.
pub(super) fn show(state: &mut State, id: &RoomId, seq: u64) {
    let (place, spot) = (state.place_of(id), Spot::Line(id.clone(), seq));
    if let Some(room) = state.rooms.get_mut(id) {
        room.goal = None;
    }
    if let Some(room) = state.rooms.get_mut(&place) {
        room.scroll = Scroll { anchor: Anchor::Middle(spot.clone()), rows: 0 };
    }
    if state.current.as_ref() == Some(&place) {
        state.chosen = Some(spot);
    }
}

/// The beginning is held: its first line stands at the top now.
pub(super) fn show_beginning(state: &mut State, id: &RoomId) {
    let first = if state.is_among_friends() {
        Shown::of(state).first_after(|_| Some(0)).map(|said| said.spot())
    } else {
        let first = state.rooms.get(id).and_then(|room| room.timeline.lines().next());
        first.map(|line| Spot::Line(id.clone(), line.seq))
    };
    if let Some(room) = state.rooms.get_mut(id) {
        room.goal = None;
        if let Some(first) = first {
            room.scroll = Scroll { anchor: Anchor::Top(first), rows: 0 };
        }
    }
}

/// Goes to the next line that mentions the reader, or the one before.
pub(super) fn mention(state: &mut State, forward: bool, fx: &mut Fx) {
    let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
    let Some(room) = state.room() else { return };
    let from = match (&state.chosen, &room.scroll.anchor) {
        (Some(spot @ Spot::Line(..)), _) | (None, Anchor::At(spot @ Spot::Line(..), _)) => Some(spot),
        _ => None,
    };
    let found = if room.is_friends() {
        let shown = Shown::of(state);
        let from = from.and_then(|spot| shown.line(spot));
        let first = match &from {
            Some(from) => shown.line_beside(from, forward),
            None => shown.last_line().filter(|_| !forward),
        };
        std::iter::successors(first, |said| shown.line_beside(said, forward))
            .find(|said| said.line.mentions(&me))
            .map(|said| (said.room.id().clone(), said.line.seq))
    } else {
        let from = from.and_then(history::spot_seq).unwrap_or(u64::MAX);
        let is_one = |line: &&Line| line.mentions(&me);
        let found = if forward {
            room.timeline.lines_in(from.saturating_add(1)..).find(is_one)
        } else {
            room.timeline.lines_in(..from).rev().find(is_one)
        };
        found.map(|line| (room.id().clone(), line.seq))
    };
    match found {
        Some((id, seq)) => go_to(state, &id, seq, fx),
        None => state.say("No other line here mentions you."),
    }
}

/// The screen was drawn: moving is done, and what is in view is known.
pub(super) fn drawn(state: &mut State, viewport: Viewport, fx: &mut Fx) {
    state.viewport = viewport;
    let (id, anchor) = (state.viewport.room.clone(), state.viewport.anchor.clone());
    if let Some(id) = id.filter(|id| state.current.as_ref() == Some(id)) {
        for id in state.shown_ids() {
            if let Some(room) = state.rooms.get_mut(&id) {
                room.left_bottom_at = match (&anchor, room.left_bottom_at) {
                    (Anchor::Bottom, _) => None,
                    (_, Some(left)) => Some(left),
                    (_, None) => room.timeline.cursor().map(|cursor| cursor.seq),
                };
            }
        }
        if let Some(room) = state.rooms.get_mut(&id) {
            room.scroll = Scroll { anchor, rows: 0 };
        }
    }
    history::load_nearby(state, fx);
    read::mark(state, fx);
}
