//! What is printed. Text of others can drive no terminal.

use std::io::{self, Write};

use chat_proto::text::is_bidi;

/// The conversation.
pub fn show(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{}", clean(text))
}

/// What the client does.
pub fn say(text: &str) {
    writeln!(io::stderr(), "{}", clean(text)).ok();
}

/// On one line, without what a terminal obeys and what turns the writing direction.
fn clean(text: &str) -> String {
    let line = text.chars().filter(|c| !is_bidi(*c));
    line.map(|c| match c {
        '\n' | '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    })
    .collect()
}
