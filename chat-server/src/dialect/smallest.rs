//! Dialect D, of the smallest chat: `chat message`, and nothing else.

use super::{Arguments, Frame};

/// A text, exactly: its page writes text nodes.
pub(super) fn text(text: &str) -> Frame {
    Frame { event: "chat message", arguments: Arguments::Text(text.to_owned()) }
}
