//! What is due by the clock, and when the next thing will be.

use chat_proto::limits::AWAY_MS;
use chat_proto::place::Millis;

use super::{Fx, account, action, cache, compose, drafts, history, link, queue, read, sync};
use crate::state::link::{Due, Phase};
use crate::state::{Away, State};

/// How long after its time a typing line stays, should the server not end it.
const TYPING_GRACE_MS: Millis = 2_000;

/// Does what is due.
pub(super) fn run(state: &mut State, fx: &mut Fx) {
    let now = state.now;
    match state.link.due(now) {
        Some(Due::Open) => link::open(state, fx),
        Some(Due::Down) => link::down(state, fx),
        None => {}
    }
    if state.quit_at.is_some_and(|at| at <= now) {
        state.quit_at = None;
        action::quit_unsent(state, fx);
    }
    end_typing(state);
    compose::typing_ended(state, fx);
    drafts::run(state, fx);
    cache::run(state, fx);
    if !state.link.is_online() {
        return;
    }
    if state.sync_at.is_some_and(|at| at <= now) {
        sync::ask_now(state, fx);
    }
    queue::flush(state, fx);
    if history::gap_at(state).is_some_and(|at| at <= now) {
        history::fetch_gaps(state, fx);
    }
    if state.away == Away::No && state.active_at + AWAY_MS <= now {
        account::away(state, Away::Idle, fx);
    }
    history::load_nearby(state, fx);
    read::mark(state, fx);
}

/// When something will be due next; nothing has to be looked at before.
#[must_use]
pub fn next_deadline(state: &State) -> Option<Millis> {
    let now = state.now;
    let link = match state.link.phase {
        // Each second another number is shown.
        Phase::Waiting(until) => Some(until.min(now + 1 + until.saturating_sub(now + 1) % 1_000)),
        Phase::Idle | Phase::Opening(_) | Phase::Online | Phase::Failed(_) => state.link.due_at(),
    };
    let typing = state.shown_rooms().into_iter().filter(|room| !room.typing.0.is_empty());
    let typing = typing.map(|room| typing_end(state, room.typing.1)).min();
    let own_typing = compose::typing_end(state);
    let typing = [typing, state.quit_at, drafts::due_at(state), cache::due_at(state)].into_iter().flatten().min();
    if !state.link.is_online() {
        return [link, typing].into_iter().flatten().min();
    }
    let away = (state.away == Away::No).then_some(state.active_at + AWAY_MS);
    // A page that was put off for the room on the screen.
    let load = state.shown_rooms().into_iter().map(|room| room.load_at).filter(|at| *at > now).min();
    let outbox = state.outbox.next_due(now);
    let all = [link, typing, own_typing, away, load, outbox, state.sync_at, history::gap_at(state), read::mark_at(state)];
    all.into_iter().flatten().min()
}

fn typing_end(state: &State, since: Millis) -> Millis {
    since + Millis::from(state.limits.typing_ms) + TYPING_GRACE_MS
}

fn end_typing(state: &mut State) {
    let over = |since: Millis, state: &State| typing_end(state, since) <= state.now;
    let ended: Vec<_> = state.rooms.values().filter(|room| over(room.typing.1, state)).map(|room| room.id().clone()).collect();
    for id in ended {
        if let Some(room) = state.rooms.get_mut(&id) {
            room.typing.0.clear();
        }
    }
}
