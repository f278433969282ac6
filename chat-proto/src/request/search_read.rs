//! `search:read`: messages by their words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::entry::Entry;
use crate::id::{Epoch, RoomId};
use crate::limits;
use crate::newtype::string_type;
use crate::text::SearchText;

string_type!(
    /// How far a search has come. Nobody but the server may read a meaning into it.
    SearchCursor, min: 1, max: limits::SEARCH_CURSOR, pattern: "^[!-~]*$", check: |text| {
        if text.is_empty() {
            return Err("is empty".to_owned());
        }
        if text.len() > limits::SEARCH_CURSOR {
            return Err(format!("is {} bytes long; at most {} are allowed", text.len(), limits::SEARCH_CURSOR));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("holds a character that is not visible ASCII".to_owned());
        }
        Ok(text)
    }
);

/// Searches the messages that the caller may read now, the newest first.
///
/// All words must occur in a message; the last one that is not quoted may be the beginning of a
/// longer word. `"words in quotation marks"` stand one behind the other. `-word` and `-"words"` must
/// not occur. `from:NAME` (a display name, an identity, or `me`; several: any of them), `in:ROOM`
/// (several: any of them), `before:YYYY-MM-DD` and `after:YYYY-MM-DD` (the days before, and the days
/// after that one, UTC) restrict what is found; a value with spaces is quoted. Case, accents and
/// the width of letters make no difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct SearchRead {
    /// What to search for, as it was typed.
    pub query: SearchText,
    /// Only in this room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Goes on where the page before ended: its `more`, with the same `query` and `room`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<SearchCursor>,
    /// Most hits wanted, 1 to [`SEARCH_HITS`](crate::limits::SEARCH_HITS); [`SEARCH_HITS_DEFAULT`](crate::limits::SEARCH_HITS_DEFAULT) when left out.
    #[serde(default, deserialize_with = "limit", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limits::SEARCH_HITS))]
    pub limit: Option<u32>,
}

fn limit<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<u32>, D::Error> {
    bounds::optional_range(input, 1, limits::SEARCH_HITS)
}

/// One page of what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SearchReply {
    /// The messages, the newest first. There may be fewer than wanted, even none, while `more` goes
    /// on: a page ends where it has cost enough.
    pub hits: Vec<Hit>,
    /// The cursor of the next page; null when there is nothing older.
    pub more: Option<SearchCursor>,
    /// Whether the server is still preparing messages that are older than its search: not all of
    /// them are found yet.
    pub preparing: bool,
}

/// One message that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Hit {
    /// The room in whose log it stands.
    pub room: RoomId,
    /// The life of that log.
    pub epoch: Epoch,
    /// The message as it reads now: where it was edited, with the content and the mentions of the last edit.
    pub entry: Entry,
    /// Whether it was edited.
    pub edited: bool,
    /// Where in its text the words stand: begin and end, in order, counted in UTF-16 code units as
    /// JavaScript counts them; the first [`HIGHLIGHTS`](crate::limits::HIGHLIGHTS) of them.
    pub highlights: Vec<(u32, u32)>,
}
