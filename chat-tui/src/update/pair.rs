//! Whose all of it is: what is kept belongs to a pair of server and user, and nothing is sent or
//! shown under another one.

use super::{Fx, cache, drafts, queue};
use crate::effect::Effect;
use crate::state::State;
use crate::state::outbox::{Item, Outbox, Phase};
use crate::storage::{Kept, Pair};

/// The token in use belongs to that pair from now on, as far as is known. What is kept for it is
/// shown until the server tells more.
pub(super) fn expect(state: &mut State, pair: Option<Pair>, fx: &mut Fx) {
    if state.pair() == pair {
        return;
    }
    leave(state, fx);
    (state.me, state.server) = (None, None);
    fx.extend(pair.map(Effect::Load));
}

/// The server says that this is somebody else than before: what is on its way stays with those
/// whose it is.
pub(super) fn leave(state: &mut State, fx: &mut Fx) {
    let was_somebody = state.pair().is_some();
    drafts::keep(state, fx);
    cache::keep_all(state, fx);
    drafts::seal(state, fx);
    if was_somebody {
        let text = state.composer.take();
        if !text.is_empty() {
            state.recall.keep(&text);
        }
        give_back(state);
    }
    state.outbox = Outbox::default();
    state.stranded.clear();
    state.drafts.clear();
    state.rooms.clear();
    state.friends = None;
    (state.current, state.last, state.chosen, state.popup, state.find) = (None, None, None, None, None);
    (state.kept_draft, state.unsealed_since, state.lasts) = (None, None, false);
}

/// What waits and is kept nowhere would be gone: its text can be had again.
fn give_back(state: &mut State) {
    let open = state.outbox.items().filter(|item| !state.lasts && !matches!(item.phase, Phase::Stored(_)));
    let unsent: Vec<String> = open.filter_map(|item| item.work.said()).map(|text| text.as_str().to_owned()).collect();
    if unsent.is_empty() {
        return;
    }
    unsent.iter().for_each(|text| state.recall.keep(text));
    let count = unsent.len();
    state.complain(format!("Not sent, since you are somebody else now: {count} of your messages. Ctrl+Up brings the text back."));
}

/// The server has said who this is: keeps it beside the token, and asks for what is kept of them,
/// and of others.
pub(super) fn settle(state: &mut State, changed: bool, first: bool, fx: &mut Fx) {
    let Some(pair) = state.pair() else { return };
    if changed && state.passing.is_none() {
        fx.push(Effect::Load(pair.clone()));
    }
    if changed || first {
        fx.push(Effect::FindStranded(pair.clone()));
    }
    if state.passing.is_some() {
        return;
    }
    cache::keep_who(state, fx);
    if let Some(known) = state.credentials.in_use_mut().filter(|known| known.pair.as_ref() != Some(&pair))
        && !state.settings.given_token
    {
        known.pair = Some(pair.clone());
        fx.push(Effect::KeepPair(pair));
    }
}

/// What is kept for a pair is here.
pub(super) fn loaded(state: &mut State, kept: Kept, fx: &mut Fx) {
    let Kept { who, rooms, outbox, drafts, lasts, troubles } = kept;
    if !troubles.is_empty() {
        state.complain(troubles.join(" "));
    }
    match (&state.me, who) {
        // The server has said where the rooms stand.
        (Some(_), _) => {}
        (None, Some(who)) => cache::show(state, who, rooms, fx),
        // Whose it is can be told by the server alone; it is asked for again then.
        (None, None) => return,
    }
    let newer: Vec<Item> = state.outbox.items().cloned().collect();
    let mut items = outbox;
    items.retain(|item| !newer.iter().any(|known| known.client_id == item.client_id));
    items.extend(newer);
    state.outbox = Outbox::restore(items);
    state.lasts = lasts;
    for (id, text) in drafts {
        if state.current.as_ref() == Some(&id) {
            if state.composer.is_empty() {
                state.kept_draft = Some(text.clone());
                state.composer.set(text);
            } else {
                // Something was typed meanwhile; the key for older input brings the draft.
                state.recall.keep(&text);
            }
        } else if let Some(room) = state.rooms.get_mut(&id) {
            room.draft.set(text);
        } else {
            state.drafts.insert(id, text);
        }
    }
    cache::settle_outbox(state, fx);
    queue::give_back_orphans(state, fx);
    queue::flush(state, fx);
}
