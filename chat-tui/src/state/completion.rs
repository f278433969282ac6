//! Completion by Tab: names, rooms, commands, emoji.

use chat_proto::action::{ACTIONS, ActionId, by_command};

use super::State;

/// How many are offered.
const MOST: usize = 50;

/// A completion under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Where in the composer it begins.
    pub from: usize,
    /// Where what stands there now ends.
    pub to: usize,
    /// What is offered.
    pub offers: Vec<Offer>,
    /// Which one stands there.
    pub index: usize,
}

/// One offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is put in.
    pub text: String,
    /// What is shown.
    pub shown: String,
}

impl Completion {
    /// What can be put in for the word before the caret.
    #[must_use]
    pub fn find(state: &State) -> Option<Self> {
        let caret = state.composer.caret();
        let before = &state.composer.text()[..caret];
        let from = before.rfind(char::is_whitespace).map_or(0, |index| index + before[index..].chars().next().map_or(1, char::len_utf8));
        let word = &before[from..];
        let mut offers = match word.chars().next() {
            Some('/') if from == 0 => commands(&word[1..]),
            Some('#') => rooms(state, &word[1..], "#"),
            Some('@') => names(state, &word[1..]),
            Some(':') if word.len() > 1 => emoji(&word[1..]),
            _ => match command_before(before) {
                Some(ActionId::Join | ActionId::Switcher) => rooms(state, word, ""),
                Some(ActionId::React) => emoji(word.trim_start_matches(':')),
                _ if word.is_empty() => Vec::new(),
                _ => names(state, word),
            },
        };
        offers.truncate(MOST);
        (!offers.is_empty()).then_some(Self { from, to: caret, offers, index: 0 })
    }
}

fn command_before(before: &str) -> Option<ActionId> {
    let (name, _) = before.strip_prefix('/')?.split_once(char::is_whitespace)?;
    by_command(name).map(|action| action.id)
}

fn commands(start: &str) -> Vec<Offer> {
    let start = start.to_lowercase();
    let known = ACTIONS.iter().filter(|action| action.not_in_terminal.is_empty());
    let mut offers: Vec<Offer> = known
        .flat_map(|action| action.commands.iter().map(move |command| (action, command)))
        .filter(|(_, command)| command.starts_with(&start))
        .map(|(action, command)| Offer {
            text: format!("/{command} "),
            shown: format!("/{command} {}  {}", action.arguments, action.summary),
        })
        .collect();
    offers.sort_by(|a, b| a.text.cmp(&b.text));
    offers
}

fn rooms(state: &State, start: &str, sign: &str) -> Vec<Offer> {
    let start = start.to_lowercase();
    let names = state.listed().into_iter().map(|room| room.info.name.as_str().to_owned());
    let fitting = names.filter(|name| name.starts_with(&start));
    fitting.map(|name| Offer { text: format!("{sign}{name} "), shown: format!("#{name}") }).collect()
}

fn names(state: &State, start: &str) -> Vec<Offer> {
    let Some(room) = state.room() else { return Vec::new() };
    let start = start.to_lowercase();
    let me = state.me.as_ref().map(|me| &me.id);
    let known = room.known_people();
    let mut names: Vec<&String> =
        known.iter().filter(|(id, name)| Some(*id) != me && name.to_lowercase().starts_with(&start)).map(|(_, name)| name).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|name| Offer { text: format!("@{name} "), shown: name.clone() }).collect()
}

fn emoji(start: &str) -> Vec<Offer> {
    let start = start.to_lowercase();
    let mut found: Vec<(&str, &str)> = emojis::iter()
        .flat_map(|emoji| emoji.shortcodes().map(move |code| (code, emoji.as_str())))
        .filter(|(code, _)| code.starts_with(&start))
        .collect();
    found.sort_by_key(|(code, _)| (code.len(), *code));
    found.truncate(MOST);
    found.into_iter().map(|(code, emoji)| Offer { text: format!("{emoji} "), shown: format!("{emoji} :{code}:") }).collect()
}
