//! The supervisor of the connection: when to open one, when it counts as down, when to come back.

use chat_proto::PROTOCOL;
use chat_proto::error::{Code, Error, Retry};
use chat_proto::event::{Closing, Welcome};
use chat_proto::handshake::{Auth, Versions};
use chat_proto::place::Millis;
use chat_proto::text::ClientName;
use chat_proto::user::UserKind;
use chat_proto::words;

use super::{Fx, account, friends, history, pair, queue, rooms, sync};
use crate::effect::Effect;
use crate::state::State;
use crate::state::link::{BACKOFF_MAX_MS, BACKOFF_MIN_MS, Farewell, LASTING_MS, Phase};
use crate::state::room::Room;

/// Opens a connection now; one that is open is closed.
pub(super) fn open(state: &mut State, fx: &mut Fx) {
    let Some(auth) = auth(state) else {
        state.link.phase = Phase::Failed(words::PLAIN_HTTP_REFUSED.to_owned());
        return;
    };
    state.link.number += 1;
    state.link.phase = Phase::Opening(state.now);
    state.link.heard_at = state.now;
    state.link.farewell = None;
    state.link.is_silent = true;
    fx.push(Effect::Connect(state.link.number, auth));
}

/// Who we say that we are; `None` when it may not be said on this line.
fn auth(state: &State) -> Option<Auth> {
    let mut auth = Auth { client: ClientName::parse(crate::CLIENT).ok(), protocol: Some(Versions::One(PROTOCOL)), ..Auth::default() };
    if let Some(name) = &state.passing {
        auth.guest = Some(name.clone());
    } else if let Some(account) = &state.credentials.account {
        if !account::may_tell_secrets(state) {
            return None;
        }
        auth.token = Some(account.token.clone());
    } else if let Some(guest) = &state.credentials.guest {
        auth.guest = Some(guest.name.clone());
        auth.token = Some(guest.token.clone());
    }
    Some(auth)
}

/// Something came. Until then, what is held stays to be read: it may be long.
pub(super) fn heard(state: &mut State) {
    if std::mem::take(&mut state.link.is_silent) {
        state.rooms.values_mut().for_each(Room::reconnected);
    }
}

/// The connection is down, or was never up.
pub(super) fn down(state: &mut State, fx: &mut Fx) {
    let welcomed = state.link.is_online();
    forget_connection(state, welcomed, fx);
    match state.link.farewell.take() {
        Some(Farewell::Never(reason)) => state.link.phase = Phase::Failed(reason),
        Some(Farewell::SignedOut) => account::signed_out(state, fx),
        Some(Farewell::Later(after)) => wait(state, after),
        None => wait(state, None),
    }
}

/// The server refused the handshake.
pub(super) fn refused(state: &mut State, error: Error, fx: &mut Fx) {
    forget_connection(state, false, fx);
    match error {
        Error { code: Code::SignedOut, .. } => account::signed_out(state, fx),
        Error { retry: Retry::Never, message, .. } => state.link.phase = Phase::Failed(message),
        Error { retry_after_ms, message, .. } => {
            state.link.reason = Some(message);
            wait(state, retry_after_ms);
        }
    }
}

/// The server is about to close the connection.
pub(super) fn closing(state: &mut State, Closing { error }: Closing, fx: &mut Fx) {
    state.link.farewell = Some(match error {
        Error { code: Code::SignedOut, .. } => Farewell::SignedOut,
        Error { retry: Retry::Never, message, .. } => Farewell::Never(message),
        Error { retry_after_ms, .. } => Farewell::Later(retry_after_ms),
    });
    down(state, fx);
}

/// Everything that belonged to the connection is gone with it.
fn forget_connection(state: &mut State, welcomed: bool, fx: &mut Fx) {
    fx.push(Effect::Disconnect);
    // Whatever the old connection still says is about nothing that we know.
    state.link.number += 1;
    if let Some(item) = state.outbox.cut(state.now, welcomed) {
        queue::set_aside(state, item, fx);
    }
    for question in state.asked.clear() {
        history::lost(state, &question);
    }
    state.sync_at = None;
    state.typing_told = None;
    state.rooms.values_mut().for_each(Room::disconnected);
}

fn wait(state: &mut State, after: Option<Millis>) {
    if state.link.online_since > 0 && state.link.online_since + LASTING_MS <= state.now {
        (state.link.attempts, state.link.online_since) = (0, 0);
    }
    let most = (BACKOFF_MIN_MS << state.link.attempts.min(6)).min(BACKOFF_MAX_MS);
    let own = state.random.between(BACKOFF_MIN_MS.max(most / 2), most + 1);
    state.link.attempts += 1;
    state.link.phase = Phase::Waiting(state.now + after.unwrap_or(own).max(BACKOFF_MIN_MS));
}

/// Closes the connection and opens another at once.
pub(super) fn reconnect(state: &mut State, fx: &mut Fx) {
    let welcomed = state.link.is_online();
    forget_connection(state, welcomed, fx);
    state.link.attempts = 0;
    open(state, fx);
}

/// The connection is up, and the server tells who we are and where things stand.
pub(super) fn welcome(state: &mut State, welcome: Welcome, fx: &mut Fx) {
    let first = !state.link.was_online;
    let pair = Some((welcome.server.id.clone(), welcome.user.id.clone()));
    let changed = state.pair() != pair;
    let known_here = state.pair().is_some();
    if changed {
        pair::leave(state, fx);
    }
    let wished = state.credentials.guest.as_ref().filter(|_| state.credentials.account.is_none()).map(|guest| guest.name.clone());
    let wished = state.passing.clone().or(wished);
    state.link.phase = Phase::Online;
    state.link.online_since = state.now;
    state.link.tokens_refused = 0;
    state.link.reason = None;
    state.link.was_online = true;
    state.server = Some(welcome.server);
    state.limits = welcome.limits;
    let is_guest = welcome.user.kind == UserKind::Guest;
    let name = welcome.user.name.clone();
    state.me = Some(welcome.user);

    pair::settle(state, changed, first, fx);
    if let Some(wished) = wished.filter(|wished| is_guest && *wished != name && !known_here) {
        state.say(words::fill(words::NAME_WAS_TAKEN, &[("wished", wished.as_str()), ("name", name.as_str())]));
    } else if first && is_guest && !state.settings.private_line {
        state.say(words::PLAIN_HTTP_GUEST);
    }
    sync::apply(state, welcome.sync, false, fx);
    queue::forget_lost(state);
    rooms::settle_on_one(state, fx);
    sync::ask_now(state, fx);
    friends::learn(state, fx);
    account::tell_away_again(state, fx);
    queue::flush(state, fx);
}
