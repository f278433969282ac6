//! Texts that people write: messages, topics, reactions, search words.

use unicode_segmentation::UnicodeSegmentation;

use crate::limits;
use crate::newtype::string_type;

string_type!(
    /// What a message says: 1 to [`limits::TEXT`] bytes, at most [`limits::TEXT_LINES`] lines.
    /// Any character but U+0000; clients draw it so that it can drive nothing.
    MessageText, min: 1, max: limits::TEXT, check: |text| {
        if text.trim().is_empty() {
            return Err("is empty".to_owned());
        }
        if text.len() > limits::TEXT {
            return Err(format!("is {} bytes long; at most {} are allowed", text.len(), limits::TEXT));
        }
        let lines = text.split('\n').count();
        if lines > limits::TEXT_LINES {
            return Err(format!("has {lines} lines; at most {} are allowed", limits::TEXT_LINES));
        }
        Ok(text)
    }
);

string_type!(
    /// What a room is about: one line of up to [`limits::TOPIC`] graphemes; empty clears it.
    TopicText, min: 0, max: limits::TOPIC * 16, check: |text| {
        one_line(&text, limits::TOPIC, limits::TOPIC * 16)?;
        Ok(text.trim().to_owned())
    }
);

string_type!(
    /// A reaction: one grapheme that is not a letter, a digit or a space.
    Emoji, min: 1, max: limits::EMOJI, check: |text| {
        if text.len() > limits::EMOJI {
            return Err(format!("is {} bytes long; at most {} are allowed", text.len(), limits::EMOJI));
        }
        if text.graphemes(true).count() != 1 {
            return Err("is not one emoji".to_owned());
        }
        let keycap = text.contains('\u{20e3}');
        if !keycap && text.chars().any(|c| c.is_ascii() || c.is_alphanumeric() || c.is_whitespace() || c.is_control() || is_bidi(c)) {
            return Err("is not an emoji".to_owned());
        }
        Ok(text)
    }
);

string_type!(
    /// Words to look for in a list.
    Query, min: 0, max: limits::QUERY, check: |text| {
        if text.len() > limits::QUERY {
            return Err(format!("is {} bytes long; at most {} are allowed", text.len(), limits::QUERY));
        }
        Ok(text)
    }
);

string_type!(
    /// What to search for, as it is typed: up to [`SEARCH`](crate::limits::SEARCH) bytes.
    SearchText, min: 1, max: limits::SEARCH, check: |text| {
        if text.trim().is_empty() {
            return Err("is empty".to_owned());
        }
        if text.len() > limits::SEARCH {
            return Err(format!("is {} bytes long; at most {} are allowed", text.len(), limits::SEARCH));
        }
        Ok(text)
    }
);

string_type!(
    /// The program at the other end, such as `chat-tui/0.1.0`; shown in the list of sessions.
    ClientName, min: 1, max: limits::CLIENT_NAME, check: |text| {
        one_line(&text, limits::CLIENT_NAME, limits::CLIENT_NAME)?;
        Ok(text)
    }
);

/// Whether the character turns the direction of what follows it (bidi embeddings, overrides,
/// isolates and marks), by which a name can pose as another.
#[must_use]
pub fn is_bidi(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Checks a text that is drawn on one line.
pub(crate) fn one_line(text: &str, graphemes: usize, bytes: usize) -> Result<(), String> {
    let count = text.graphemes(true).count();
    if count > graphemes {
        return Err(format!("is {count} characters long; at most {graphemes} are allowed"));
    }
    if text.len() > bytes {
        return Err(format!("is {} bytes long; at most {bytes} are allowed", text.len()));
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err("holds a line break or a control character".to_owned());
    }
    if text.chars().any(is_bidi) {
        return Err("holds a character that turns the writing direction".to_owned());
    }
    Ok(())
}
