//! Words as the index knows them, and the expression that finds a query.
//!
//! A word carries its block and its room: `nco.7.tokio` is `tokio` in block `nco` and the room of
//! key 7. So a search reads nothing of rooms that the reader is not in, however common the words
//! are there. No text of people's is ever an expression's syntax: every word is letters and digits,
//! and stands in quotation marks.

use std::fmt::Write;

use chat_proto::id::UserId;
use chat_proto::search::{Phrase, words};
use sha2::{Digest, Sha256};

use crate::domain::search::Sought;

/// What stands before every word of a room in a block.
pub(super) struct Place(String);

impl Place {
    pub fn new(block: i64, room: i64) -> Self {
        let mut text = String::new();
        for number in [block, room] {
            base36(number.unsigned_abs(), &mut text);
            text.push('.');
        }
        Self(text)
    }

    /// A message as the index takes it: its words in order, then its author.
    pub fn document(&self, author: &UserId, text: &str) -> String {
        let words = words(text);
        let mut document = String::with_capacity(text.len() + (words.len() + 1) * (self.0.len() + 1) + 16);
        for word in words {
            document.push_str(&self.0);
            document.push_str(&word.text);
            document.push(' ');
        }
        document.push_str(&self.0);
        document.push_str(&author_word(author));
        document
    }

    /// The expression for what is sought here; none when nothing can be found.
    pub fn expression(&self, sought: &Sought<'_>, out: &mut String) {
        let mut all: Vec<String> = sought.asked.all.iter().map(|phrase| self.phrase(phrase)).collect();
        all.extend(sought.from.iter().map(|from| self.authors(from)));
        let mut none: Vec<String> = sought.asked.none.iter().map(|phrase| self.phrase(phrase)).collect();
        none.extend(sought.not_from.iter().map(|user| self.author(user)));
        // Writing into a string cannot fail.
        let _ = write!(out, "(({})", all.join(" AND "));
        if !none.is_empty() {
            let _ = write!(out, " NOT ({})", none.join(" OR "));
        }
        out.push(')');
    }

    fn phrase(&self, phrase: &Phrase) -> String {
        let words: Vec<String> = phrase.words.iter().map(|word| format!("{}{word}", self.0)).collect();
        format!("\"{}\"{}", words.join(" "), if phrase.prefix { " *" } else { "" })
    }

    fn authors<'a>(&self, users: impl IntoIterator<Item = &'a UserId>) -> String {
        let users: Vec<String> = users.into_iter().map(|user| self.author(user)).collect();
        format!("({})", users.join(" OR "))
    }

    fn author(&self, user: &UserId) -> String {
        format!("\"{}{}\"", self.0, author_word(user))
    }
}

/// How many look-ups of words the expression of one room costs.
pub(super) fn cost(sought: &Sought<'_>) -> usize {
    let phrases = sought.asked.all.iter().chain(&sought.asked.none).map(|phrase| phrase.words.len()).sum::<usize>();
    phrases + sought.from.as_ref().map_or(0, |from| from.len()) + sought.not_from.len()
}

/// A user id can hold any visible character, and the index knows no upper case: five bytes of its hash
/// stand for it. Two users of the same five are told apart by the entry.
fn author_word(user: &UserId) -> String {
    let mut word = String::from("@");
    for byte in &Sha256::digest(user.as_str().as_bytes())[..5] {
        let _ = write!(word, "{byte:02x}");
    }
    word
}

fn base36(mut number: u64, out: &mut String) {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = [0; 13];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = DIGITS[(number % 36) as usize];
        number /= 36;
        if number == 0 {
            break;
        }
    }
    out.extend(digits[at..].iter().map(|byte| char::from(*byte)));
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chat_proto::text::SearchText;

    use super::*;
    use crate::domain::search::parse;

    #[test]
    fn words_carry_their_place_and_nothing_else_is_syntax() {
        let place = Place::new(1 << 20, 7);
        let ada = UserId::parse("Ada\"*").unwrap();
        let document = place.document(&ada, "Café NEAR(日本, \"x\") *");
        let author = author_word(&ada);
        assert_eq!(document, format!("mh34.7.cafe mh34.7.near mh34.7.日本 mh34.7.本 mh34.7.x mh34.7.{author}"));
        assert!(author.len() == 11 && author[1..].bytes().all(|byte| byte.is_ascii_hexdigit()));
        let asked = parse(&SearchText::parse("x* \"one NEAR(\" -\"a OR b\" -c to").unwrap()).unwrap();
        let sought = Sought { asked: &asked, from: Some(HashSet::from([ada.clone()])), not_from: HashSet::from([ada]) };
        let mut expression = String::new();
        place.expression(&sought, &mut expression);
        assert_eq!(
            expression,
            format!(
                "((\"mh34.7.x\" AND \"mh34.7.one mh34.7.near\" AND \"mh34.7.to\" * AND (\"mh34.7.{author}\")) \
                 NOT (\"mh34.7.a mh34.7.or mh34.7.b\" OR \"mh34.7.c\" OR \"mh34.7.{author}\"))"
            )
        );
        assert_eq!(cost(&sought), 10);
    }
}
