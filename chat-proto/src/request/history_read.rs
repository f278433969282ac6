//! `history:read`: a closed page of a room's log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::entry::Entry;
use crate::id::{Epoch, RoomId};
use crate::place::{Mark, Place, Seq};
use crate::text::Emoji;

/// Asks for a page. At most one of `before`, `after` and `around` is given; none means the head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct HistoryRead {
    /// The room.
    pub room: RoomId,
    /// The page ends just before this entry.
    #[serde(default, deserialize_with = "bounds::optional_integer", skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
    /// The page begins just after this entry; 0 is the beginning.
    #[serde(default, deserialize_with = "bounds::optional_integer", skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// The page has this entry in its middle.
    #[serde(default, deserialize_with = "bounds::optional_integer", skip_serializing_if = "Option::is_none")]
    pub around: Option<Seq>,
    /// An entry that the client holds; another one there now is `epoch_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Most lines wanted; the server's limit when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A closed page: everything that stands from `from` to `to`, as of `head`.
///
/// `entries` holds the entries that draw a line; all else of the range is told by what is in
/// force, in `edits`, `deletions` and `reactions`: those whose target lies in the range, wherever
/// they stand, and those that stand in the range, wherever their target lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Page {
    /// The room.
    pub room: RoomId,
    /// The life of its log.
    pub epoch: Epoch,
    /// The first entry that the page covers.
    pub from: Seq,
    /// The last entry that the page covers; `from` − 1 where there was nothing to cover.
    pub to: Option<Mark>,
    /// The newest entry of the log when the page was read.
    pub head: Mark,
    /// The entries of the range that draw a line, in order.
    pub entries: Vec<Entry>,
    /// The last edit of each message, the last deletion.
    pub amendments: Vec<Entry>,
    /// The standing reactions. For a message in the range that is not listed there are none.
    pub reactions: Vec<Standing>,
    /// Ranges that the caller may not read; they count as covered.
    pub hidden: Vec<(Seq, Seq)>,
}

/// All reactions that stand on one message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Standing {
    /// The message.
    pub target: Seq,
    /// Its reactions; empty when the last one was taken back.
    pub reactions: Vec<Reaction>,
}

/// How many people's reaction it is, and whether it is the reader's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Reaction {
    /// The reaction.
    pub emoji: Emoji,
    /// How many people's.
    pub count: u32,
    /// Whether the reader's too.
    pub mine: bool,
}
