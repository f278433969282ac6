//! Whether a message is what is searched for, once the names are known.

use std::collections::HashSet;

use chat_proto::entry::{Body, Edit, Entry};
use chat_proto::error::{Code, Error};
use chat_proto::id::{RoomId, UserId};
use chat_proto::limits::HIGHLIGHTS;
use chat_proto::place::Millis;
use chat_proto::request::search_read::Hit;
use chat_proto::search::{Phrase, marks_of, words};

use crate::domain::access::no_such_room;
use crate::domain::readable::ReadableRoom;
use crate::domain::search::parse::{Asked, no_room_called, shown};

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Sought<'a> {
    /// What the query asks for.
    pub asked: &'a Asked,
    /// Whose messages; anybody's where it is none.
    pub from: Option<HashSet<UserId>>,
    /// Whose not.
    pub not_from: HashSet<UserId>,
}

impl Sought<'_> {
    /// Whether a message with that text, as it reads now, is it.
    #[must_use]
    pub fn fits(&self, author: &UserId, time: Millis, text: &str) -> bool {
        let theirs = self.from.as_ref().is_none_or(|from| from.contains(author)) && !self.not_from.contains(author);
        if !theirs || time < self.asked.since || self.asked.until.is_some_and(|until| time >= until) {
            return false;
        }
        let words = words(text);
        let stands = |phrase: &Phrase| phrase.places(&words).next().is_some();
        self.asked.all.iter().all(stands) && !self.asked.none.iter().any(stands)
    }
}

/// Of the rooms that the reader may read, those to search in.
///
/// # Errors
/// `not_found` for a room that is named and is none of them.
pub fn choose_rooms<T>(readable: Vec<(T, ReadableRoom)>, asked: &Asked, only: Option<&RoomId>) -> Result<Vec<(T, ReadableRoom)>, Error> {
    if only.is_some_and(|only| !readable.iter().any(|(_, known)| known.room == *only)) {
        return Err(no_such_room());
    }
    let named = asked.rooms.iter().chain(&asked.not_rooms);
    if let Some(unknown) = named.into_iter().find(|name| !readable.iter().any(|(_, known)| known.name == **name)) {
        return Err(no_room_called(unknown.as_str()));
    }
    let wanted = |known: &ReadableRoom| {
        only.is_none_or(|only| known.room == *only)
            && (asked.rooms.is_empty() || asked.rooms.contains(&known.name))
            && !asked.not_rooms.contains(&known.name)
    };
    Ok(readable.into_iter().filter(|(_, known)| wanted(known)).collect())
}

/// The refusal of a name that nobody has.
#[must_use]
pub fn nobody_called(name: &str) -> Error {
    let mut error = Error::new(Code::NotFound, format!("Nobody here is called {}.", shown(name)));
    error.field = Some("query".to_owned());
    error
}

/// A message that was found, as it reads after its last edit, with what of it is to be marked; none
/// where it is none.
#[must_use]
pub fn hit(room: &ReadableRoom, entry: Entry, edit: Option<Edit>, asked: &Asked) -> Option<Hit> {
    // An answer to what they may not read comes without its quote.
    let mut entry = room.ranges.seen(entry);
    let Body::Message(message) = &mut entry.body else { return None };
    let edited = edit.is_some();
    if let Some(edit) = edit {
        message.content = edit.content;
        message.mentions = edit.mentions;
    }
    let highlights = utf16(&message.content.text, &asked.all);
    Some(Hit { room: room.room.clone(), epoch: room.epoch.clone(), entry, edited, highlights })
}

/// The marked places of a text, in UTF-16 code units.
fn utf16(text: &str, phrases: &[Phrase]) -> Vec<(u32, u32)> {
    let (mut at, mut units) = (0, 0_u32);
    let mut until = |byte: usize| {
        units += text[at..byte].chars().map(|c| c.len_utf16() as u32).sum::<u32>();
        at = byte;
        units
    };
    marks_of(phrases, text).into_iter().take(HIGHLIGHTS).map(|range| (until(range.start), until(range.end))).collect()
}

#[cfg(test)]
mod tests {
    use chat_proto::text::SearchText;

    use super::*;
    use crate::domain::search::parse;

    #[test]
    fn marks_count_as_javascript_counts() {
        let asked = parse(&SearchText::parse("cafe 日").unwrap()).unwrap();
        assert_eq!(utf16("🎉 Café 日本", &asked.all), [(3, 7), (8, 9)]);
    }

    #[test]
    fn all_conditions_hold_at_once() {
        let asked = parse(&SearchText::parse("rust \"on disk\" -slow after:1970-01-01 before:1970-01-03").unwrap()).unwrap();
        let (ada, bob) = (UserId::parse("ada").unwrap(), UserId::parse("bob").unwrap());
        let sought = Sought { asked: &asked, from: Some(HashSet::from([ada.clone()])), not_from: HashSet::new() };
        let day = 24 * 60 * 60 * 1_000;
        assert!(sought.fits(&ada, day, "Rust, on disk"));
        assert!(!sought.fits(&bob, day, "Rust, on disk"));
        assert!(!sought.fits(&ada, day - 1, "Rust, on disk"));
        assert!(!sought.fits(&ada, 2 * day, "Rust, on disk"));
        assert!(!sought.fits(&ada, day, "Rust, on a disk"));
        assert!(!sought.fits(&ada, day, "on disk"));
        assert!(!sought.fits(&ada, day, "Rust, on disk, slow"));
        let not_ada = Sought { asked: &asked, from: None, not_from: HashSet::from([ada.clone()]) };
        assert!(!not_ada.fits(&ada, day, "Rust, on disk") && not_ada.fits(&bob, day, "Rust, on disk"));
    }
}
