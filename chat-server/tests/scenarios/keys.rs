//! Keys as the bytes that a terminal sends, and by the names that a browser's driver has for them.

use chat_tui::keys::{Code, Key};

/// What a terminal sends.
pub fn bytes(key: Key) -> String {
    let held = 1 + u8::from(key.shift) + 2 * u8::from(key.alt) + 4 * u8::from(key.ctrl);
    let letter = |end: char| if held == 1 { format!("\x1b[{end}") } else { format!("\x1b[1;{held}{end}") };
    let number = |code: u8| if held == 1 { format!("\x1b[{code}~") } else { format!("\x1b[{code};{held}~") };
    let plain = |text: String| if key.alt { format!("\x1b{text}") } else { text };
    match key.code {
        Code::Char(c) if key.ctrl => plain(char::from(c.to_ascii_uppercase() as u8 & 0x1f).to_string()),
        Code::Char(c) => plain(c.to_string()),
        Code::Enter => plain("\r".to_owned()),
        Code::Esc => plain("\x1b".to_owned()),
        Code::Tab if key.shift => "\x1b[Z".to_owned(),
        Code::Tab => plain("\t".to_owned()),
        Code::Backspace => plain("\x7f".to_owned()),
        Code::Up => letter('A'),
        Code::Down => letter('B'),
        Code::Right => letter('C'),
        Code::Left => letter('D'),
        Code::Home => letter('H'),
        Code::End => letter('F'),
        Code::Delete => number(3),
        Code::PageUp => number(5),
        Code::PageDown => number(6),
        Code::F(n @ 1..=5) => number(10 + n),
        Code::F(n @ 6..=10) => number(11 + n),
        Code::F(n) => number(12 + n),
    }
}

/// A text as it is typed: its line breaks are keys that do not send.
pub fn text(text: &str) -> String {
    text.replace('\n', "\x1b\r")
}

/// As Playwright calls it.
pub fn in_browser(key: Key) -> String {
    let mut name = String::new();
    for (held, word) in [(key.ctrl, "Control+"), (key.alt, "Alt+"), (key.shift, "Shift+")] {
        if held {
            name.push_str(word);
        }
    }
    match key.code {
        Code::Char(' ') => name.push_str("Space"),
        Code::Char(c) => name.push(c),
        Code::F(n) => name.push_str(&format!("F{n}")),
        Code::Enter => name.push_str("Enter"),
        Code::Esc => name.push_str("Escape"),
        Code::Tab => name.push_str("Tab"),
        Code::Backspace => name.push_str("Backspace"),
        Code::Delete => name.push_str("Delete"),
        Code::Left => name.push_str("ArrowLeft"),
        Code::Right => name.push_str("ArrowRight"),
        Code::Up => name.push_str("ArrowUp"),
        Code::Down => name.push_str("ArrowDown"),
        Code::Home => name.push_str("Home"),
        Code::End => name.push_str("End"),
        Code::PageUp => name.push_str("PageUp"),
        Code::PageDown => name.push_str("PageDown"),
    }
    name
}
