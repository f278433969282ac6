//! What lies over the screen until it is closed.

use chat_proto::id::{RoomId, UserId};
use chat_proto::name::{DisplayName, Identity, RoomName};
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::friend_list::Friend;
use chat_proto::request::session_list::Session;
use chat_proto::request::token_create::{TokenCreated, TokenInfo};
use chat_proto::text::Emoji;
use chat_proto::user::Member;

use super::Spot;
pub use crate::storage::Stranded;

/// What lies over the screen.
#[derive(Clone, Debug)]
pub enum Popup {
    /// Keys and commands, scrolled down by so many rows.
    Help(usize),
    /// Going to a room by a part of its name.
    Switcher(Search<RoomId>),
    /// Choosing a reaction for a message.
    React(Spot, Search<Emoji>),
    /// A question that is answered by y or n.
    Confirm(Confirm),
    /// A secret is typed.
    Secret(Secret),
    /// The rooms that one can join.
    Rooms(Search<RoomName>),
    /// Who is in the room.
    People(RoomId, Vec<Member>, usize),
    /// Where one is signed in.
    Sessions(Vec<Session>),
    /// The join codes of a room.
    Codes(RoomId, Vec<InviteCode>),
    /// One's bots.
    Tokens(Vec<TokenInfo>),
    /// A bot's new token, which is told this once.
    Token(Box<TokenCreated>),
    /// What a room is called, and its rules.
    Settings(RoomId),
    /// The friends and the open questions.
    Friends(Search<Friend>),
    /// What waits here for somebody else, and what can be done about it.
    Stranded(Stranded, Search<Offer>),
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub enum Confirm {
    /// Delete this message?
    Delete(Spot),
    /// Remove this person, who is called so, from the room?
    Kick(RoomId, UserId, String),
    /// End the friendship with this person, who is called so?
    Unfriend(UserId, String),
    /// Archive this room?
    Archive(RoomId),
    /// Quit?
    Quit,
    /// Discard what waits for somebody else?
    DiscardStranded(Stranded),
}

/// What can be done about messages that wait for somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Nothing now.
    Later,
    /// Sign in as they.
    SignIn,
    /// Copy the text.
    Copy,
    /// Discard them.
    Discard,
}

/// Words that narrow a list, and what is chosen in it.
#[derive(Clone, Debug)]
pub struct Search<T> {
    /// The words.
    pub words: String,
    /// What fits them, the best first.
    pub found: Vec<Choice<T>>,
    /// Which one is chosen.
    pub index: usize,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// What it is.
    pub value: T,
    /// What is drawn.
    pub shown: String,
    /// What is drawn behind it, quietly.
    pub note: String,
}

impl<T> Default for Search<T> {
    fn default() -> Self {
        Self { words: String::new(), found: Vec::new(), index: 0 }
    }
}

impl<T> Search<T> {
    /// Moves the choice.
    pub fn go(&mut self, by: isize) {
        let last = self.found.len().saturating_sub(1);
        self.index = self.index.saturating_add_signed(by).min(last);
    }

    /// What is chosen.
    #[must_use]
    pub fn chosen(&self) -> Option<&T> {
        self.found.get(self.index).map(|choice| &choice.value)
    }
}

/// A secret that is being typed. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret {
    /// What for.
    pub purpose: Purpose,
    /// What is typed now.
    pub typed: String,
    /// What was typed before it: the old password, the new one.
    pub before: Vec<String>,
}

/// What a secret is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Making an account under that name: the password, twice.
    Register(Identity, DisplayName),
    /// Signing in: the password.
    SignIn(Identity, DisplayName),
    /// Another password: the old one, the new one twice.
    Change,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({:?})", self.purpose)
    }
}
