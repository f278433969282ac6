//! Accounts: making one, signing in and out, passwords; and whether one is away.

use chat_proto::name::{DisplayName, Identity};
use chat_proto::request::account_login::SignedIn;
use chat_proto::request::{
    AccountLogin, AccountLogout, AccountRegister, AccountSetPassword, PresenceSet, SessionList, SessionRevoke, UserRename,
};
use chat_proto::secret::Password;
use chat_proto::user::UserKind;
use chat_proto::words;

use super::ask::{ask, ask_now};
use super::{Fx, cache, link, pair};
use crate::credentials::{Credentials, Known};
use crate::effect::Effect;
use crate::state::asked::Question;
use crate::state::link::Phase;
use crate::state::popup::{Popup, Purpose, Secret};
use crate::state::{Away, State};

/// Whether a password or an account's token may go over this line.
pub(super) fn may_tell_secrets(state: &State) -> bool {
    state.settings.private_line || state.settings.insecure
}

fn is_account(state: &State) -> bool {
    state.me.as_ref().is_some_and(|me| me.kind == UserKind::Account)
}

/// Asks for the password of a new account.
pub(super) fn register(state: &mut State, name: &str) {
    if is_account(state) {
        return state.complain("You have an account already. /logout first to make another.");
    }
    ask_secret(state, name, Purpose::Register);
}

/// Asks for the password of an account.
pub(super) fn sign_in(state: &mut State, name: &str) {
    ask_secret(state, name, Purpose::SignIn);
}

fn ask_secret(state: &mut State, name: &str, purpose: fn(Identity, DisplayName) -> Purpose) {
    match (Identity::parse(name), DisplayName::parse(name)) {
        (Ok(identity), Ok(name)) => open_secret(state, purpose(identity, name)),
        (Err(reason), _) | (_, Err(reason)) => state.complain(format!("The name {reason}.")),
    }
}

/// Asks for the old password and the new one.
pub(super) fn change_password(state: &mut State) {
    if is_account(state) {
        open_secret(state, Purpose::Change);
    } else {
        state.complain("A guest has no password. /register NAME makes an account.");
    }
}

fn open_secret(state: &mut State, purpose: Purpose) {
    if may_tell_secrets(state) {
        state.popup = Some(Popup::Secret(Secret { purpose, typed: String::new(), before: Vec::new() }));
    } else {
        state.complain(words::PLAIN_HTTP_REFUSED);
    }
}

/// A secret was typed to its end: asks for the next, or does what it is for.
pub(super) fn secret_typed(state: &mut State, mut secret: Secret, fx: &mut Fx) {
    let needed = match secret.purpose {
        Purpose::Register(..) => 2,
        Purpose::SignIn(..) => 1,
        Purpose::Change => 3,
    };
    secret.before.push(std::mem::take(&mut secret.typed));
    if secret.before.len() < needed {
        state.popup = Some(Popup::Secret(secret));
        return;
    }
    let [.., new] = secret.before.as_slice() else { return };
    if needed > 1 && secret.before[needed - 2] != *new {
        return state.complain(words::PASSWORD_DIFFERS);
    }
    let (password, old) = match (Password::parse(new.clone()), Password::parse(secret.before[0].clone())) {
        (Ok(password), Ok(old)) => (password, old),
        (Err(reason), _) | (_, Err(reason)) => return state.complain(format!("The password {reason}.")),
    };
    match secret.purpose {
        Purpose::Register(identity, name) => ask_now(state, &AccountRegister { identity, password }, Question::SignIn(name), fx),
        Purpose::SignIn(identity, name) => ask_now(state, &AccountLogin { identity, password }, Question::SignIn(name), fx),
        Purpose::Change => ask_now(state, &AccountSetPassword { old, new: password }, Question::SetPassword, fx),
    }
}

/// The server opened a session: keep its token, and come back with it.
pub(super) fn signed_in(state: &mut State, SignedIn { token, user }: SignedIn, fx: &mut Fx) {
    state.say(words::fill(words::SIGNED_IN, &[("name", user.name.as_str())]));
    let name = user.identity.as_ref().and_then(|identity| DisplayName::parse(identity.as_str()).ok()).unwrap_or_else(|| user.name.clone());
    let pair = state.server.as_ref().map(|server| (server.id.clone(), user.id.clone()));
    let known = Known { name, token, pair: pair.clone() };
    state.credentials.account = Some(known.clone());
    fx.push(Effect::KeepAccount(known));
    if state.passing.take().is_some() {
        // Nothing of a passing guest was kept; all of an account's is, though it be the same user.
        pair::expect(state, None, fx);
    }
    pair::expect(state, pair, fx);
    link::reconnect(state, fx);
}

/// Signs out.
pub(super) fn sign_out(state: &mut State, fx: &mut Fx) {
    if is_account(state) {
        ask_now(state, &AccountLogout {}, Question::SignOut, fx);
    } else {
        state.say("You are a guest: there is nothing to sign out of.");
    }
}

/// Signed out as asked: be a guest again.
pub(super) fn signed_out_by_will(state: &mut State, fx: &mut Fx) {
    state.say(words::SIGNED_OUT);
    // Who comes to this machine next is not to read along.
    cache::forget_all(state, fx);
    be_guest(state, fx);
}

/// The server does not know our token any more: go on as a guest.
pub(super) fn signed_out(state: &mut State, fx: &mut Fx) {
    if state.settings.given_token {
        state.link.phase = Phase::Failed("the server does not know the token in CHAT_TOKEN".to_owned());
        return;
    }
    if state.link.tokens_refused > 2 {
        // Each token is refused: another one would be too.
        state.link.phase = Phase::Failed("the server does not let you in; /reconnect tries again".to_owned());
        return;
    }
    state.link.tokens_refused += 1;
    if state.credentials.account.is_some() {
        state.complain("Your session has ended: you are a guest now. /login NAME signs in again.");
    }
    be_guest(state, fx);
}

fn be_guest(state: &mut State, fx: &mut Fx) {
    let was = state.credentials.account.take();
    if was.is_some() {
        fx.push(Effect::ForgetAccount);
    }
    state.sessions.clear();
    let me = state.me.as_ref().map(|me| me.name.clone());
    if was.is_some() {
        pair::expect(state, state.credentials.guest.as_ref().and_then(|guest| guest.pair.clone()), fx);
    }
    match (&state.credentials.guest, was) {
        (Some(_), Some(_)) => link::reconnect(state, fx),
        // The guest's own token is no good, or there is none: a new one, and then a connection.
        (guest, was) => {
            let name =
                guest.as_ref().map(|guest| guest.name.clone()).or(state.settings.name.clone()).or(me).or(was.map(|known| known.name));
            let name = name.or_else(|| DisplayName::parse("guest").ok());
            state.link.phase = Phase::Waiting(state.now + 1_000);
            fx.extend(name.map(Effect::NewGuest));
        }
    }
}

/// The credentials as they stand in their file.
pub(super) fn credentials(state: &mut State, credentials: Credentials, fx: &mut Fx) {
    let renamed_only = state.link.is_online() || matches!(state.link.phase, Phase::Opening(_));
    state.credentials = credentials;
    if !renamed_only {
        link::open(state, fx);
    }
}

/// Is called something else.
pub(super) fn rename(state: &mut State, name: &str, fx: &mut Fx) {
    match DisplayName::parse(name) {
        Ok(name) => ask_now(state, &UserRename { name }, Question::Rename, fx),
        Err(reason) => state.complain(format!("The name {reason}.")),
    }
}

/// Is away, or back.
pub(super) fn away(state: &mut State, away: Away, fx: &mut Fx) {
    state.away = away;
    ask(state, &PresenceSet { away: away != Away::No }, Question::Nothing, fx);
}

/// A new connection counts as here until told otherwise.
pub(super) fn tell_away_again(state: &mut State, fx: &mut Fx) {
    if state.away != Away::No {
        ask(state, &PresenceSet { away: true }, Question::Nothing, fx);
    }
}

/// Lists where one is signed in.
pub(super) fn sessions(state: &mut State, fx: &mut Fx) {
    ask_now(state, &SessionList {}, Question::Sessions, fx);
}

/// Ends the session with that number in the list.
pub(super) fn revoke(state: &mut State, number: &str, fx: &mut Fx) {
    let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    match index.and_then(|index| state.sessions.get(index)).map(|session| session.id.clone()) {
        Some(id) => ask_now(state, &SessionRevoke { id }, Question::Revoke, fx),
        None => state.complain("There is no session with that number. /sessions lists them."),
    }
}
