//! Which part of a room's log somebody may read: a list of ranges of seq, never single entries.

use chat_proto::entry::{Body, Entry};
use chat_proto::place::Seq;
use chat_proto::room::History;

/// A membership: from that entry on, up to that one, or for as long as it lasts.
pub type Range = (Seq, Option<Seq>);

/// The ranges of one reader, in order, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable(Vec<(Seq, Seq)>);

impl Readable {
    /// What a member may read. `memberships` are their ranges in order, open at the end where the end is
    /// `None`; by rule, without any, a member was there from the beginning.
    #[must_use]
    pub fn of_member(history: History, memberships: &[Range]) -> Self {
        match history {
            History::All => Self::all(),
            History::Joined if memberships.is_empty() => Self::all(),
            History::Joined => Self(memberships.iter().map(|(from, to)| (*from, to.unwrap_or(Seq::MAX))).collect()),
        }
    }

    /// The whole log.
    #[must_use]
    pub fn all() -> Self {
        Self(vec![(0, Seq::MAX)])
    }

    /// Whether it is the whole log.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0 == [(0, Seq::MAX)]
    }

    /// The ranges.
    #[must_use]
    pub fn ranges(&self) -> &[(Seq, Seq)] {
        &self.0
    }

    /// Where the log ends for this reader, whose newest entry that is.
    #[must_use]
    pub fn end(&self, head: Seq) -> Seq {
        self.0.last().map_or(head, |(_, end)| head.min(*end))
    }

    /// Whether that entry may be read.
    #[must_use]
    pub fn contains(&self, seq: Seq) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&seq))
    }

    /// What of a range may not be read, as ranges.
    #[must_use]
    pub fn hidden(&self, from: Seq, to: Seq) -> Vec<(Seq, Seq)> {
        let (mut hidden, mut next) = (Vec::new(), from);
        for (start, end) in &self.0 {
            if *start > to {
                break;
            }
            if *start > next {
                hidden.push((next, start - 1));
            }
            next = next.max(end.saturating_add(1));
        }
        if next <= to {
            hidden.push((next, to));
        }
        hidden
    }

    /// A covered range, widened over what is hidden at its ends, so that nobody asks for that page by page.
    #[must_use]
    pub fn widened(&self, from: Seq, to: Seq, head: Seq) -> (Seq, Seq) {
        if self.is_all() || from > to {
            return (from, to);
        }
        let first = self.hidden(1, from).last().filter(|(_, end)| *end == from).map_or(from, |(start, _)| *start);
        let last = self.hidden(to, head).first().filter(|(start, _)| *start == to).map_or(to, |(_, end)| *end);
        (first, last)
    }

    /// Whether an edit or a deletion is told to this reader: deletions always are.
    #[must_use]
    pub fn tells(&self, entry: &Entry) -> bool {
        let target = entry.body.target().is_none_or(|target| self.contains(target.seq));
        matches!(entry.body, Body::Delete(_)) || (target && self.contains(entry.seq))
    }

    /// The entry as this reader sees it, who may read its place: without what it tells of a message that
    /// they may not read.
    #[must_use]
    pub fn seen(&self, entry: Entry) -> Entry {
        match points_at(&entry.body) {
            Some(seq) if !self.contains(seq) => veiled(entry),
            _ => entry,
        }
    }
}

/// The message that an entry tells something of. Deletions tell nothing but that it is gone.
#[must_use]
pub fn points_at(body: &Body) -> Option<Seq> {
    match body {
        Body::Message(message) => message.reply_to.as_ref().map(|quote| quote.seq),
        Body::Edit(edit) => Some(edit.target.seq),
        Body::React(react) => Some(react.target.seq),
        _ => None,
    }
}

/// The entry without what it tells of the message that it points at.
#[must_use]
pub fn veiled(mut entry: Entry) -> Entry {
    match &mut entry.body {
        Body::Message(message) => message.reply_to = None,
        Body::Edit(edit) => {
            edit.content.text.clear();
            edit.mentions.clear();
        }
        Body::React(react) => (react.on, react.count) = (false, 0),
        _ => {}
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_what_lies_between() {
        let readable = Readable::of_member(History::Joined, &[(3, Some(5)), (9, None)]);
        assert_eq!(readable.hidden(1, 20), [(1, 2), (6, 8)]);
        assert_eq!(readable.hidden(4, 7), [(6, 7)]);
        assert_eq!(readable.hidden(9, 9), []);
        assert_eq!(readable.hidden(7, 8), [(7, 8)]);
        assert!(readable.contains(5) && !readable.contains(6) && readable.contains(9));
        assert_eq!(Readable::of_member(History::Joined, &[]).hidden(1, 9), [], "in the lobby by rule");
        assert_eq!(Readable::of_member(History::All, &[(3, Some(5))]).hidden(1, 9), []);
        assert_eq!(readable.widened(2, 7, 20), (1, 8));
        assert_eq!(readable.widened(4, 20, 20), (4, 20));
        assert_eq!(readable.end(20), 20);
        assert_eq!(Readable::of_member(History::Joined, &[(3, Some(5)), (7, Some(9))]).end(20), 9, "of who was there and is not");
        let adjoining = Readable::of_member(History::Joined, &[(1, Some(4)), (5, None)]);
        assert_eq!(adjoining.hidden(1, 9), []);
    }
}
