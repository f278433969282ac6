//! Names: of rooms, of accounts (identity), of people as drawn (display name).

use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use crate::limits;
use crate::newtype::string_type;
use crate::text::one_line;

string_type!(
    /// The name by which people find a room: letters and digits of any script, `-`, `_`, `.`;
    /// normalised (NFKC) and lower-cased. A leading `#` is taken off.
    RoomName, min: 1, max: limits::ROOM_NAME, check: |text| {
        canonical(text.strip_prefix('#').unwrap_or(&text), limits::ROOM_NAME)
    }
);

string_type!(
    /// The name by which an account signs in: letters and digits of any script, `-`, `_`, `.`;
    /// normalised (NFKC) and lower-cased.
    Identity, min: 1, max: limits::IDENTITY, check: |text| canonical(&text, limits::IDENTITY)
);

string_type!(
    /// The name that others see: printable text of up to [`limits::DISPLAY_NAME`] graphemes on
    /// one line; spaces inside are kept, at the ends cut.
    DisplayName, min: 1, max: limits::DISPLAY_NAME_BYTES, check: |text| {
        let text: String = text.trim().nfc().collect();
        if text.is_empty() {
            return Err("is empty".to_owned());
        }
        one_line(&text, limits::DISPLAY_NAME, limits::DISPLAY_NAME_BYTES)?;
        if text.chars().all(is_invisible) {
            return Err("holds nothing that can be seen".to_owned());
        }
        Ok(text)
    }
);

string_type!(
    /// What lets people into a room who were told it: eight letters and digits that are not mistaken
    /// for one another, read in any case and with dashes or spaces anywhere, written `ABCD-2345`.
    JoinCode, min: 9, max: 9, check: |text| {
        let bare: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect::<String>().to_ascii_uppercase();
        if bare.chars().count() != 8 || bare.chars().any(|c| !limits::JOIN_CODE_ALPHABET.contains(c)) {
            return Err("is not a join code such as ABCD-2345".to_owned());
        }
        Ok(format!("{}-{}", &bare[..4], &bare[4..]))
    }
);

/// The key under which a name is unique: NFKC, lower case, then the skeleton of Unicode TR 39, in
/// which look-alikes of different scripts coincide.
#[must_use]
pub fn confusable_key(name: &str) -> String {
    let folded: String = name.nfkc().collect::<String>().to_lowercase();
    skeleton(&folded).filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect::<String>().to_lowercase()
}

fn canonical(text: &str, max: usize) -> Result<String, String> {
    let text: String = text.trim().nfkc().collect::<String>().to_lowercase().nfkc().collect();
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    let count = text.chars().count();
    if count > max {
        return Err(format!("is {count} characters long; at most {max} are allowed"));
    }
    let mark = |c: char| unicode_normalization::char::is_combining_mark(c);
    if let Some(bad) = text.chars().find(|c| !(c.is_alphanumeric() || mark(*c) || matches!(c, '-' | '_' | '.'))) {
        return Err(format!("holds {bad:?}; letters, digits, '-', '_' and '.' are allowed"));
    }
    if !text.chars().next().is_some_and(char::is_alphanumeric) {
        return Err("does not begin with a letter or a digit".to_owned());
    }
    Ok(text)
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_names_are_normalised() {
        assert_eq!(RoomName::parse("#Lobby").unwrap().as_str(), "lobby");
        assert_eq!(RoomName::parse("ＯＰＳ").unwrap().as_str(), "ops");
        assert_eq!(RoomName::parse("日本語").unwrap().as_str(), "日本語");
        assert!(RoomName::parse("a b").unwrap_err().contains("' '"));
        assert!(RoomName::parse("-x").is_err());
        assert!(RoomName::parse("").is_err());
    }

    #[test]
    fn look_alikes_share_a_key() {
        assert_eq!(confusable_key("paypal"), confusable_key("pаypаl")); // Cyrillic а
        assert_eq!(confusable_key("Ada"), confusable_key("ada"));
        assert_ne!(confusable_key("ada"), confusable_key("bob"));
    }

    #[test]
    fn display_names_hold_no_tricks() {
        assert_eq!(DisplayName::parse("  Ada  Lovelace ").unwrap().as_str(), "Ada  Lovelace");
        for bad in ["", "   ", "a\nb", "a\u{202e}b", "\u{200b}", "a\0b", "\u{1b}[31m"] {
            assert!(DisplayName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(DisplayName::parse("👩‍👩‍👧‍👦".repeat(10)).is_ok());
        assert!(DisplayName::parse("x".repeat(65)).is_err());
    }
}
