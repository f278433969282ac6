//! What is being written, kept while somebody writes: at a moment of rest, and at the end.

use chat_proto::place::Millis;

use super::{Fx, queue};
use crate::effect::Effect;
use crate::state::State;
use crate::storage::Change;

/// A draft is kept so long after the last key.
const REST_MS: Millis = 1_000;
/// What was stored is made durable so long after, unless something urgent has done so.
const SEAL_MS: Millis = 5_000;

/// Whether the draft on the screen is another than the kept one.
fn is_new(state: &State) -> bool {
    state.current.is_some() && state.kept_draft.as_deref() != Some(state.composer.draft())
}

/// When something will be due.
pub(super) fn due_at(state: &State) -> Option<Millis> {
    let draft = is_new(state).then_some(state.active_at + REST_MS);
    let seal = state.unsealed_since.map(|since| since + SEAL_MS);
    [draft, seal].into_iter().flatten().min()
}

/// Does what is due.
pub(super) fn run(state: &mut State, fx: &mut Fx) {
    if is_new(state) && state.active_at + REST_MS <= state.now {
        keep(state, fx);
    }
    if state.unsealed_since.is_some_and(|since| since + SEAL_MS <= state.now) {
        seal(state, fx);
    }
}

/// Keeps the draft on the screen.
pub(super) fn keep(state: &mut State, fx: &mut Fx) {
    let (true, Some(room)) = (is_new(state), state.current.clone()) else { return };
    let text = state.composer.draft().to_owned();
    state.kept_draft = Some(text.clone());
    queue::store(state, Change::Draft(room, text), fx);
}

/// Makes durable what was stored.
pub(super) fn seal(state: &mut State, fx: &mut Fx) {
    if state.unsealed_since.take().is_some() {
        fx.push(Effect::Seal);
    }
}
