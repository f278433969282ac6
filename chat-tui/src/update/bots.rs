//! `/token`: bots, the tokens that they come in by, and their end.

use chat_proto::action::ActionId;
use chat_proto::name::DisplayName;
use chat_proto::request::token_create::{TokenCreated, TokenInfo};
use chat_proto::request::{TokenCreate, TokenList, TokenRevoke};
use chat_proto::words;

use super::ask::ask_now;
use super::{Fx, action, rooms};
use crate::state::asked::Question;
use crate::state::popup::Popup;
use crate::state::{State, scope};

/// What says that posts must be signed.
const SIGNED: &str = "signed";

/// `/token [create NAME SCOPES [signed] | revoke NUMBER]`.
pub(super) fn token(state: &mut State, line: &str, fx: &mut Fx) {
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match verb {
        "" => ask_now(state, &TokenList {}, Question::Tokens, fx),
        "create" => create(state, rest.trim(), fx),
        "revoke" => revoke(state, rest.trim(), fx),
        _ => action::usage(state, ActionId::Token),
    }
}

fn create(state: &mut State, line: &str, fx: &mut Fx) {
    let Some(room) = rooms::with_members(state) else { return };
    let (line, signed) = match line.rsplit_once(char::is_whitespace) {
        Some((before, SIGNED)) => (before.trim(), true),
        _ => (line, false),
    };
    // A name may have spaces in it; the scopes have none.
    let Some((name, scopes)) = line.rsplit_once(char::is_whitespace) else { return action::usage(state, ActionId::Token) };
    let name = match DisplayName::parse(name) {
        Ok(name) => name,
        Err(reason) => return state.complain(format!("The name {reason}.")),
    };
    let mut found = Vec::new();
    for scope in scopes.split(',').filter(|scope| !scope.is_empty()) {
        match scope::parse(scope) {
            Some(scope) => found.push(scope),
            None => return state.complain(words::fill(words::NO_SUCH_SCOPE, &[("scope", scope)])),
        }
    }
    ask_now(state, &TokenCreate { name, scopes: found, rooms: vec![room], signed }, Question::MakeToken, fx);
}

fn revoke(state: &mut State, number: &str, fx: &mut Fx) {
    let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    match index.and_then(|index| state.tokens.get(index)).map(|info| info.id.clone()) {
        Some(id) => ask_now(state, &TokenRevoke { id }, Question::EndToken, fx),
        None => state.complain(words::fill(words::NO_SUCH_BOT, &[("number", number)])),
    }
}

/// The bot was made: its token is shown until that is closed, and kept nowhere.
pub(super) fn made(state: &mut State, made: TokenCreated) {
    state.popup = Some(Popup::Token(Box::new(made)));
}

/// One's bots.
pub(super) fn listed(state: &mut State, tokens: Vec<TokenInfo>) {
    state.tokens.clone_from(&tokens);
    if tokens.is_empty() {
        state.say(words::NO_BOTS);
    } else {
        state.popup = Some(Popup::Tokens(tokens));
    }
}
