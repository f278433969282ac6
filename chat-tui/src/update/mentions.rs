//! Who is mentioned in a text: `@` and a name that is known in the room, the longest that fits.

use std::collections::BTreeMap;

use chat_proto::id::UserId;
use chat_proto::limits;

/// The people mentioned, each once, in order.
#[must_use]
pub fn of(text: &str, known: &BTreeMap<UserId, String>) -> Vec<UserId> {
    let mut found = Vec::new();
    let text = text.to_lowercase();
    let known: Vec<(&UserId, String)> = known.iter().map(|(id, name)| (id, name.to_lowercase())).collect();
    for (at, _) in text.match_indices('@') {
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let rest = &text[at + 1..];
        let ends = |name: &str| rest[name.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let fitting = known.iter().filter(|(_, name)| rest.starts_with(name.as_str()) && ends(name));
        if let Some((id, _)) = fitting.max_by_key(|(_, name)| name.len())
            && !found.contains(*id)
        {
            found.push((*id).clone());
        }
    }
    found.truncate(limits::MENTIONS);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_counts() {
        let id = |id: &str| UserId::parse(id).unwrap();
        let known = BTreeMap::from([(id("1"), "Ada".to_owned()), (id("2"), "Ada Lovelace".to_owned()), (id("3"), "bob".to_owned())]);
        assert_eq!(of("@ada lovelace, and @Bob!", &known), [id("2"), id("3")]);
        assert_eq!(of("@Ada: hi @ada", &known), [id("1")]);
        assert_eq!(of("mail@bob @bobby @", &known), []);
    }
}
