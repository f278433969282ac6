//! Lines that are commands to the server, in every dialect: C and D have no other way out of the
//! room where they start.

use chat_proto::error::{Code, Error};

use super::Wish;

/// A line that is said: `/j ROOM` and `/join ROOM` enter a room, `//` says a line that begins with
/// a slash, and any other command is refused rather than said.
pub(super) fn read(line: String) -> Result<Wish, Error> {
    let Some(rest) = line.strip_prefix('/') else { return Ok(Wish::Say(line)) };
    if rest.starts_with('/') {
        return Ok(Wish::Say(rest.to_owned()));
    }
    let (name, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match (name, argument.trim()) {
        ("j" | "join", "") => Err(Error::invalid("room", "is missing: /join ROOM enters a room")),
        ("j" | "join", room) => Ok(Wish::Enter(room.to_owned())),
        _ => Err(Error::new(
            Code::UnknownEvent,
            format!(
                "There is no command /{} here: /join ROOM enters a room, and //… says a line that begins with a slash.",
                super::short(name)
            ),
        )),
    }
}
