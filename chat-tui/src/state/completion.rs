//! Completion by Tab: names, rooms, commands, emoji.

use std::collections::BTreeSet;

use chat_proto::action::{ACTIONS, ActionId, by_command};
use chat_proto::id::UserId;
use chat_proto::request::friend_list::Friendship;

use super::room::Room;
use super::{State, friends, role, setting};

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
        let mut from =
            before.rfind(char::is_whitespace).map_or(0, |index| index + before[index..].chars().next().map_or(1, char::len_utf8));
        let command = command_before(before);
        if let Some((ActionId::Direct, _)) = command {
            // One of several names, with a comma before it.
            from += before[from..].rfind(',').map_or(0, |comma| comma + 1);
        }
        let word = &before[from..];
        let mut offers = match word.chars().next() {
            Some('/') if from == 0 => commands(&word[1..]),
            Some('#') => rooms(state, &word[1..], "#"),
            Some('@') if matches!(command, Some((ActionId::Friend, arguments)) if arguments.contains(char::is_whitespace)) => {
                friend(state, command.map_or("", |(_, arguments)| arguments), word)
            }
            Some('@') => people(state, command.map(|(id, _)| id), &word[1..]),
            Some(':') if word.len() > 1 => emoji(&word[1..]),
            _ => match command {
                Some((ActionId::Join | ActionId::Switcher, _)) => rooms(state, word, ""),
                Some((ActionId::React, _)) => emoji(word.trim_start_matches(':')),
                Some((ActionId::Friend, arguments)) => friend(state, arguments, word),
                Some((id, arguments)) => match values(state, id, arguments, word) {
                    offers if !offers.is_empty() => offers,
                    _ if word.is_empty() && !takes_people(id) => Vec::new(),
                    _ => people(state, Some(id), word),
                },
                None if word.is_empty() => Vec::new(),
                None => names(state, word),
            },
        };
        offers.truncate(MOST);
        (!offers.is_empty()).then_some(Self { from, to: caret, offers, index: 0 })
    }
}

/// The command that is being written, and what stands behind it.
fn command_before(before: &str) -> Option<(ActionId, &str)> {
    let (name, arguments) = before.strip_prefix('/')?.split_once(char::is_whitespace)?;
    by_command(name).map(|action| (action.id, arguments))
}

/// Whether the command's first word is somebody's name, who may be in any room.
fn takes_people(id: ActionId) -> bool {
    matches!(id, ActionId::Invite | ActionId::Direct | ActionId::Whois | ActionId::ServerRole | ActionId::Kick | ActionId::Role)
}

/// The words that a command takes, where what stands before the caret is one of them.
fn values(state: &State, id: ActionId, arguments: &str, word: &str) -> Vec<Offer> {
    let before = arguments[..arguments.len() - word.len()].trim();
    let known: Vec<&str> = match id {
        ActionId::Role | ActionId::ServerRole if !before.is_empty() => role::ROLES.to_vec(),
        ActionId::Settings if before.is_empty() => setting::SETTINGS.to_vec(),
        ActionId::Settings => setting::values(&before.to_lowercase()).to_vec(),
        ActionId::Codes if before.is_empty() => vec!["end"],
        ActionId::Accept if before.is_empty() => invitations(state),
        _ => Vec::new(),
    };
    let start = word.to_lowercase();
    let fitting = known.into_iter().filter(|known| known.starts_with(&start));
    fitting.map(|known| Offer { text: format!("{known} "), shown: known.to_owned() }).collect()
}

/// Behind `/friend`: one of its words, or anybody; behind such a word those about whom it can be.
fn friend(state: &State, arguments: &str, word: &str) -> Vec<Offer> {
    let start = word.trim_start_matches('@').to_lowercase();
    let fitting = match arguments[..arguments.len() - word.len()].trim() {
        "" => {
            let words = friends::WORDS.iter().filter(|known| known.starts_with(&start));
            let words = words.map(|known| Offer { text: format!("{known} "), shown: (*known).to_owned() });
            return words.chain(people(state, Some(ActionId::Friend), word)).collect();
        }
        "accept" | "refuse" => |friendship| friendship == Friendship::AsksYou,
        "remove" => |friendship| matches!(friendship, Friendship::Friends | Friendship::YouAsked),
        _ => return Vec::new(),
    };
    let told = state.friends.iter().flatten().filter(|friend| fitting(friend.state));
    let names = told.map(|friend| friend.user.name.as_str()).filter(|name| name.to_lowercase().starts_with(&start));
    names.map(|name| Offer { text: format!("@{name} "), shown: name.to_owned() }).collect()
}

/// The rooms that this person is invited into and is not in.
fn invitations(state: &State) -> Vec<&str> {
    let open = state.invitations().into_iter().filter(|invited| !state.rooms.contains_key(&invited.room));
    open.map(|invited| invited.name.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
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
    let names = state.listed().into_iter().filter(|room| room.has_name()).map(|room| room.info.name.as_str().to_owned());
    let fitting = names.filter(|name| name.starts_with(&start));
    fitting.map(|name| Offer { text: format!("{sign}{name} "), shown: format!("#{name}") }).collect()
}

/// People of this room, or of all rooms where the command is about anybody.
fn people(state: &State, command: Option<ActionId>, start: &str) -> Vec<Offer> {
    match command {
        Some(ActionId::Invite | ActionId::Direct | ActionId::Friend | ActionId::Whois | ActionId::ServerRole) => {
            called(state, state.rooms.values(), start)
        }
        _ => names(state, start),
    }
}

fn names(state: &State, start: &str) -> Vec<Offer> {
    called_so(state, state.people_here().into_iter(), start)
}

fn called<'a>(state: &State, rooms: impl Iterator<Item = &'a Room>, start: &str) -> Vec<Offer> {
    called_so(state, rooms.flat_map(Room::known_people), start)
}

fn called_so(state: &State, known: impl Iterator<Item = (UserId, String)>, start: &str) -> Vec<Offer> {
    let start = start.to_lowercase();
    let me = state.me.as_ref().map(|me| &me.id);
    let fitting = known.filter(|(id, name)| Some(id) != me && name.to_lowercase().starts_with(&start));
    let names: BTreeSet<String> = fitting.map(|(_, name)| name).collect();
    names.into_iter().map(|name| Offer { text: format!("@{name} "), shown: name }).collect()
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
