//! `/set`: what a room is called, and its rules.

use chat_proto::id::RoomId;
use chat_proto::room::RoomChanges;
use chat_proto::words;

use super::{Fx, queue};
use crate::state::State;
use crate::state::outbox::Work;
use crate::state::popup::{Confirm, Popup};
use crate::state::setting::{self, Wrong};

/// Shows the settings, or one of them, or changes it.
pub(super) fn set(state: &mut State, line: &str, fx: &mut Fx) {
    let Some(room) = state.room() else { return };
    let id = room.id().clone();
    if !room.has_name() {
        return state.complain("Only rooms have settings.");
    }
    let (name, to) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = name.to_lowercase();
    let is = setting::value(&room.info, &name).map(str::to_owned);
    match (name.as_str(), to.trim(), is) {
        ("", ..) => state.popup = Some(Popup::Settings(id)),
        (name, _, None) => state.complain(words::fill(words::NO_SUCH_SETTING, &[("setting", name)])),
        (name, "", Some(is)) => state.say(words::fill(words::SETTING_LINE, &[("setting", name), ("value", &is)])),
        (name, to, Some(_)) => match setting::change(name, to) {
            Ok(changes) if changes.archived == Some(true) => state.popup = Some(Popup::Confirm(Confirm::Archive(id))),
            Ok(changes) => change(state, id, changes, fx),
            Err(Wrong::Setting) => state.complain(words::fill(words::NO_SUCH_SETTING, &[("setting", name)])),
            Err(Wrong::Value) => {
                let values = setting::values(name).join(", ");
                state.complain(words::fill(words::NO_SUCH_VALUE, &[("setting", name), ("values", &values)]));
            }
            Err(Wrong::Text(reason)) => state.complain(format!("The {name} {reason}.")),
        },
    }
}

/// Changes the room.
pub(super) fn change(state: &mut State, room: RoomId, changes: RoomChanges, fx: &mut Fx) {
    queue::queue(state, Work::Configure { room, changes }, false, fx);
}

/// Closes the room: everything can be read, nothing said.
pub(super) fn archive(state: &mut State, room: RoomId, fx: &mut Fx) {
    change(state, room, RoomChanges { archived: Some(true), ..RoomChanges::default() }, fx);
}
