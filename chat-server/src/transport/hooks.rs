//! What posts to webhooks say: pure readers of three kinds of bodies. `http/hook.rs` takes the posts.
//!
//! - `native`: our own words; `slack`: those of Slack's incoming webhooks; `github`: GitHub's events;
//! - `marks`: other people's text as text of our Markdown; `signature`: whether a post is signed.
//!
//! Nothing of it is ever a command, and nobody is mentioned but by the native body's own field.

use chat_proto::error::Error;
use chat_proto::id::{ClientId, UserId};
use chat_proto::limits;
use chat_proto::text::MessageText;
use serde_json::Value;

pub mod github;
mod marks;
pub mod native;
pub mod signature;
pub mod slack;

/// What a post says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The message.
    pub text: MessageText,
    /// Its id, where the body gives one.
    pub client_id: Option<ClientId>,
    /// Who is mentioned.
    pub mentions: Vec<UserId>,
    /// The room, by name or id, where the body names one.
    pub room: Option<String>,
}

/// Reads a body that is no event of GitHub's: as Slack's where it is asked for, or has what only theirs have.
///
/// # Errors
/// `invalid` with the field at fault.
pub fn read(body: Value, as_slack: bool) -> Result<Said, Error> {
    if as_slack || slack::is_theirs(&body) { slack::read(&body) } else { native::read(body) }
}

/// A message of text that was made from something longer: what does not fit is cut.
fn said(text: &str) -> Result<Said, Error> {
    let text = text.trim().replace('\0', "");
    let lines: Vec<&str> = text.split('\n').collect();
    let mut short = lines[..lines.len().min(limits::TEXT_LINES - 1)].join("\n");
    let room = limits::TEXT - "\n…".len();
    if short.len() > room {
        let end = (0..=room).rev().find(|end| short.is_char_boundary(*end)).unwrap_or(0);
        short.truncate(end);
    }
    if short.len() < text.len() {
        short.push_str("\n…");
    }
    let text = MessageText::parse(short).map_err(|reason| Error::invalid("text", reason))?;
    Ok(Said { text, client_id: None, mentions: Vec::new(), room: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        for long in ["ä".repeat(20_000), "line\n".repeat(5_000), format!("{}ß", "x".repeat(limits::TEXT - 4))] {
            let said = said(&long).unwrap();
            assert!(said.text.as_str().ends_with("\n…"), "{}", said.text.as_str().len());
        }
        assert_eq!(said("  short\0 ").unwrap().text.as_str(), "short");
        assert_eq!(said(" \n ").unwrap_err().field.as_deref(), Some("text"));
    }
}
