//! What is told beside the work: sentences on standard error, and how far it is where that is a
//! terminal.

use std::io::{IsTerminal, Write};

use chat_proto::place::Millis;

use crate::sanitize;

/// How often it is told how far it is.
const AGAIN_MS: Millis = 200;
/// What takes no longer than this needs no telling.
const SOON_MS: Millis = 1_000;

/// Standard error, or something else.
pub struct Notes {
    out: Box<dyn Write + Send>,
    /// Whether a line can be written over.
    terminal: bool,
    /// The columns of what is written there and to be written over.
    shown: usize,
    again_at: Option<Millis>,
}

impl Notes {
    /// Standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self::new(Box::new(std::io::stderr()), std::io::stderr().is_terminal())
    }

    /// Somewhere else; `terminal` tells whether a line can be written over there.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, terminal: bool) -> Self {
        Self { out, terminal, shown: 0, again_at: None }
    }

    /// Whether somebody sees how far it is.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.terminal
    }

    /// Tells something. Nobody may be there to read it, which changes nothing.
    pub fn say(&mut self, sentence: &str) {
        self.clear();
        writeln!(self.out, "chat-tui: {}", sanitize::line(sentence)).ok();
    }

    /// Tells how far it is, not more often than somebody can read.
    pub fn progress(&mut self, now: Millis, text: impl FnOnce() -> String) {
        let at = *self.again_at.get_or_insert(now + SOON_MS);
        if !self.terminal || now < at {
            return;
        }
        self.again_at = Some(now + AGAIN_MS);
        let text = sanitize::line(&text()).into_owned();
        let columns = text.chars().count();
        let over = " ".repeat(self.shown.saturating_sub(columns));
        write!(self.out, "\r{text}{over}").and_then(|()| self.out.flush()).ok();
        self.shown = columns;
    }

    /// How far it was is told no longer.
    pub fn clear(&mut self) {
        if self.shown > 0 {
            write!(self.out, "\r{}\r", " ".repeat(self.shown)).ok();
            self.shown = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn told(terminal: bool) -> String {
        let page = Page::default();
        let mut notes = Notes::new(Box::new(page.clone()), terminal);
        for now in [0, 500, 1_000, 1_100, 1_200] {
            notes.progress(now, || format!("{now} sent"));
        }
        notes.say("The line is lost:\n\x1b[2J.");
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn how_far_it_is_stands_on_a_terminal_alone() {
        assert_eq!(told(false), "chat-tui: The line is lost: \u{fffd}[2J.\n");
        assert_eq!(told(true), "\r1000 sent\r1200 sent\r         \rchat-tui: The line is lost: \u{fffd}[2J.\n");
    }
}
