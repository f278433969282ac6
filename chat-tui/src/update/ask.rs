//! Asking the server something on a live link.

use chat_proto::Request;

use super::Fx;
use crate::effect::{Effect, Emit};
use crate::state::State;
use crate::state::asked::Question;

/// Asks, and notes what the answer will be about. Off line it does nothing and says `false`.
pub(super) fn ask<R: Request>(state: &mut State, request: &R, question: Question, fx: &mut Fx) -> bool {
    if !state.link.is_online() {
        return false;
    }
    let rid = state.asked.new_rid();
    state.asked.put(rid.clone(), question, state.now);
    fx.push(Effect::Emit(Emit::new(rid, request)));
    true
}

/// Asks on behalf of a person, who is told when there is no connection.
pub(super) fn ask_now<R: Request>(state: &mut State, request: &R, question: Question, fx: &mut Fx) {
    if !ask(state, request, question, fx) {
        state.complain("There is no connection. Try again once it is back.");
    }
}
