//! The supervisor of the connection: when to open one, when it counts as down, when to come back.

use chat_proto::error::Error;
use chat_proto::event::{Closing, Welcome};
use chat_proto::handshake::Auth;
use chat_proto::user::UserKind;
use chat_proto::words;

use super::{Fx, account, friends, history, pair, queue, rooms, sync};
use crate::effect::Effect;
use crate::state::State;
use crate::state::link::{Farewell, Phase};
use crate::state::room::Room;

/// Opens a connection now; one that is open is closed.
pub(super) fn open(state: &mut State, fx: &mut Fx) {
    let Some(auth) = auth(state) else {
        state.link.phase = Phase::Failed(words::PLAIN_HTTP_REFUSED.to_owned());
        return;
    };
    let number = state.link.open(state.now);
    fx.push(Effect::Connect(number, auth));
}

/// Who we say that we are; `None` when it may not be said on this line.
fn auth(state: &State) -> Option<Auth> {
    let tells_secret = state.passing.is_none() && state.credentials.account.is_some();
    (!tells_secret || account::may_tell_secrets(state)).then(|| state.credentials.auth(state.passing.as_ref()))
}

/// Something came. Until then, what is held stays to be read: it may be long.
pub(super) fn heard(state: &mut State) {
    if std::mem::take(&mut state.link.is_silent) {
        state.rooms.values_mut().for_each(Room::reconnected);
    }
}

/// The connection is down, or was never up.
pub(super) fn down(state: &mut State, fx: &mut Fx) {
    forget_connection(state, fx);
    let farewell = state.link.farewell.take().unwrap_or(Farewell::Later(None));
    part(state, farewell, fx);
}

/// Comes back as the server said, or not.
fn part(state: &mut State, farewell: Farewell, fx: &mut Fx) {
    match farewell {
        Farewell::Never(reason) => state.link.phase = Phase::Failed(reason),
        Farewell::SignedOut => account::signed_out(state, fx),
        Farewell::Later(after) => state.link.wait(after, state.now, &mut state.random),
    }
}

/// The server refused the handshake.
pub(super) fn refused(state: &mut State, error: Error, fx: &mut Fx) {
    forget_connection(state, fx);
    let message = error.message.clone();
    let farewell = Farewell::of(error);
    if let Farewell::Later(_) = farewell {
        state.link.reason = Some(message);
    }
    part(state, farewell, fx);
}

/// The server is about to close the connection.
pub(super) fn closing(state: &mut State, Closing { error }: Closing, fx: &mut Fx) {
    state.link.farewell = Some(Farewell::of(error));
    down(state, fx);
}

/// Everything that belonged to the connection is gone with it.
fn forget_connection(state: &mut State, fx: &mut Fx) {
    fx.push(Effect::Disconnect);
    let welcomed = state.link.forget();
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

/// Closes the connection and opens another at once.
pub(super) fn reconnect(state: &mut State, fx: &mut Fx) {
    forget_connection(state, fx);
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
    state.link.welcomed(state.now);
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
