//! What `chat-server export` prints: every room and every entry, one JSON object a line, in the
//! wire's own words.
//!
//! No verb of [`Store`](crate::storage::Store): a store is opened to write, under the data
//! directory's lock, while an export runs beside the server, in one snapshot, and writes nothing.

use chat_proto::entry::Entry;
use chat_proto::id::{Epoch, RoomId};
use chat_proto::place::Mark;
use chat_proto::room::Room;
use serde::Serialize;

use crate::storage::StoreError;

/// The line before a room's entries.
#[derive(Debug, Serialize)]
pub struct RoomLine {
    /// The room as it is called now.
    pub room: Room,
    /// The life of its log.
    pub epoch: Epoch,
    /// Its newest entry.
    pub head: Mark,
    /// How many lines with its entries follow.
    pub entries: u64,
}

/// One entry of a room's log.
#[derive(Debug, Serialize)]
pub struct EntryLine<'a> {
    /// The room.
    pub room: &'a RoomId,
    /// The life of its log.
    pub epoch: &'a Epoch,
    /// The entry; texts that were taken back are blank.
    pub entry: Entry,
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A room was asked for that is not there.
    #[error("There is no room {0}.")]
    NoSuchRoom(String),
    /// The database is empty: no server ever came as far as to make it.
    #[error("The database is empty. Start the server on it, or name another directory with --data.")]
    Empty,
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The output could not be written; also when its reader has seen enough.
    #[error("The output cannot be written: {0}.")]
    Output(#[from] std::io::Error),
}

impl From<sqlx::Error> for ExportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
