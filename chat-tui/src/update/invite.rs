//! Ways into a room that is not open to everybody: invitations and join codes.

use chat_proto::action::ActionId;
use chat_proto::entry::Invited;
use chat_proto::fold::{Line, LineBody};
use chat_proto::id::RoomId;
use chat_proto::name::{JoinCode, RoomName};
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::{CodeCreate, CodeEnd, CodeFind, CodeList};
use chat_proto::words;

use super::ask::ask_now;
use super::{Fx, action, people, queue, rooms};
use crate::state::asked::{Question, Wish};
use crate::state::outbox::Work;
use crate::state::popup::Popup;
use crate::state::{Spot, State};
use crate::time;

/// What stands before the code in a link that leads into a room.
const LINK: &str = "/join/";

/// `/invite [NAME]`: asks somebody in, or makes a join code.
pub(super) fn invite(state: &mut State, name: &str, fx: &mut Fx) {
    let Some(room) = rooms::with_members(state) else { return };
    if name.is_empty() {
        ask_now(state, &CodeCreate { room, lasts_ms: None, uses: None }, Question::MakeCode, fx);
    } else {
        people::find(state, name, Wish::Invite(room), fx);
    }
}

/// The join code was made.
pub(super) fn code_made(state: &mut State, made: &InviteCode) {
    let link = format!("{}{LINK}{}", state.settings.url.trim_end_matches('/'), made.code);
    let until = time::moment(made.expires, &state.settings.zone);
    state.say(words::fill(words::CODE_MADE, &[("code", made.code.as_str()), ("link", &link), ("until", &until)]));
}

/// `/codes [end CODE]`: the join codes of the room, or the end of one.
pub(super) fn codes(state: &mut State, line: &str, fx: &mut Fx) {
    let Some(room) = rooms::with_members(state) else { return };
    if line.is_empty() {
        return ask_now(state, &CodeList { room: room.clone() }, Question::Codes(room), fx);
    }
    let Some(code) = line.strip_prefix("end").filter(|code| code.starts_with(char::is_whitespace)).map(str::trim) else {
        return action::usage(state, ActionId::Codes);
    };
    match JoinCode::parse(code) {
        Ok(code) => ask_now(state, &CodeEnd { room, code }, Question::EndCode, fx),
        Err(reason) => state.complain(format!("{code} {reason}.")),
    }
}

/// The join codes of a room.
pub(super) fn codes_listed(state: &mut State, room: RoomId, codes: Vec<InviteCode>) {
    if codes.is_empty() {
        let name = state.rooms.get(&room).map_or_else(String::new, |room| room.info.name.as_str().to_owned());
        state.say(words::fill(words::NO_CODES, &[("room", &name)]));
    } else {
        state.popup = Some(Popup::Codes(room, codes));
    }
}

/// `/accept [ROOM | CODE | LINK]`: takes up an invitation, the newest one where nothing is named, or comes
/// in by a join code.
pub(super) fn accept(state: &mut State, word: &str, fx: &mut Fx) {
    let name = RoomName::parse(word).ok();
    let invited = newest(state, |invited| word.is_empty() || name.as_ref() == Some(&invited.name));
    let in_link = word.rsplit_once(LINK).map(|(_, code)| code.trim_end_matches('/'));
    match (invited, JoinCode::parse(in_link.unwrap_or(word))) {
        (Some(invited), _) => go(state, invited, fx),
        (None, Ok(code)) => ask_now(state, &CodeFind { code: code.clone() }, Question::FindCode(code), fx),
        (None, Err(_)) if state.inbox().is_some_and(|inbox| inbox.timeline.cursor().is_none()) => state.say(words::LOADING),
        (None, Err(_)) => state.complain(words::NO_INVITATION),
    }
}

/// Takes up the chosen invitation; `false` when none is chosen.
pub(super) fn accept_chosen(state: &mut State, fx: &mut Fx) -> bool {
    let Some(Spot::Line(room, seq)) = &state.chosen else { return false };
    let line = state.rooms.get(room).and_then(|room| room.timeline.line(*seq));
    let Some(invited) = line.and_then(invitation).cloned() else { return false };
    state.chosen = None;
    go(state, invited, fx);
    true
}

/// The invitation that a line of the inbox is.
pub(super) fn invitation(line: &Line) -> Option<&Invited> {
    match &line.body {
        LineBody::Invited(invited) => Some(invited),
        _ => None,
    }
}

/// The newest invitation that fits; one into a room that is mine by now only where it is named.
fn newest(state: &State, fits: impl Fn(&Invited) -> bool) -> Option<Invited> {
    let fitting: Vec<_> = state.invitations().into_iter().filter(|invited| fits(invited)).collect();
    let open = fitting.iter().rev().find(|invited| !state.rooms.contains_key(&invited.room));
    open.or(fitting.last()).map(|invited| (*invited).clone())
}

fn go(state: &mut State, invited: Invited, fx: &mut Fx) {
    if state.rooms.contains_key(&invited.room) {
        rooms::enter(state, &invited.room, fx);
    } else {
        queue::queue(state, Work::Join { room: invited.room, code: None }, false, fx);
    }
}
