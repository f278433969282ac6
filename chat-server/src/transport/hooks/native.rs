//! Our own body: `{text, client_id?, mentions?, room?}`.

use chat_proto::error::Error;
use chat_proto::id::{ClientId, UserId};
use chat_proto::limits;
use chat_proto::request::parse_object;
use chat_proto::text::MessageText;
use serde::Deserialize;
use serde_json::Value;

use crate::transport::hooks::Said;

#[derive(Deserialize)]
struct Body {
    text: MessageText,
    #[serde(default)]
    client_id: Option<ClientId>,
    #[serde(default)]
    mentions: Vec<UserId>,
    #[serde(default)]
    room: Option<String>,
}

/// Reads it.
///
/// # Errors
/// `invalid` with the field at fault.
pub fn read(body: Value) -> Result<Said, Error> {
    let Body { text, client_id, mentions, room } = parse_object(body)?;
    if mentions.len() > limits::MENTIONS {
        return Err(Error::invalid("mentions", format_args!("holds too many; at most {} are allowed", limits::MENTIONS)));
    }
    Ok(Said { text, client_id, mentions, room })
}
