//! Dialect A, of the first steps tutorial: `message` and `DATA`.

use super::{Arguments, Frame};

/// A text, exactly: its page writes text nodes.
pub(super) fn text(text: &str) -> Frame {
    Frame { event: "message", arguments: Arguments::Text(text.to_owned()) }
}

/// What is announced to everybody.
pub(super) fn announcement(text: &str) -> Frame {
    Frame { event: "DATA", arguments: Arguments::Text(text.to_owned()) }
}
