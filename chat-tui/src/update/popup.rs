//! Keys while something lies over the screen.

use chat_proto::id::{RoomId, UserId};
use chat_proto::user::Member;
use chat_proto::words;

use super::{Fx, account, friends, message, roles, rooms, search, settings, stranded};
use crate::effect::Effect;
use crate::keys::{Code, Key};
use crate::state::friends::Step;
use crate::state::popup::{Confirm, Popup};
use crate::state::{State, scope};

/// Rows that PageUp and PageDown move by.
const PAGE: isize = 10;

/// Takes a key in.
pub(super) fn key(state: &mut State, key: Key, fx: &mut Fx) {
    let name = key.name();
    let quitting = matches!(state.popup, Some(Popup::Confirm(Confirm::Quit)));
    if matches!(name.as_str(), "Esc" | "Ctrl+C") || (quitting && name == "Ctrl+Q") {
        state.popup = None;
        if quitting && name != "Esc" {
            fx.push(Effect::Quit);
        }
        return;
    }
    match (key.code, state.popup.as_ref()) {
        (_, Some(Popup::Confirm(confirm))) => {
            let confirm = confirm.clone();
            answer(state, confirm, key, fx);
        }
        (Code::Enter, _) => choose(state, fx),
        (Code::Up, _) => step(state, -1),
        (Code::Down | Code::Tab, _) => step(state, 1),
        (Code::PageUp, _) => step(state, -PAGE),
        (Code::PageDown, _) => step(state, PAGE),
        (Code::F(1), Some(Popup::Help(_))) => state.popup = None,
        (
            Code::Char('q'),
            Some(
                Popup::Help(_)
                | Popup::People(..)
                | Popup::Sessions(_)
                | Popup::Codes(..)
                | Popup::Tokens(_)
                | Popup::Settings(_)
                | Popup::Rooms(_)
                | Popup::Friends(_),
            ),
        ) => {
            state.popup = None;
        }
        (Code::Char('x'), Some(Popup::Friends(search))) => {
            let friend = search.chosen().cloned();
            state.popup = None;
            if let Some(friend) = friend {
                friends::part(state, friend, fx);
            }
        }
        (Code::Char(letter @ ('y' | 'w')), Some(Popup::Token(made))) => {
            let url = scope::webhook(&state.settings.url, made).filter(|_| letter == 'w');
            let copied = url.or_else(|| Some(made.token.as_str().to_owned()).filter(|_| letter == 'y'));
            if let Some(text) = copied {
                fx.push(Effect::Copy(text));
                state.say(words::COPIED);
            }
        }
        (Code::Char('n'), _) if key.ctrl => step(state, 1),
        (Code::Char('p' | 'k'), _) if key.ctrl => step(state, -1),
        (Code::Char('u'), _) if key.ctrl => write(state, String::clear),
        (Code::Backspace, _) => write(state, |text| {
            text.pop();
        }),
        _ => {
            if let Some(c) = key.writes() {
                write(state, |text| text.push(c));
            }
        }
    }
}

/// Takes pasted text in.
pub(super) fn paste(state: &mut State, text: &str) {
    let line = text.lines().next().unwrap_or("").to_owned();
    write(state, |written| written.push_str(&line));
}

fn answer(state: &mut State, confirm: Confirm, key: Key, fx: &mut Fx) {
    match (key.writes().map(|c| c.to_ascii_lowercase()), confirm) {
        (Some('y'), Confirm::Delete(spot)) => {
            state.popup = None;
            message::delete(state, &spot, fx);
        }
        (Some('y'), Confirm::DiscardStranded(stranded)) => {
            state.popup = None;
            stranded::discard(&stranded, fx);
        }
        (Some('y'), Confirm::Kick(room, user, _)) => {
            state.popup = None;
            roles::remove(state, room, user, fx);
        }
        (Some('y'), Confirm::Unfriend(user, _)) => {
            state.popup = None;
            friends::done_by_me(state, user, Step::Remove, fx);
        }
        (Some('y'), Confirm::Archive(room)) => {
            state.popup = None;
            settings::archive(state, room, fx);
        }
        (Some('y'), Confirm::Quit) => fx.push(Effect::Quit),
        (Some('n'), _) => state.popup = None,
        _ => {}
    }
}

/// Who is here in a room changed: the list of its people, if it is open, tells the same. Members who are offline stay in it.
pub(super) fn people_changed(state: &mut State, room: &RoomId, changes: &[Member], gone: &[UserId]) {
    let Some(Popup::People(_, members, index)) = state.popup.as_mut().filter(|popup| matches!(popup, Popup::People(of, ..) if of == room))
    else {
        return;
    };
    for change in changes {
        match members.iter_mut().find(|member| member.user.id == change.user.id) {
            Some(member) => *member = change.clone(),
            None => members.push(change.clone()),
        }
    }
    members.retain(|member| !gone.contains(&member.user.id));
    *index = (*index).min(members.len().saturating_sub(1));
}

/// What is typed into the popup changes.
fn write(state: &mut State, change: impl FnOnce(&mut String)) {
    match state.popup.take() {
        Some(Popup::Secret(mut secret)) => {
            change(&mut secret.typed);
            state.popup = Some(Popup::Secret(secret));
        }
        Some(Popup::Switcher(mut search)) => {
            change(&mut search.words);
            state.popup = Some(Popup::Switcher(search::own_rooms(state, &search.words)));
        }
        Some(Popup::React(spot, mut search)) => {
            change(&mut search.words);
            state.popup = Some(Popup::React(spot, search::emoji(&search.words)));
        }
        other => state.popup = other,
    }
}

/// Moves the choice, or scrolls.
pub(super) fn step(state: &mut State, by: isize) {
    match state.popup.as_mut() {
        Some(Popup::Help(rows)) => *rows = rows.saturating_add_signed(by),
        Some(Popup::Switcher(search)) => search.go(by),
        Some(Popup::React(_, search)) => search.go(by),
        Some(Popup::Rooms(search)) => search.go(by),
        Some(Popup::Friends(search)) => search.go(by),
        Some(Popup::Stranded(_, search)) => search.go(by),
        Some(Popup::People(_, members, index)) => *index = index.saturating_add_signed(by).min(members.len().saturating_sub(1)),
        Some(
            Popup::Confirm(_)
            | Popup::Secret(_)
            | Popup::Sessions(_)
            | Popup::Codes(..)
            | Popup::Tokens(_)
            | Popup::Token(_)
            | Popup::Settings(_),
        )
        | None => {}
    }
}

/// A row was clicked.
pub(super) fn click(state: &mut State, index: usize, fx: &mut Fx) {
    match state.popup.as_mut() {
        Some(Popup::Switcher(search)) => search.index = index,
        Some(Popup::React(_, search)) => search.index = index,
        Some(Popup::Rooms(search)) => search.index = index,
        Some(Popup::Friends(search)) => search.index = index,
        Some(Popup::Stranded(_, search)) => search.index = index,
        _ => return,
    }
    choose(state, fx);
}

/// Takes the choice.
fn choose(state: &mut State, fx: &mut Fx) {
    match state.popup.take() {
        Some(Popup::Switcher(search)) => {
            if let Some(id) = search.chosen() {
                rooms::enter(state, id, fx);
            }
        }
        Some(Popup::React(spot, search)) => {
            state.chosen = None;
            if let Some(emoji) = search.chosen() {
                message::toggle(state, &spot, emoji.clone(), fx);
            }
        }
        Some(Popup::Rooms(search)) => {
            if let Some(name) = search.chosen() {
                rooms::join(state, name.clone(), fx);
            }
        }
        Some(Popup::Friends(search)) => {
            if let Some(friend) = search.chosen() {
                friends::choose(state, friend.clone(), fx);
            }
        }
        Some(Popup::Stranded(stranded, search)) => {
            if let Some(offer) = search.chosen().copied() {
                stranded::take(state, stranded, offer, fx);
            }
        }
        Some(Popup::Secret(secret)) => account::secret_typed(state, secret, fx),
        // It is told this once: only who closes it by Esc has seen it.
        Some(Popup::Token(made)) => state.popup = Some(Popup::Token(made)),
        Some(
            Popup::Help(_)
            | Popup::People(..)
            | Popup::Sessions(_)
            | Popup::Codes(..)
            | Popup::Tokens(_)
            | Popup::Settings(_)
            | Popup::Confirm(_),
        )
        | None => {}
    }
}
