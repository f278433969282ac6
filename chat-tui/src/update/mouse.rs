//! The mouse: the wheel scrolls, a click chooses.

use super::{Fx, find, popup, rooms, scroll};
use crate::event::Mouse;
use crate::state::State;
use crate::state::popup::Popup;
use crate::state::viewport::Click;

/// Rows that the wheel moves by.
const WHEEL: i32 = 3;

/// Takes it in.
pub(super) fn mouse(state: &mut State, mouse: Mouse, column: u16, row: u16, fx: &mut Fx) {
    state.active_at = state.now;
    match (mouse, state.popup.is_some()) {
        (Mouse::WheelUp, true) => popup::step(state, -1),
        (Mouse::WheelDown, true) => popup::step(state, 1),
        (Mouse::WheelUp, false) if state.is_finding() => find::step(state, -1, fx),
        (Mouse::WheelDown, false) if state.is_finding() => find::step(state, 1, fx),
        (Mouse::WheelUp, false) => scroll::by(state, WHEEL),
        (Mouse::WheelDown, false) => scroll::by(state, -WHEEL),
        (Mouse::Click, over) => match state.viewport.hit(column, row).cloned() {
            Some(Click::Choice(index)) if over => popup::click(state, index, fx),
            _ if over => {
                // A click beside it closes it, unless something is being typed there.
                if !matches!(state.popup, Some(Popup::Secret(_))) {
                    state.popup = None;
                }
            }
            Some(Click::Room(id)) if state.is_finding() => {
                state.find = None;
                rooms::enter(state, &id, fx);
            }
            Some(Click::Choice(index)) if state.is_finding() => find::click(state, index, fx),
            _ if state.is_finding() => {}
            Some(Click::Room(id)) => rooms::enter(state, &id, fx),
            Some(Click::Message(spot)) => state.chosen = (state.chosen.as_ref() != Some(&spot)).then_some(spot),
            Some(Click::Below) => scroll::bottom(state),
            Some(Click::Choice(_)) => {}
            None => state.chosen = None,
        },
    }
}
