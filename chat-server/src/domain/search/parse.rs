//! What a query means, or what is wrong with it.

use chat_proto::error::{Code, Error};
use chat_proto::limits::{SEARCH_FILTERS, SEARCH_WORDS};
use chat_proto::name::RoomName;
use chat_proto::place::Millis;
use chat_proto::search::{Filter, Key, Parsed, Phrase};
use chat_proto::text::SearchText;
use time::{Date, Month};

const DAY_MS: Millis = 24 * 60 * 60 * 1_000;

/// What a query asks for; who and where is still told by names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Every one of these occurs.
    pub all: Vec<Phrase>,
    /// None of these does.
    pub none: Vec<Phrase>,
    /// The author is called by one of these names, or `me`; anybody where there is none.
    pub from: Vec<String>,
    /// The author is called by none of these.
    pub not_from: Vec<String>,
    /// The room is one of these; any where there is none.
    pub rooms: Vec<RoomName>,
    /// The room is none of these.
    pub not_rooms: Vec<RoomName>,
    /// Not older than this.
    pub since: Millis,
    /// Older than this; none where any time will do.
    pub until: Option<Millis>,
}

/// What the query means.
///
/// # Errors
/// `invalid` for one that nothing can be found by, `not_found` for a room that cannot be one; the
/// message says in a sentence what is wrong.
pub fn parse(query: &SearchText) -> Result<Asked, Error> {
    let parsed = Parsed::of(query.as_str());
    if parsed.all.len() + parsed.none.len() > SEARCH_WORDS || parsed.filters.len() > SEARCH_FILTERS {
        return Err(unusable(format!("That is too much to search for: at most {SEARCH_WORDS} words and {SEARCH_FILTERS} filters.")));
    }
    let mut asked = Asked { all: parsed.all, none: parsed.none, ..Asked::default() };
    for filter in parsed.filters {
        if filter.value.is_empty() {
            let key = filter.key.as_str();
            return Err(unusable(format!(
                "Nothing stands behind {key} in the search. Write it without a space, such as {}.",
                example(filter.key)
            )));
        }
        match filter.key {
            Key::From => (if filter.excluded { &mut asked.not_from } else { &mut asked.from }).push(person(filter.value)),
            Key::In => (if filter.excluded { &mut asked.not_rooms } else { &mut asked.rooms }).push(room(&filter.value)?),
            Key::Before | Key::After => restrict(&mut asked, &filter)?,
        }
    }
    if asked.all.is_empty() && asked.from.is_empty() {
        let sentence = if asked.none.is_empty() && asked.not_from.is_empty() {
            "There is no word to search for. Write at least one, or from: and a name."
        } else {
            "The search only says what to leave out. Write at least one word that is to be found."
        };
        return Err(unusable(sentence));
    }
    Ok(asked)
}

fn example(key: Key) -> &'static str {
    match key {
        Key::From => "from:ada",
        Key::In => "in:lobby",
        Key::Before => "before:2026-01-31",
        Key::After => "after:2026-01-31",
    }
}

fn person(value: String) -> String {
    value.strip_prefix('@').filter(|rest| !rest.is_empty()).map_or(value.clone(), str::to_owned)
}

fn room(value: &str) -> Result<RoomName, Error> {
    RoomName::parse(value).map_err(|_| no_room_called(value))
}

/// The refusal of a room's name: the same words where there is none and where the reader is not in it.
pub(super) fn no_room_called(name: &str) -> Error {
    let mut error = Error::new(Code::NotFound, format!("You are in no room #{}.", shown(name.trim_start_matches('#'))));
    error.field = Some("query".to_owned());
    error
}

/// A piece of the query as a sentence quotes it.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !chat_proto::text::is_bidi(*c)).take(60).collect()
}

/// Of a day that is named the messages are neither before nor after it.
fn restrict(asked: &mut Asked, filter: &Filter) -> Result<(), Error> {
    let key = filter.key.as_str();
    if filter.excluded {
        return Err(unusable(format!("A minus before {key} means nothing. Use before: and after: without it.")));
    }
    let Some(begin) = midnight(&filter.value) else {
        return Err(unusable(format!(
            "{key}{} is no day. Write it as year, month and day, such as {}.",
            shown(&filter.value),
            example(filter.key)
        )));
    };
    if filter.key == Key::Before {
        asked.until = Some(asked.until.map_or(begin, |until| until.min(begin)));
    } else {
        asked.since = asked.since.max(begin + DAY_MS);
    }
    Ok(())
}

/// When the day begins, UTC, for `YYYY-MM-DD`; a day before 1970 begins with it, since nothing is older.
fn midnight(text: &str) -> Option<Millis> {
    let mut parts = text.split('-');
    let mut number = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        part.parse::<u16>().ok()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    if parts.next().is_some() {
        return None;
    }
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
    let seconds = date.midnight().assume_utc().unix_timestamp();
    Some(Millis::try_from(seconds).unwrap_or(0) * 1_000)
}

/// A query that nothing can be found by.
pub(super) fn unusable(sentence: impl Into<String>) -> Error {
    let mut error = Error::new(Code::Invalid, sentence);
    error.field = Some("query".to_owned());
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Asked, Error> {
        parse(&SearchText::parse(query).unwrap())
    }

    #[test]
    fn a_query_means_what_it_says() {
        let found = asked("rust from:@Ada from:me in:#OPS -in:lobby -from:bob after:2024-02-28 before:2024-03-02 -slow").unwrap();
        assert_eq!((found.all.len(), found.none.len()), (1, 1));
        assert_eq!((found.from, found.not_from), (vec!["Ada".to_owned(), "me".to_owned()], vec!["bob".to_owned()]));
        assert_eq!((found.rooms[0].as_str(), found.not_rooms[0].as_str()), ("ops", "lobby"));
        // The 29th of February and the 1st of March 2024.
        assert_eq!((found.since, found.until), (1_709_164_800_000, Some(1_709_337_600_000)));
        assert_eq!(found.until.unwrap() - found.since, 2 * DAY_MS);
        let narrow = asked("x after:2024-01-01 after:2025-01-01 before:2027-01-01 before:2026-01-01").unwrap();
        assert_eq!((narrow.since, narrow.until), (1_735_776_000_000, Some(1_767_225_600_000)));
        assert!(asked("from:ada").unwrap().all.is_empty(), "what somebody said at all");
        assert_eq!(asked("x before:0001-01-01").unwrap().until, Some(0));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, named) in [
            ("🎉", "no word"),
            ("in:ops", "no word"),
            ("after:2026-01-01", "no word"),
            ("-slow", "leave out"),
            ("-from:ada -slow in:ops", "leave out"),
            ("x from: ada", "behind from:"),
            ("x in:\"\"", "behind in:"),
            ("x before:yesterday", "before:yesterday is no day"),
            ("x after:2026-02-29", "after:2026-02-29 is no day"),
            ("x after:2026-13-01", "no day"),
            ("x after:26-1-1", "no day"),
            ("x after:+026-01-01", "no day"),
            ("x after:2026-01-01-01", "no day"),
            ("x -before:2026-01-01", "minus"),
            ("x in:a/b", "no room #a/b"),
            (&"x ".repeat(SEARCH_WORDS + 1), "too much"),
            (&format!("x {}", "in:a ".repeat(SEARCH_FILTERS + 1)), "too much"),
        ] {
            let error = asked(query).unwrap_err();
            assert!(error.message.contains(named), "{query}: {error}");
            assert!(error.message.ends_with('.') && error.is_final() && error.field.as_deref() == Some("query"), "{query}: {error:?}");
        }
        let hostile = asked("x before:\u{1b}[31m\u{202e}abc").unwrap_err();
        assert!(!hostile.message.contains(['\u{1b}', '\u{202e}']), "{hostile}");
    }
}
