//! The end of a timeline as it can be kept and taken up again: the newest lines with what has
//! become of them.

use serde::{Deserialize, Serialize};

use super::Timeline;
use crate::bounds::INTEGER;
use crate::fold::slot::Slot;
use crate::id::{Epoch, UserId};
use crate::place::{Mark, Seq};

/// The end of a timeline. What is in it is the fold's own business, and its keeper's only to give
/// back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    epoch: Epoch,
    cursor: Mark,
    /// From here to the cursor everything is held.
    from: Seq,
    slots: Vec<Slot>,
}

impl Snapshot {
    /// The life of the log.
    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }
}

impl Timeline {
    /// The newest lines, at most so many and at least one, up to the cursor. `None` while the cursor does not vouch
    /// for them: there is none, it is not confirmed yet, or something beyond it amends them.
    #[must_use]
    pub fn snapshot(&self, lines: usize) -> Option<Snapshot> {
        let (cursor, (from, to)) = (self.cursor.clone()?, self.live_window()?);
        if self.folded > cursor.seq || self.checkpoint.is_some() {
            return None;
        }
        let mut newest = self.slots.range(from..=to).rev();
        // Where there are more lines than wanted, the window begins after the first that is not.
        let from = newest.nth(lines.max(1)).map_or(from, |(seq, _)| seq + 1);
        let slots = self.slots.range(from..=to).map(|(_, slot)| slot.clone()).collect();
        Some(Snapshot { epoch: self.epoch.clone(), cursor, from, slots })
    }

    /// The timeline that was kept, as this user sees it; whether the log still holds it is asked by
    /// its [`checkpoint`](Self::checkpoint). `None` when it is none that was ever kept.
    #[must_use]
    pub fn restore(me: UserId, snapshot: Snapshot) -> Option<Self> {
        let Snapshot { epoch, cursor, from, slots } = snapshot;
        let inside = |slot: &Slot| (from..=cursor.seq).contains(&slot.line().seq);
        if from == 0 || from > cursor.seq || cursor.seq > INTEGER || !slots.iter().all(inside) {
            return None;
        }
        let mut timeline = Self::new(me, epoch);
        timeline.covered.insert(from, cursor.seq);
        timeline.folded = cursor.seq;
        timeline.slots = slots.into_iter().map(|slot| (slot.line().seq, slot)).collect();
        timeline.checkpoint = Some(cursor.clone());
        timeline.cursor = Some(cursor);
        Some(timeline)
    }
}
