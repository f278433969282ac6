//! What the terminal says, in our own words. The one place that knows the terminal library's keys.

use std::io;
use std::time::Duration;

use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};

use crate::event::{Event, Mouse};
use crate::keys::{Code, Key};

/// What the terminal says next, if it has said something.
///
/// # Errors
/// When the terminal is gone.
pub fn next() -> io::Result<Option<event::Event>> {
    if event::poll(Duration::ZERO)? { event::read().map(Some) } else { Ok(None) }
}

/// Reads an event; `None` for what means nothing to us.
#[must_use]
pub fn read(event: event::Event) -> Option<Event> {
    match event {
        event::Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Event::Key),
        event::Event::Paste(text) => Some(Event::Paste(text)),
        event::Event::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        event::Event::Mouse(mouse) => {
            let what = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Mouse::Click,
                MouseEventKind::ScrollUp => Mouse::WheelUp,
                MouseEventKind::ScrollDown => Mouse::WheelDown,
                _ => return None,
            };
            Some(Event::Mouse(what, mouse.column, mouse.row))
        }
        event::Event::FocusGained => Some(Event::Focus(true)),
        event::Event::FocusLost => Some(Event::Focus(false)),
        event::Event::Key(_) => None,
    }
}

fn key(key: event::KeyEvent) -> Option<Key> {
    let held = |modifier| key.modifiers.contains(modifier);
    let (mut ctrl, mut shift) = (held(KeyModifiers::CONTROL), held(KeyModifiers::SHIFT));
    let code = match key.code {
        // Terminals send Ctrl+_ as the character 0x1f, which is read as Ctrl+7.
        KeyCode::Char('7' | '/') if ctrl => Code::Char('_'),
        KeyCode::Char(' ') if ctrl => return None,
        KeyCode::Char(c) => {
            shift = false;
            if ctrl || held(KeyModifiers::ALT) { Code::Char(c.to_ascii_lowercase()) } else { Code::Char(c) }
        }
        KeyCode::BackTab => {
            shift = true;
            Code::Tab
        }
        KeyCode::F(n) => Code::F(n),
        KeyCode::Enter => {
            // Ctrl+Enter, where it can be told apart, is Enter.
            ctrl = false;
            Code::Enter
        }
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        _ => return None,
    };
    Some(Key { code, ctrl, alt: held(KeyModifiers::ALT), shift })
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    fn name(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
        match read(event::Event::Key(KeyEvent::new(code, modifiers))) {
            Some(Event::Key(key)) => Some(key.name()),
            _ => None,
        }
    }

    #[test]
    fn keys_have_the_names_of_the_table() {
        assert_eq!(name(KeyCode::Char('k'), KeyModifiers::CONTROL).unwrap(), "Ctrl+K");
        assert_eq!(name(KeyCode::Char('R'), KeyModifiers::SHIFT).unwrap(), "R");
        assert_eq!(name(KeyCode::BackTab, KeyModifiers::SHIFT).unwrap(), "Shift+Tab");
        assert_eq!(name(KeyCode::Char('7'), KeyModifiers::CONTROL).unwrap(), "Ctrl+_");
        assert_eq!(name(KeyCode::Enter, KeyModifiers::ALT).unwrap(), "Alt+Enter");
        assert_eq!(name(KeyCode::Char('/'), KeyModifiers::ALT).unwrap(), "Alt+/");
        assert_eq!(name(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }
}
