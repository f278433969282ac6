//! A key: what lies on top gets it first, then the chosen message, then the table of actions,
//! then the composer.

use chat_proto::action::{ACTIONS, ActionId, Context};

use super::{Fx, account, action, compose, find, friends, invite, message, popup};
use crate::keys::{Code, Key};
use crate::state::composer::{Composer, Motion};
use crate::state::{Away, State};

/// Takes a key in.
pub(super) fn key(state: &mut State, key: Key, fx: &mut Fx) {
    state.active_at = state.now;
    if state.away == Away::Idle {
        account::away(state, Away::No, fx);
    }
    let name = key.name();
    if name != "Ctrl+C" {
        state.interrupted_at = None;
    }
    if name == "Ctrl+L" {
        action::run(state, ActionId::Redraw, "", fx);
        return;
    }
    if state.popup.is_some() {
        popup::key(state, key, fx);
        return;
    }
    if state.is_finding() {
        find::key(state, key, fx);
        return;
    }
    if std::mem::take(&mut state.chord) {
        if let Some(id) = bound(&format!("Ctrl+X {name}"), Context::Composer) {
            action::run(state, id, "", fx);
        }
        return;
    }
    if name == "Ctrl+X" {
        state.chord = true;
        return;
    }
    if state.chosen.is_some() {
        if key == Key::plain(Code::Enter) && (invite::accept_chosen(state, fx) || friends::accept_chosen(state, fx)) {
            return;
        }
        if let Some(id) = bound(&name, Context::Message) {
            action::run(state, id, "", fx);
            return;
        }
        match key.code {
            Code::Up if key == Key::plain(Code::Up) => return message::choose_next(state, false),
            Code::Down if key == Key::plain(Code::Down) => return message::choose_next(state, true),
            _ => {}
        }
    }
    if let Some(id) = global(&name) {
        let number = name.strip_prefix("Alt+").filter(|_| id == ActionId::RoomByNumber).unwrap_or("");
        action::run(state, id, number, fx);
        return;
    }
    if state.chosen.is_none() && state.me.is_some() {
        composer_key(state, key, &name, fx);
    }
}

/// The action of a key that works everywhere.
pub(super) fn global(name: &str) -> Option<ActionId> {
    bound(name, Context::Global)
}

/// The action of a key.
fn bound(name: &str, context: Context) -> Option<ActionId> {
    let fits = |action: &&chat_proto::action::Action| action.context == context && action.keys.contains(&name);
    ACTIONS.iter().find(fits).map(|action| action.id)
}

fn composer_key(state: &mut State, key: Key, name: &str, fx: &mut Fx) {
    let completing = matches!(name, "Tab" | "Shift+Tab");
    if !completing {
        state.completion = None;
    }
    match bound(name, Context::Composer) {
        // Up leaves the composer only when nothing is written there.
        Some(ActionId::SelectMessage) if !state.composer.is_empty() => {}
        Some(id) => return action::run(state, id, "", fx),
        None => {}
    }
    if let Some(c) = key.writes() {
        state.composer.insert(c.encode_utf8(&mut [0; 4]));
        compose::typed(state, fx);
        return;
    }
    let before = state.composer.text().len();
    edit(&mut state.composer, key, name);
    if state.composer.text().len() != before {
        compose::typed(state, fx);
    }
}

/// Readline's keys, and those that every editor has.
pub(super) fn edit(composer: &mut Composer, key: Key, name: &str) {
    match name {
        "Backspace" | "Ctrl+H" => composer.backspace(),
        "Delete" | "Ctrl+D" => composer.delete(),
        "Left" | "Ctrl+B" => composer.go(Motion::Left),
        "Right" => composer.go(Motion::Right),
        "Home" | "Ctrl+A" => composer.go(Motion::LineStart),
        "End" | "Ctrl+E" => composer.go(Motion::LineEnd),
        "Ctrl+Left" | "Alt+B" | "Alt+Left" => composer.go(Motion::WordLeft),
        "Ctrl+Right" | "Alt+F" | "Alt+Right" => composer.go(Motion::WordRight),
        "Up" => composer.go(Motion::Up),
        "Down" => composer.go(Motion::Down),
        "Ctrl+W" => composer.kill(Motion::SpaceLeft),
        "Alt+Backspace" => composer.kill(Motion::WordLeft),
        "Alt+D" => composer.kill(Motion::WordRight),
        "Ctrl+U" => composer.kill(Motion::LineStart),
        "Ctrl+Y" => composer.yank(),
        "Ctrl+_" => composer.undo(),
        _ if key.code == Code::Backspace => composer.backspace(),
        _ => {}
    }
}

/// Takes pasted text in; its line feeds do not send.
pub(super) fn paste(state: &mut State, text: &str, fx: &mut Fx) {
    state.active_at = state.now;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if state.popup.is_some() {
        popup::paste(state, &text);
    } else if state.is_finding() {
        find::paste(state, &text);
    } else if state.me.is_some() {
        state.chosen = None;
        state.completion = None;
        state.composer.insert(&text.replace('\0', ""));
        compose::typed(state, fx);
    }
}
