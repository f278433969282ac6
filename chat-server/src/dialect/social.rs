//! Dialect C, of the social network chapter: `client-talking`, `server-talking`, `news`.
//!
//! Its page builds HTML out of what it hears, without escaping. So in this dialect alone text and
//! name are escaped here, and the colour is always `#` and six hex digits.

use chat_proto::error::Error;
use serde_json::{Value, json};

use super::{Arguments, Frame, Said};

/// The colour of what the server says itself.
const GREY: &str = "#808080";

/// What a connection hears first.
pub(super) fn news() -> Frame {
    Frame { event: "news", arguments: Arguments::Object(json!({ "hello": "world" })) }
}

pub(super) fn said(said: Said<'_>) -> Frame {
    let color = if is_color(said.color) { said.color } else { GREY };
    Frame {
        event: "server-talking",
        arguments: Arguments::Object(json!({ "text": escape(said.text), "user": escape(said.name), "color": color })),
    }
}

pub(super) fn notice(sentence: &str, server: &str) -> Frame {
    said(Said { name: server, color: GREY, text: sentence })
}

/// What is said: `{text}`.
pub(super) fn talking(arguments: &[Value]) -> Result<String, Error> {
    let Some(Value::Object(fields)) = arguments.first() else {
        return Err(Error::invalid("text", "is missing: `client-talking` takes an object {text}"));
    };
    match fields.get("text") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Error::invalid("text", "is not a text")),
        None => Err(Error::invalid("text", "is missing")),
    }
}

fn is_color(color: &str) -> bool {
    color.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
