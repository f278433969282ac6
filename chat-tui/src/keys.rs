//! Our own keys, with the names that the table of actions calls them by. The terminal library's
//! enums are mapped to them once, in `runtime/input.rs`.

/// A key with what was held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which.
    pub code: Code,
    /// Control was held.
    pub ctrl: bool,
    /// Alt was held.
    pub alt: bool,
    /// Shift was held; never set for characters.
    pub shift: bool,
}

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the key of that name")]
pub enum Code {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
}

impl Key {
    /// The key alone.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// The character, if the key writes one.
    #[must_use]
    pub fn writes(&self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// Its name in the table of actions, such as `Ctrl+K`, `Alt+Enter` or `r`.
    #[must_use]
    pub fn name(&self) -> String {
        let mut name = String::new();
        for (held, word) in [(self.ctrl, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")] {
            if held {
                name.push_str(word);
            }
        }
        match self.code {
            Code::Char(' ') => name.push_str("Space"),
            Code::Char(c) if self.ctrl || self.alt => name.extend(c.to_uppercase()),
            Code::Char(c) => name.push(c),
            Code::F(n) => name.push_str(&format!("F{n}")),
            Code::Enter => name.push_str("Enter"),
            Code::Esc => name.push_str("Esc"),
            Code::Tab => name.push_str("Tab"),
            Code::Backspace => name.push_str("Backspace"),
            Code::Delete => name.push_str("Delete"),
            Code::Left => name.push_str("Left"),
            Code::Right => name.push_str("Right"),
            Code::Up => name.push_str("Up"),
            Code::Down => name.push_str("Down"),
            Code::Home => name.push_str("Home"),
            Code::End => name.push_str("End"),
            Code::PageUp => name.push_str("PageUp"),
            Code::PageDown => name.push_str("PageDown"),
        }
        name
    }

    /// Reads a name of the table of actions.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut key = Self::plain(Code::Esc);
        let mut rest = name;
        loop {
            if let Some(after) = rest.strip_prefix("Ctrl+") {
                (key.ctrl, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("Alt+") {
                (key.alt, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("Shift+") {
                (key.shift, rest) = (true, after);
            } else {
                break;
            }
        }
        key.code = match rest {
            "Space" => Code::Char(' '),
            "Enter" => Code::Enter,
            "Esc" => Code::Esc,
            "Tab" => Code::Tab,
            "Backspace" => Code::Backspace,
            "Delete" => Code::Delete,
            "Left" => Code::Left,
            "Right" => Code::Right,
            "Up" => Code::Up,
            "Down" => Code::Down,
            "Home" => Code::Home,
            "End" => Code::End,
            "PageUp" => Code::PageUp,
            "PageDown" => Code::PageDown,
            _ => {
                let mut chars = rest.chars();
                match (chars.next()?, chars.as_str()) {
                    (c, "") if key.ctrl || key.alt => Code::Char(c.to_ascii_lowercase()),
                    (c, "") => Code::Char(c),
                    ('F', digits) => Code::F(digits.parse().ok()?),
                    _ => return None,
                }
            }
        };
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::action::ACTIONS;

    use super::*;

    #[test]
    fn every_key_of_the_table_is_known() {
        for name in ACTIONS.iter().flat_map(|action| action.keys).flat_map(|keys| keys.split(' ')) {
            let key = Key::parse(name).unwrap_or_else(|| panic!("{name} is no key"));
            assert_eq!(key.name(), *name);
        }
    }
}
