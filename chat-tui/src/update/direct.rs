//! Conversations: `/msg bob`, `/msg bob,carol lunch?`.

use std::collections::BTreeMap;

use chat_proto::text::MessageText;

use super::{Fx, compose, mentions, people, queue, rooms};
use crate::state::State;
use crate::state::asked::{Direct, Wish};
use crate::state::composer::Mode;
use crate::state::outbox::{Item, Work};

/// Opens the conversation with the people named, and says there what stands behind the names.
pub(super) fn open(state: &mut State, line: &str, fx: &mut Fx) {
    let (names, text) = split(line, &known_names(state));
    let text = Some(text).filter(|text| !text.is_empty()).map(MessageText::parse).transpose();
    match text {
        Ok(text) => go_on(state, Direct { names, found: Vec::new(), text }, fx),
        Err(reason) => state.complain(format!("The message {reason}.")),
    }
}

/// Looks for the next one of the people; opens the conversation once all are found.
pub(super) fn go_on(state: &mut State, mut wanted: Direct, fx: &mut Fx) {
    if wanted.names.is_empty() {
        with(state, wanted, fx);
    } else {
        let name = wanted.names.remove(0);
        people::find(state, &name, Wish::Direct(wanted), fx);
    }
}

fn with(state: &mut State, Direct { names: _, found, text }: Direct, fx: &mut Fx) {
    let me = state.me.as_ref().map(|me| me.id.clone());
    let found: BTreeMap<_, _> = found.into_iter().collect();
    let others: Vec<_> = found.keys().filter(|user| Some(*user) != me.as_ref()).cloned().collect();
    if let Some(room) = state.conversation_with(&others).map(|room| room.id().clone()) {
        rooms::enter(state, &room, fx);
        if let Some(text) = text {
            compose::say_as(state, text.as_str(), Mode::Write, fx);
        }
        return;
    }
    // Somebody who names but themselves is told by the server what comes of it.
    let users = if others.is_empty() { found.keys().cloned().collect() } else { others };
    // What opens it may be on its way already; what is said there keeps its order behind that.
    let same = |item: &&Item| !item.has_final_answer() && item.work == Work::Direct { users: users.clone() };
    let under_way = state.outbox.items().find(same).map(|item| item.client_id.clone());
    let opening = match under_way {
        Some(opening) => opening,
        None => queue::queue(state, Work::Direct { users }, false, fx),
    };
    if let Some(text) = text {
        let mentions = mentions::of(text.as_str(), &found);
        queue::queue(state, Work::SendTo { opening, text, mentions }, false, fx);
    }
}

fn known_names(state: &State) -> Vec<String> {
    state.rooms.values().flat_map(|room| room.known_people().into_values()).collect()
}

/// The names at the beginning of the line, with commas between them, and what stands behind them. A name
/// is a known one with spaces in it, else a word.
fn split<'a>(line: &'a str, known: &[String]) -> (Vec<String>, &'a str) {
    let mut names = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start().trim_start_matches('@');
        let ends = |at: usize| rest[at..].chars().next().is_none_or(|c| c == ',' || c.is_whitespace());
        let begins = |name: &&String| {
            let head = rest.get(..name.len());
            head.is_some_and(|head| head.to_lowercase() == name.to_lowercase()) && ends(name.len())
        };
        let word = rest.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(rest.len());
        let length = known.iter().filter(begins).map(String::len).max().unwrap_or(word);
        let (name, behind) = rest.split_at(length);
        names.extend(Some(name.to_owned()).filter(|name| !name.is_empty()));
        match behind.trim_start().strip_prefix(',') {
            Some(next) => rest = next,
            None => return (names, behind.trim()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_at_a_comma_or_where_a_known_name_does() {
        let known = ["Ada Lovelace".to_owned(), "ada".to_owned()];
        let names = |line| split(line, &known);
        assert_eq!(names("bob"), (vec!["bob".into()], ""));
        assert_eq!(names("bob lunch, at noon?"), (vec!["bob".into()], "lunch, at noon?"));
        assert_eq!(names("@bob,@carol , dave hi"), (vec!["bob".into(), "carol".into(), "dave".into()], "hi"));
        assert_eq!(names("@ada lovelace hello"), (vec!["ada lovelace".into()], "hello"));
        assert_eq!(names("ada hello"), (vec!["ada".into()], "hello"));
        assert_eq!(names("bob, "), (vec!["bob".into()], ""));
    }
}
