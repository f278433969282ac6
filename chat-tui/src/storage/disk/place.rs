//! From ids to paths. Ids are told by a server, and may be anything that is visible ASCII: `..`,
//! `/`, `con`, two that differ in their case alone.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::storage::Pair;

/// The directory of one pair.
pub(super) fn of_pair(root: &Path, (server, user): &Pair) -> PathBuf {
    root.join(name("server", server.as_str())).join(name("user", user.as_str()))
}

/// A name that is safe on every file system: lower-case letters, digits and `-` as they are, all
/// else as `%` and its number. The word before it keeps it from being one that a system reserves.
pub(super) fn name(word: &str, id: &str) -> String {
    let mut name = format!("{word}-");
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => name.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(name, "%{byte:02x}")),
        }
    }
    name
}

/// The id that has this name; `None` when none has.
pub(super) fn id(word: &str, name: &str) -> Option<String> {
    let mut rest = name.strip_prefix(word)?.strip_prefix('-')?;
    let mut id = String::new();
    while let Some(c) = rest.chars().next() {
        let (read, length) = match rest.strip_prefix('%') {
            Some(number) => (char::from(u8::from_str_radix(number.get(..2)?, 16).ok()?), 3),
            None => (c, c.len_utf8()),
        };
        id.push(read);
        rest = rest.get(length..)?;
    }
    (self::name(word, &id) == name).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leads_out_of_its_directory_or_into_another() {
        assert_eq!(name("user", "../a b"), "user-%2e%2e%2fa%20b");
        assert_eq!(name("user", "ok-1"), "user-ok-1");
        let ids = ["a", "A", "%61", ".", "..", "/", "\\", "con", "a/b", "a%2fb", "~", "-"];
        let names: std::collections::BTreeSet<String> = ids.iter().map(|id| name("user", id).to_lowercase()).collect();
        assert_eq!(names.len(), ids.len());
        assert!(ids.iter().all(|known| id("user", &name("user", known)).as_deref() == Some(*known)));
        assert!(["user-%", "user-%4", "user-%zz", "user-A", "user-%61", "other-a", "user-é"].iter().all(|name| id("user", name).is_none()));
        assert!(names.iter().all(|name| !name.contains(['/', '\\', '.'])));
    }
}
