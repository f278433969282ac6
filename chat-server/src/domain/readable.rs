//! What somebody may read of a room, at one moment.

use chat_proto::id::{Epoch, RoomId};
use chat_proto::name::RoomName;
use chat_proto::place::Seq;

/// One room that somebody may read now, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable {
    /// The room.
    pub room: RoomId,
    /// What it is called.
    pub name: RoomName,
    /// The life of its log.
    pub epoch: Epoch,
    /// The ranges of seq that may be read, both ends included, in order.
    pub ranges: Vec<(Seq, Seq)>,
}

/// All of a log, also of what comes later.
pub const WHOLE: (Seq, Seq) = (1, Seq::MAX);

impl Readable {
    /// Whether the entry of that number may be read.
    #[must_use]
    pub fn holds(&self, seq: Seq) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&seq))
    }
}
