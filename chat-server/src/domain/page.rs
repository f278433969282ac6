//! Which part of a log a history page covers, and how it is put together.

use std::collections::BTreeMap;

use chat_proto::entry::{Body, Entry};
use chat_proto::error::Error;
use chat_proto::id::Epoch;
use chat_proto::limits::{self, Limits};
use chat_proto::place::{BEFORE_FIRST, Place, Seq};
use chat_proto::request::history_read::{HistoryRead, Page};

use crate::domain::weight::page_weight;

/// The weight in bytes above which a page is cut shorter, where it covers more than one row.
pub const HEAVY: usize = 4 * limits::FRAME;

/// Where a page looks for its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// Downwards from `below` (exclusive), at most so many lines and rows.
    Back {
        /// The first seq that is not looked at.
        below: Seq,
    },
    /// Upwards from `above` (exclusive).
    Forward {
        /// The last seq that is not looked at.
        above: Seq,
    },
    /// Both ways from the middle.
    Around {
        /// The seq in the middle.
        middle: Seq,
    },
}

/// How much of a log a page may look at and hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The most lines that it holds.
    pub lines: u32,
    /// The most rows of the log that it looks at, each way.
    pub rows: u32,
}

impl Size {
    /// The size to read again with where the page became too heavy, if there is a smaller one.
    ///
    /// Whoever reads nothing can let a whole buffer of pages pile up, so a page has a weight as well
    /// as a length. Reading again is rare, and each time half as much.
    #[must_use]
    pub fn instead_of(self, page: &Page) -> Option<Self> {
        let smaller = Self { lines: (self.lines / 2).max(1), rows: (self.rows / 2).max(1) };
        (page_weight(page) > HEAVY && smaller != self).then_some(smaller)
    }
}

/// The number of messages before the first entry, where the place points there.
#[must_use]
pub fn before_first(epoch: &Epoch, place: &Place) -> Option<u64> {
    (place.seq == 0 && place.id.as_str() == BEFORE_FIRST && place.epoch == *epoch).then_some(0)
}

/// Where to look, and for how much.
///
/// # Errors
/// `invalid` when more than one of the three ways is given.
pub fn scan(request: &HistoryRead, head: Seq, limits: &Limits) -> Result<(Scan, Size), Error> {
    let ways = [request.before.is_some(), request.after.is_some(), request.around.is_some()];
    if ways.into_iter().filter(|given| *given).count() > 1 {
        return Err(Error::invalid("before", "comes with `after` or `around`; only one of the three may be given"));
    }
    let lines = request.limit.unwrap_or(limits.page_lines).clamp(1, limits.page_lines);
    let scan = match (request.before, request.after, request.around) {
        (Some(before), _, _) => Scan::Back { below: before.clamp(1, head + 1) },
        (_, Some(after), _) => Scan::Forward { above: after.min(head) },
        (_, _, Some(around)) => Scan::Around { middle: around.clamp(1, head.max(1)) },
        (None, None, None) => Scan::Back { below: head + 1 },
    };
    Ok((scan, Size { lines, rows: limits.page_scan }))
}

/// The covered range of a page that looked down from `below`: to the last line found when there
/// were as many as wanted, else as far as was looked. `lowest` is the last line's seq.
#[must_use]
pub fn back_from(below: Seq, found: u32, wanted: u32, lowest: Option<Seq>, rows: u32) -> Seq {
    let floor = below.saturating_sub(u64::from(rows)).max(1);
    match lowest {
        Some(lowest) if found >= wanted => lowest,
        _ => floor,
    }
}

/// The same upwards; gives the last covered seq.
#[must_use]
pub fn forward_to(above: Seq, found: u32, wanted: u32, highest: Option<Seq>, rows: u32, head: Seq) -> Seq {
    match highest {
        Some(highest) if found >= wanted => highest,
        // Nothing was looked for, so nothing is covered.
        None if wanted == 0 => above,
        _ => (above + u64::from(rows)).min(head),
    }
}

/// Of edits and deletions in order of seq, those that are in force: the last of each kind for each
/// message, and no edit of a deleted one (those are blanked, so their text is empty).
#[must_use]
pub fn in_force(amendments: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
    let mut last: BTreeMap<(Seq, bool), Entry> = BTreeMap::new();
    for entry in amendments {
        let key = match &entry.body {
            Body::Edit(edit) if edit.content.text.is_empty() => continue,
            Body::Edit(edit) => (edit.target.seq, false),
            Body::Delete(delete) => (delete.target.seq, true),
            _ => continue,
        };
        if last.get(&key).is_none_or(|known| known.seq < entry.seq) {
            last.insert(key, entry);
        }
    }
    last.into_values().collect()
}
