//! The search for what was said: its field, what was found, and where one was before a hit was
//! looked at.

use chat_proto::id::RoomId;
use chat_proto::place::Seq;
use chat_proto::request::search_read::{Hit, SearchCursor, SearchReply};
use chat_proto::text::SearchText;

use super::Spot;
use super::composer::Composer;
use super::room::Scroll;

/// The search, from its opening until it is closed.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// What is being typed.
    pub field: Composer,
    /// What was asked for last; the hits are of it.
    pub query: Option<SearchText>,
    /// What was found so far, the newest first.
    pub hits: Vec<Hit>,
    /// Where the next page begins.
    pub more: Option<SearchCursor>,
    /// Whether the server still prepares older messages.
    pub preparing: bool,
    /// The page that is under way: what it is of, and where it begins.
    pub asking: Option<(SearchText, Option<SearchCursor>)>,
    /// What went wrong.
    pub error: Option<String>,
    /// Which hit is chosen.
    pub index: usize,
    /// The first hit on the screen.
    pub top: usize,
    /// A hit is looked at: where one was before.
    pub away: Option<Back>,
}

/// Where one was, and what the room of the hit looked like.
#[derive(Clone, Debug)]
pub struct Back {
    /// The room that was on the screen.
    pub room: Option<RoomId>,
    /// The room before it.
    pub last: Option<RoomId>,
    /// The message that was chosen.
    pub chosen: Option<Spot>,
    /// Where what was new began there, room by room, and whether it is kept unread.
    pub marks: Vec<(RoomId, Option<Seq>, bool)>,
    /// Where the screen stood in that room, and in the room of the hit.
    pub scrolls: Vec<(RoomId, Scroll)>,
}

impl Find {
    /// Something else is asked for: nothing of the old is left.
    pub fn begin(&mut self, query: SearchText) {
        let field = std::mem::take(&mut self.field);
        *self = Self { field, query: Some(query), ..Self::default() };
    }

    /// Moves the choice; `shown` hits are on the screen.
    pub fn go(&mut self, by: isize, shown: usize) {
        self.index = self.index.saturating_add_signed(by).min(self.hits.len().saturating_sub(1));
        self.top = self.first(shown);
    }

    /// The first hit on a screen of so many, so that the chosen one is among them.
    #[must_use]
    pub fn first(&self, shown: usize) -> usize {
        self.top.min(self.index).max((self.index + 1).saturating_sub(shown.max(1)))
    }

    /// Whether the chosen hit is the last one that is known.
    #[must_use]
    pub fn at_end(&self) -> bool {
        self.index + 1 >= self.hits.len()
    }

    /// A page came. What stood on an earlier one already is not put there twice.
    pub fn page(&mut self, reply: SearchReply) {
        let from = self.asking.take().and_then(|(_, from)| from);
        for hit in reply.hits {
            if !self.hits.iter().any(|known| known.room == hit.room && known.entry.id == hit.entry.id) {
                self.hits.push(hit);
            }
        }
        // A page that ends where it begins would come for ever.
        self.more = reply.more.filter(|more| from.as_ref() != Some(more));
        self.preparing = reply.preparing;
        self.error = None;
    }

    /// A message was taken back: it is found no more.
    pub fn forget(&mut self, room: &RoomId, seq: Seq) {
        let Some(at) = self.hits.iter().position(|hit| hit.room == *room && hit.entry.seq == seq) else { return };
        self.hits.remove(at);
        if at < self.index {
            self.index -= 1;
        }
        self.index = self.index.min(self.hits.len().saturating_sub(1));
    }
}
