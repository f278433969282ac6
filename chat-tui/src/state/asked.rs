//! What was asked of the server on this connection and is not answered yet. Nothing here outlives
//! the connection; what must, is in the outbox.

use std::collections::BTreeMap;

use chat_proto::id::{Rid, RoomId};
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::place::{Millis, Seq};

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

    /// When the oldest open question was asked.
    #[must_use]
    pub fn oldest(&self) -> Option<Millis> {
        self.open.values().map(|(_, at)| *at).min()
    }
}
