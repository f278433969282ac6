//! Announcements: what operators tell, and no log holds.

use chat_proto::event::Announced;
use chat_proto::request::ServerAnnounce;
use chat_proto::text::MessageText;
use chat_proto::words;

use super::Fx;
use super::ask::ask_now;
use crate::state::State;
use crate::state::asked::Question;

/// `/announce [--all] TEXT`: in this room, or to everybody on the server.
pub(super) fn make(state: &mut State, line: &str, fx: &mut Fx) {
    let (all, text) = match line.strip_prefix("--all") {
        Some(text) if text.is_empty() || text.starts_with(char::is_whitespace) => (true, text.trim_start()),
        _ => (false, line),
    };
    let room = state.current.clone().filter(|_| !all);
    match MessageText::parse(text) {
        Ok(text) => ask_now(state, &ServerAnnounce { text, room }, Question::Announce, fx),
        Err(reason) => state.complain(format!("The announcement {reason}.")),
    }
}

/// Somebody announced something.
pub(super) fn heard(state: &mut State, announced: &Announced) {
    let text = announced.text.as_str();
    let room = announced.room.as_ref().and_then(|room| state.rooms.get(room)).map(|room| room.info.name.as_str().to_owned());
    state.say(match room {
        Some(room) => words::fill(words::ANNOUNCEMENT_IN, &[("room", &room), ("text", text)]),
        None => words::fill(words::ANNOUNCEMENT, &[("text", text)]),
    });
}
