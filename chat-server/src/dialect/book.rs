//! Dialect B, of the book chapter: `login`, `clientMessage`, `serverMessage`.

use chat_proto::error::Error;
use serde_json::Value;

use super::{Arguments, Frame, Said};

/// Asks for a name; its page answers with a `prompt()`.
pub(super) fn ask_for_name() -> Frame {
    Frame { event: "login", arguments: Arguments::None }
}

/// Any sentence, exactly: its page writes text nodes.
pub(super) fn sentence(text: &str) -> Frame {
    Frame { event: "serverMessage", arguments: Arguments::Text(text.to_owned()) }
}

pub(super) fn said(said: Said<'_>) -> Frame {
    sentence(&format!("{} said: {}", said.name, said.text))
}

pub(super) fn said_yourself(text: &str) -> Frame {
    sentence(&format!("You said: {text}"))
}

/// What the `prompt()` gave: a name, or nothing.
pub(super) fn name(arguments: &[Value]) -> Result<Option<String>, Error> {
    match arguments.first() {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if name.trim().is_empty() => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err(Error::invalid("name", "is not a text")),
    }
}
