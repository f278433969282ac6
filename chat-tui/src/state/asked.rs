//! What was asked of the server on this connection and is not answered yet. Nothing here outlives
//! the connection; what must, is in the outbox.

use std::collections::BTreeMap;

use chat_proto::id::{Rid, RoomId, UserId};
use chat_proto::name::{DisplayName, JoinCode, RoomName};
use chat_proto::place::{Millis, Seq};
use chat_proto::request::search_read::SearchCursor;
use chat_proto::room::RoomRole;
use chat_proto::text::{MessageText, SearchText};
use chat_proto::user::ServerRole;

use super::friends::Step;

/// The open questions by their `rid`.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    open: BTreeMap<Rid, (Question, Millis)>,
    made: u64,
}

/// What an answer will be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// `sync`; whether cursors were sent.
    Sync,
    /// A page of this room.
    Page(RoomId, PageOf),
    /// The list of rooms.
    RoomList,
    /// The room to join.
    Find(RoomName),
    /// Who is in a room; whether to list them.
    Members(RoomId, bool),
    /// A read position moves.
    MarkRead(RoomId),
    /// Typing, presence: nothing comes of it.
    Nothing,
    /// Another name.
    Rename,
    /// An account was made under this name, or signed in to.
    SignIn(DisplayName),
    /// Sign out.
    SignOut,
    /// Another password.
    SetPassword,
    /// The list of sessions.
    Sessions,
    /// A session ends.
    Revoke,
    /// Something is announced.
    Announce,
    /// The people of that name, and what is to become of the one who is meant.
    People(String, Wish),
    /// Who somebody is.
    Profile,
    /// A join code for a room is made.
    MakeCode,
    /// The join codes of this room.
    Codes(RoomId),
    /// A join code ends.
    EndCode,
    /// The room that a join code lets in to.
    FindCode(JoinCode),
    /// Somebody of that name gets a role on the server.
    ServerRole(String, ServerRole),
    /// The server gets its owner.
    Claim,
    /// Who the friends are, and which questions are open; whether to list them.
    Friends(bool),
    /// A bot is made, with its token.
    MakeToken,
    /// One's bots.
    Tokens,
    /// A bot's token ends.
    EndToken,
    /// What was said is searched for this, from here on.
    Search(SearchText, Option<SearchCursor>),
}

/// What is to become of somebody who is looked for by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// They are invited into this room.
    Invite(RoomId),
    /// They are removed from this room.
    Kick(RoomId),
    /// They get this role in the room.
    Role(RoomId, RoomRole),
    /// They get this role on the server.
    ServerRole(ServerRole),
    /// It is told who they are.
    Whois,
    /// A conversation with them.
    Direct(Direct),
    /// They are asked to be friends, or answered.
    Friend(Step),
}

/// A conversation that somebody wants to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Direct {
    /// Who is to be found yet.
    pub names: Vec<String>,
    /// Who is found, and what they are called.
    pub found: Vec<(UserId, String)>,
    /// What is to be said there.
    pub text: Option<MessageText>,
}

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageOf {
    /// The newest.
    Head,
    /// The one that ends before this entry.
    Before(Seq),
    /// The one that begins after this entry.
    After(Seq),
    /// The one with this entry in its middle.
    Around(Seq),
    /// The first.
    First,
}

impl Asked {
    /// A new `rid`.
    pub fn new_rid(&mut self) -> Rid {
        self.made += 1;
        Rid::parse(self.made.to_string()).unwrap_or_else(|_| unreachable!("digits are visible ASCII"))
    }

    /// Notes a question.
    pub fn put(&mut self, rid: Rid, question: Question, now: Millis) {
        self.open.insert(rid, (question, now));
    }

    /// Takes the question that is answered.
    pub fn take(&mut self, rid: &Rid) -> Option<Question> {
        self.open.remove(rid).map(|(question, _)| question)
    }

    /// Forgets all of them, with the connection.
    pub fn clear(&mut self) -> Vec<Question> {
        std::mem::take(&mut self.open).into_values().map(|(question, _)| question).collect()
    }

    /// Whether such a question is open.
    #[must_use]
    pub fn any(&self, is: impl Fn(&Question) -> bool) -> bool {
        self.open.values().any(|(question, _)| is(question))
    }

    /// How many such questions are open.
    #[must_use]
    pub fn count(&self, is: impl Fn(&Question) -> bool) -> usize {
        self.open.values().filter(|(question, _)| is(question)).count()
    }

    /// When the oldest open question was asked.
    #[must_use]
    pub fn oldest(&self) -> Option<Millis> {
        self.open.values().map(|(_, at)| *at).min()
    }
}
