//! Who keeps order: roles in a room and on the server, and removing people.

use chat_proto::action::ActionId;
use chat_proto::id::{RoomId, UserId};
use chat_proto::name::JoinCode;
use chat_proto::request::ServerClaim;
use chat_proto::user::{ServerRole, User};
use chat_proto::words;

use super::ask::ask_now;
use super::{Fx, action, cache, people, queue};
use crate::state::asked::{Question, Wish};
use crate::state::outbox::Work;
use crate::state::{State, role};

/// `/kick NAME`: asks whether to remove somebody from the room.
pub(super) fn kick(state: &mut State, name: &str, fx: &mut Fx) {
    if let Some(room) = state.current.clone() {
        people::find(state, name, Wish::Kick(room), fx);
    }
}

/// Removes them.
pub(super) fn remove(state: &mut State, room: RoomId, user: UserId, fx: &mut Fx) {
    queue::queue(state, Work::Remove { room, user }, false, fx);
}

/// `/role NAME ROLE`.
pub(super) fn give(state: &mut State, line: &str, fx: &mut Fx) {
    let Some((name, word)) = last_word(line) else { return action::usage(state, ActionId::Role) };
    match (state.current.clone(), role::parse(word)) {
        (Some(room), Some(role)) => people::find(state, name, Wish::Role(room, role), fx),
        (Some(_), None) => state.complain(words::fill(words::NO_SUCH_ROLE, &[("role", word)])),
        (None, _) => {}
    }
}

/// `/serverrole NAME ROLE`.
pub(super) fn give_on_server(state: &mut State, line: &str, fx: &mut Fx) {
    let Some((name, word)) = last_word(line) else { return action::usage(state, ActionId::ServerRole) };
    match role::parse_server(word) {
        Some(role) => people::find(state, name, Wish::ServerRole(role), fx),
        None => state.complain(words::fill(words::NO_SUCH_ROLE, &[("role", word)])),
    }
}

/// Somebody has the role on the server.
pub(super) fn given_on_server(state: &mut State, name: &str, role: ServerRole) {
    state.say(words::fill(words::SERVER_ROLE_GIVEN, &[("user", name), ("role", role::server_word(role))]));
}

/// `/claim CODE`.
pub(super) fn claim(state: &mut State, code: &str, fx: &mut Fx) {
    match JoinCode::parse(code) {
        Ok(code) => ask_now(state, &ServerClaim { code }, Question::Claim, fx),
        Err(reason) => state.complain(format!("{code} {reason}.")),
    }
}

/// The server is this person's.
pub(super) fn claimed(state: &mut State, me: User, fx: &mut Fx) {
    state.me = Some(me);
    cache::keep_who(state, fx);
    state.say(words::CLAIMED);
}

/// A name may have spaces in it; a role has none.
fn last_word(line: &str) -> Option<(&str, &str)> {
    line.rsplit_once(char::is_whitespace)
}
