//! What is held of a room: its lines as they read now, and how far nothing of its log is missing.

use std::collections::{BTreeMap, BTreeSet};

use chat_proto::entry::{Body, Entry};
use chat_proto::id::{EntryId, Epoch};
use chat_proto::place::{Mark, Place, Seq};
use chat_proto::request::history_read::Page;

/// A room.
pub struct Timeline {
    /// The life of its log.
    pub epoch: Epoch,
    /// Up to here nothing is missing.
    pub seq: Seq,
    id: Option<EntryId>,
    /// Up to here the log is known to go.
    pub head: Seq,
    most: usize,
    lines: BTreeMap<Seq, Line>,
    /// The lines that are to be shown.
    changed: BTreeSet<Seq>,
}

/// A message as it reads now. `edited` is the seq of its last edit.
struct Line {
    name: String,
    text: String,
    edited: Seq,
    deleted: bool,
}

impl Timeline {
    /// Begins so many entries before the end of the log, which `sync` has told.
    pub fn new(epoch: Epoch, head: Seq, entries: usize) -> Self {
        let seq = head.saturating_sub(entries as Seq);
        Self { epoch, seq, id: None, head, most: entries, lines: BTreeMap::new(), changed: BTreeSet::new() }
    }

    /// The place up to which everything is here; none before the first page.
    pub fn place(&self) -> Option<Place> {
        self.id.clone().map(|id| Place { epoch: self.epoch.clone(), seq: self.seq, id })
    }

    /// Whether something is missing.
    pub fn is_behind(&self) -> bool {
        self.seq < self.head
    }

    /// Entries as they are stored. What is not the next one shows a gap, and a page will bring it.
    pub fn live(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            self.head = self.head.max(entry.seq);
            if entry.seq == self.seq + 1 {
                self.reach(entry.mark());
                self.fold(entry);
            }
        }
    }

    /// A page of what comes after `seq`. Its `entries` are those that draw a line; `amendments` are
    /// the edits and deletions in force for them, wherever those stand in the log.
    pub fn page(&mut self, page: Page) {
        if page.epoch != self.epoch {
            return; // it was asked for before the log was made anew
        }
        for entry in page.entries.into_iter().chain(page.amendments) {
            self.fold(entry);
        }
        self.head = if page.to.is_some() { self.head.max(page.head.seq) } else { self.seq };
        // Live entries may have come further meanwhile.
        if let Some(to) = page.to.filter(|to| to.seq > self.seq) {
            self.reach(to);
        }
    }

    fn reach(&mut self, mark: Mark) {
        (self.seq, self.id) = (mark.seq, Some(mark.id));
    }

    /// Of each field the entry with the highest seq has the last word, in whatever order they come.
    fn fold(&mut self, entry: Entry) {
        if let Body::Message(message) = &entry.body
            && !self.lines.contains_key(&entry.seq)
        {
            let (name, text) = (entry.author.name.to_string(), message.content.text.clone());
            self.lines.insert(entry.seq, Line { name, text, edited: 0, deleted: false });
            self.changed.insert(entry.seq);
        }
        // Where the message is not held this can be dropped: the page that brings the one brings the other.
        let Some(target) = entry.body.target().map(|target| target.seq) else { return };
        let Some(line) = self.lines.get_mut(&target).filter(|line| !line.deleted) else { return };
        match entry.body {
            Body::Delete(_) => line.deleted = true,
            Body::Edit(edit) if entry.seq > line.edited => (line.text, line.edited) = (edit.content.text, entry.seq),
            _ => return,
        }
        self.changed.insert(target);
    }

    /// The lines that are new, and those that read otherwise than when they were last shown.
    pub fn news(&mut self) -> Vec<String> {
        let changed = std::mem::take(&mut self.changed);
        let news = changed.iter().filter_map(|seq| self.lines.get(seq)).map(Line::shown).collect();
        while self.lines.len() > self.most {
            self.lines.pop_first();
        }
        news
    }
}

impl Line {
    fn shown(&self) -> String {
        let Self { name, text, .. } = self;
        match (self.deleted, self.edited) {
            (true, _) => format!("{name}: (message deleted)"),
            (false, 0) => format!("{name}: {text}"),
            (false, _) => format!("{name}: {text} (edited)"),
        }
    }
}
