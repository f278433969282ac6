//! Text from others can never drive the terminal: what stands here is the only way for it to
//! reach a cell.

use std::borrow::Cow;

use chat_proto::text::is_bidi;

/// The text without what a terminal obeys: C0 and C1 controls, ESC and DEL, and the characters
/// that turn the direction of what follows. Line feeds stay; tabs become spaces.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || !is_dangerous(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push('\n'),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{0b}' | '\u{0c}' => out.push('\n'),
            '\t' => out.push_str("    "),
            c if is_bidi(c) => {}
            c if is_dangerous(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The same on one line.
#[must_use]
pub fn line(line: &str) -> Cow<'_, str> {
    match text(line) {
        clean if clean.contains('\n') => Cow::Owned(clean.replace('\n', " ")),
        clean => clean,
    }
}

/// Whether a terminal could obey the character, or be led astray by it.
#[must_use]
pub fn is_dangerous(c: char) -> bool {
    c.is_control() || is_bidi(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e001f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_lose_their_teeth() {
        assert_eq!(text("a\x1b[31mred\x1b]0;title\x07"), "a\u{fffd}[31mred\u{fffd}]0;title\u{fffd}");
        assert_eq!(text("c1 \u{9b}2J \u{7f}"), "c1 \u{fffd}2J \u{fffd}");
        assert_eq!(text("a\u{202e}b\u{2066}c"), "abc");
        assert_eq!(text("a\r\nb\rc\td"), "a\nb\nc    d");
        assert_eq!(line("a\nb"), "a b");
        assert!(matches!(text("plain, 日本語 👍"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_left(input in any::<String>()) {
            prop_assert!(text(&input).chars().all(|c| c == '\n' || !is_dangerous(c)));
            prop_assert!(!line(&input).contains('\n'));
        }
    }
}
