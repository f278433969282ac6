//! Lists that are narrowed by words: rooms to go to, rooms to join, emoji.

use chat_proto::id::RoomId;
use chat_proto::request::room_list::RoomListReply;
use chat_proto::text::Emoji;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::state::State;
use crate::state::popup::{Choice, Popup, Search};

/// How many emoji are offered.
const EMOJI: usize = 60;
/// The ones that people react with most, offered first.
const COMMON: &[&str] = &["👍", "❤️", "😂", "🎉", "👀", "🙏", "✅", "🚀", "😮", "😢", "👎", "🤔"];

/// The own rooms that fit the words, the best first; without words the unread ones first.
pub(super) fn own_rooms(state: &State, words: &str) -> Search<RoomId> {
    let mut rooms = state.listed();
    if words.is_empty() {
        let last = state.last.as_ref();
        rooms.retain(|room| state.current.as_ref() != Some(room.id()));
        rooms.sort_by_key(|room| {
            let (unread, mentions) = state.unread(room);
            (mentions == 0, unread == 0, last != Some(room.id()))
        });
    }
    let choices = rooms.into_iter().map(|room| Choice {
        value: room.id().clone(),
        shown: room.label(),
        note: match state.unread(room) {
            (0, 0) => room.info.topic.as_str().to_owned(),
            (unread, 0) => unread.to_string(),
            (_, mentions) => format!("@{mentions}"),
        },
    });
    Search { words: words.to_owned(), found: fitting(words, choices.collect()), index: 0 }
}

/// The emoji whose names fit the words.
pub(super) fn emoji(words: &str) -> Search<Emoji> {
    let choice = |emoji: &'static emojis::Emoji| {
        let value = Emoji::parse(emoji.as_str()).ok()?;
        let code = emoji.shortcode().map_or_else(String::new, |code| format!(":{code}:"));
        Some(Choice { value, shown: format!("{} {code}", emoji.as_str()), note: emoji.name().to_owned() })
    };
    let found = if words.is_empty() {
        COMMON.iter().filter_map(|common| emojis::get(common)).filter_map(choice).collect()
    } else {
        let mut found = fitting(words, emojis::iter().filter_map(choice).collect());
        found.truncate(EMOJI);
        found
    };
    Search { words: words.to_owned(), found, index: 0 }
}

/// Those that fit the words, the best first; all of them, as they stand, without words.
fn fitting<T>(words: &str, choices: Vec<Choice<T>>) -> Vec<Choice<T>> {
    if words.trim().is_empty() {
        return choices;
    }
    let pattern = Pattern::parse(words, CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, Choice<T>)> = choices
        .into_iter()
        .filter_map(|choice| {
            let score = pattern.score(Utf32Str::new(&choice.shown, &mut buffer), &mut matcher)?;
            Some((score, choice))
        })
        .collect();
    scored.sort_by(|(a, _), (b, _)| b.cmp(a));
    scored.into_iter().map(|(_, choice)| choice).collect()
}

/// The list of rooms came.
pub(super) fn rooms_listed(state: &mut State, reply: RoomListReply) {
    if reply.more {
        state.say("There are more rooms than these: /list WORDS narrows the list.");
    }
    let choices = reply.rooms.into_iter().map(|summary| Choice {
        shown: format!("#{}", summary.room.name),
        note: match (summary.members, summary.joined) {
            (1, joined) => format!("1 person{}  {}", if joined { " · you are in" } else { "" }, summary.room.topic),
            (members, joined) => format!("{members} people{}  {}", if joined { " · you are in" } else { "" }, summary.room.topic),
        },
        value: summary.room.name,
    });
    state.popup = Some(Popup::Rooms(Search { found: choices.collect(), ..Search::default() }));
}
