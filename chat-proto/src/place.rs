//! Where an entry stands: sequence numbers, places, times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::id::{EntryId, Epoch};

/// An entry's number in its room's log: dense, from 1. `0` is the place before the first entry.
pub type Seq = u64;

/// Milliseconds since 1970, UTC.
pub type Millis = u64;

/// The id of the place before a log's first entry, whose seq is 0.
pub const BEFORE_FIRST: &str = "0";

/// One entry of one life of a room's log. Cursors, targets, replies and read positions are places.
///
/// Carrying the id beside the number is what finds a log that was copied back: the entry that
/// stands there now has another id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
pub struct Place {
    /// The life of the log.
    pub epoch: Epoch,
    /// The entry's number.
    #[serde(deserialize_with = "bounds::integer")]
    pub seq: Seq,
    /// The entry's id.
    pub id: EntryId,
}

/// A place whose epoch is told beside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
pub struct Mark {
    /// The entry's number.
    pub seq: Seq,
    /// The entry's id.
    pub id: EntryId,
}

impl Mark {
    /// The full place.
    #[must_use]
    pub fn at(&self, epoch: &Epoch) -> Place {
        Place { epoch: epoch.clone(), seq: self.seq, id: self.id.clone() }
    }
}
