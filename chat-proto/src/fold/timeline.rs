//! The fold itself.

use std::collections::{BTreeMap, btree_map};
use std::ops::RangeBounds;

use crate::entry::{Body, Entry};
use crate::fold::line::Line;
use crate::fold::ranges::Ranges;
use crate::fold::slot::Slot;
use crate::id::{Epoch, UserId};
use crate::place::{Mark, Place, Seq};
use crate::request::history_read::{Page, Standing};

mod snapshot;

pub use snapshot::Snapshot;

/// How many live entries are kept that came ahead of a gap; beyond that they are dropped, and the
/// page that closes the gap brings them again.
const AHEAD: usize = 1_000;

/// What a client holds of one room's log, folded into lines.
///
/// The *cursor* is the newest entry up to which the live log is held without a gap. It begins with
/// the first page that reaches the head.
#[derive(Clone, Debug)]
pub struct Timeline {
    me: UserId,
    epoch: Epoch,
    cursor: Option<Mark>,
    /// The cursor when the connection began, until the server has said that the log still holds it.
    checkpoint: Option<Mark>,
    /// The newest entry that had a say in any line held.
    folded: Seq,
    covered: Ranges,
    slots: BTreeMap<Seq, Slot>,
    /// Live entries beyond the cursor that are not the next one.
    ahead: BTreeMap<Seq, Entry>,
    /// Amendments whose target is not loaded, while a page is on its way that may bring it.
    orphans: Vec<Entry>,
    /// Reactions that a page told of lines that are not loaded, likewise; each with the head as of which they stand. An
    /// older page may bring the line after a newer one has told what became of it.
    standing: Vec<(Seq, Standing)>,
    pages_under_way: usize,
}

/// Entries that are missing between the cursor and what came live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The cursor: ask for the page after it.
    pub after: Seq,
    /// The oldest entry that came live beyond it.
    pub before: Seq,
}

impl Timeline {
    /// An empty timeline of one life of a log, as this user sees it.
    #[must_use]
    pub fn new(me: UserId, epoch: Epoch) -> Self {
        Self {
            me,
            epoch,
            cursor: None,
            checkpoint: None,
            folded: 0,
            covered: Ranges::default(),
            slots: BTreeMap::new(),
            ahead: BTreeMap::new(),
            orphans: Vec::new(),
            standing: Vec::new(),
            pages_under_way: 0,
        }
    }

    /// Live entries, new or repeated.
    pub fn apply_live(&mut self, entries: &[Entry]) {
        for entry in entries {
            match self.cursor.as_ref().map(|cursor| cursor.seq) {
                Some(cursor) if entry.seq <= cursor + 1 => self.apply_next(entry),
                _ => {
                    if self.ahead.len() < AHEAD {
                        self.ahead.insert(entry.seq, entry.clone());
                    }
                }
            }
        }
        self.drain_ahead();
    }

    /// A page is asked for: amendments whose target it may bring are kept until it is here.
    pub fn page_requested(&mut self) {
        self.pages_under_way += 1;
    }

    /// The page asked for will not come.
    pub fn page_failed(&mut self) {
        self.pages_under_way = self.pages_under_way.saturating_sub(1);
        self.forget_orphans();
    }

    /// A page that was asked for, of this epoch; one of another epoch counts as failed.
    pub fn apply_page(&mut self, page: &Page) {
        if page.epoch != self.epoch {
            self.page_failed();
            return;
        }
        let head = page.head.seq;
        for entry in &page.entries {
            self.put_line(entry);
        }
        let to = page.to.as_ref().map_or(page.from.saturating_sub(1), |to| to.seq);
        for (seq, slot) in self.slots.range_mut(page.from..=to.max(page.from)) {
            if *seq <= to && !page.reactions.iter().any(|standing| standing.target == *seq) {
                slot.snapshot(head, &[]);
            }
        }
        for standing in &page.reactions {
            match self.slots.get_mut(&standing.target) {
                Some(slot) => slot.snapshot(head, &standing.reactions),
                None if self.pages_under_way > 1 => self.standing.push((head, standing.clone())),
                None => {}
            }
        }
        for entry in &page.amendments {
            self.amend(entry);
        }
        // A page tells what is in force at the head, also by what it leaves out: that nobody has reacted to a line, or an
        // edit that was edited again further on. One that covers nothing had no say, wherever it would have begun.
        if page.to.is_some() {
            self.folded = self.folded.max(head);
        }
        self.covered.insert(page.from, to);
        for orphan in std::mem::take(&mut self.orphans) {
            self.amend(&orphan);
        }
        for (head, standing) in &self.standing {
            if let Some(slot) = self.slots.get_mut(&standing.target) {
                slot.snapshot(*head, &standing.reactions);
            }
        }
        self.advance_cursor(page, to);
        self.drain_ahead();
        self.pages_under_way = self.pages_under_way.saturating_sub(1);
        self.forget_orphans();
    }

    /// There is another connection; to be called before anything of it is folded. Since the last one
    /// the log may have been copied back and gone on otherwise: what is held up to the cursor can be
    /// checked by the cursor's id, and what nothing vouches for is dropped, to be read again. Tells
    /// whether the lines were.
    pub fn reconnected(&mut self) -> bool {
        self.ahead.clear();
        self.pages_under_way = 0;
        self.forget_orphans();
        let vouched = match (&self.cursor, &self.checkpoint) {
            (Some(cursor), checkpoint) => self.folded <= cursor.seq && checkpoint.as_ref().is_none_or(|checkpoint| checkpoint == cursor),
            (None, _) => self.covered.last().is_none(),
        };
        if vouched {
            self.checkpoint.clone_from(&self.cursor);
        } else {
            *self = Self::new(self.me.clone(), self.epoch.clone());
        }
        !vouched
    }

    /// The server was asked about [`checkpoint`](Self::checkpoint), and the log holds it.
    pub fn confirmed(&mut self) {
        self.checkpoint = None;
    }

    /// By which the server is asked whether the log is still the one that is held here: where the
    /// cursor stood when the connection began, and once that is confirmed the cursor itself.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Place> {
        self.checkpoint.as_ref().or(self.cursor.as_ref()).map(|mark| mark.at(&self.epoch))
    }

    /// The lines held, in order, all windows together.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &Line> {
        self.slots.values().map(Slot::line)
    }

    /// The lines held whose seq lies in the range, in order.
    pub fn lines_in(&self, range: impl RangeBounds<Seq>) -> impl DoubleEndedIterator<Item = &Line> {
        self.slots.range(range).map(|(_, slot)| slot.line())
    }

    /// One line.
    #[must_use]
    pub fn line(&self, seq: Seq) -> Option<&Line> {
        self.slots.get(&seq).map(Slot::line)
    }

    /// The life of the log.
    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// The newest entry up to which the live log is held without a gap.
    #[must_use]
    pub fn cursor(&self) -> Option<&Mark> {
        self.cursor.as_ref()
    }

    /// The cursor as a place.
    #[must_use]
    pub fn cursor_place(&self) -> Option<Place> {
        self.cursor.as_ref().map(|cursor| cursor.at(&self.epoch))
    }

    /// Which parts of the log are held.
    #[must_use]
    pub fn covered(&self) -> &Ranges {
        &self.covered
    }

    /// The window that ends at the cursor; it is current.
    #[must_use]
    pub fn live_window(&self) -> Option<(Seq, Seq)> {
        self.covered.around(self.cursor.as_ref()?.seq)
    }

    /// What is missing between the cursor and the live entries that came beyond it.
    #[must_use]
    pub fn gap(&self) -> Option<Gap> {
        let after = self.cursor.as_ref()?.seq;
        let before = *self.ahead.keys().next()?;
        Some(Gap { after, before })
    }

    /// An entry at or before the one after the cursor. Only the next one may draw a line: a repeat
    /// of an older one either has its line already or stands in no held window.
    fn apply_next(&mut self, entry: &Entry) {
        let is_next = self.cursor.as_ref().is_some_and(|cursor| entry.seq == cursor.seq + 1);
        if !entry.body.draws_line() {
            self.amend(entry);
        } else if is_next {
            self.put_line(entry);
        }
        if is_next {
            self.folded = self.folded.max(entry.seq);
            self.covered.insert(entry.seq, entry.seq);
            self.cursor = Some(entry.mark());
        }
    }

    fn put_line(&mut self, entry: &Entry) {
        if let btree_map::Entry::Vacant(vacant) = self.slots.entry(entry.seq)
            && let Some(slot) = Slot::new(entry)
        {
            vacant.insert(slot);
        }
    }

    fn amend(&mut self, entry: &Entry) {
        let Some(target) = entry.body.target() else { return };
        let by_me = entry.author.id == self.me;
        self.folded = self.folded.max(entry.seq);
        if let Body::Delete(_) = &entry.body {
            for slot in self.slots.range_mut(target.seq + 1..).map(|(_, slot)| slot) {
                slot.forget_quote(target.seq);
            }
        }
        if let Some(slot) = self.slots.get_mut(&target.seq) {
            match &entry.body {
                Body::Edit(edit) => slot.edit(entry.seq, entry.time, &edit.content, &edit.mentions),
                Body::Delete(_) => slot.delete(),
                Body::React(react) => slot.react(entry.seq, react, by_me),
                Body::Message(_)
                | Body::Topic(_)
                | Body::Create(_)
                | Body::Join(_)
                | Body::Leave(_)
                | Body::Invite(_)
                | Body::Add(_)
                | Body::Remove(_)
                | Body::Role(_)
                | Body::Settings(_)
                | Body::Invited(_)
                | Body::Removed(_)
                | Body::FriendNews(_)
                | Body::FriendNote(_)
                | Body::Unknown(_) => {}
            }
        }
        // Kept even when the target is here: the page under way may bring a quote of it.
        if self.pages_under_way > 0 {
            self.orphans.push(entry.clone());
        }
    }

    fn advance_cursor(&mut self, page: &Page, to: Seq) {
        let Some(mark) = &page.to else { return };
        let reaches = match &self.cursor {
            Some(cursor) => page.from <= cursor.seq + 1 && to > cursor.seq,
            None => to == page.head.seq,
        };
        if reaches {
            self.cursor = Some(mark.clone());
        }
    }

    fn drain_ahead(&mut self) {
        while let Some(cursor) = self.cursor.as_ref().map(|cursor| cursor.seq) {
            let Some(first) = self.ahead.first_entry() else { return };
            if *first.key() > cursor + 1 {
                return;
            }
            let entry = first.remove();
            self.apply_next(&entry);
        }
    }

    fn forget_orphans(&mut self) {
        if self.pages_under_way == 0 {
            self.orphans.clear();
            self.standing.clear();
        }
    }
}
