//! Replies that many requests share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::EntryId;
use crate::place::{Millis, Seq};

/// Where the entry stands that a request wrote; a repeat of the request gets the same again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Stored {
    /// The entry's number.
    pub seq: Seq,
    /// The entry's id.
    pub id: EntryId,
    /// When it was stored.
    pub time: Millis,
    /// How many messages the room's log holds up to and with it.
    pub n: u64,
}

/// Done, with nothing to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Done {}
