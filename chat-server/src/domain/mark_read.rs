//! The decision on a batch of read positions: which move, and what each caller is told.

use std::collections::{BTreeMap, HashMap, HashSet};

use chat_proto::error::{Code, Error};
use chat_proto::id::{EntryId, Epoch, RoomId, UserId};
use chat_proto::place::Seq;
use chat_proto::request::room_mark_read::{ReadPosition, RoomMarkRead};

use crate::domain::access::no_such_room;
use crate::domain::page::before_first;

/// How far somebody has read: an entry, and how many messages the log held up to and with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The entry's number; 0 before the first one.
    pub seq: Seq,
    /// The messages up to there.
    pub n: u64,
}

impl Position {
    /// What its owner is told, in a room of so many messages, so many of which mention them behind it.
    #[must_use]
    pub fn told(self, room_n: u64, mentions: u64) -> ReadPosition {
        ReadPosition { seq: self.seq, n: self.n, unread: room_n.saturating_sub(self.n), mentions }
    }
}

/// What is known about everything that a batch of read positions names.
#[derive(Debug, Default)]
pub struct MarkFacts {
    /// The rooms that exist, of those named: the life of each one's log, and where it ends.
    pub rooms: HashMap<RoomId, (Epoch, Position)>,
    /// Who of the callers is a member of the room they name.
    pub members: HashSet<(RoomId, UserId)>,
    /// The entries that stand at the seqs named, each with the number of messages up to it.
    pub entries: HashMap<(RoomId, Seq), (EntryId, u64)>,
    /// How far the callers have read; who is missing never read.
    pub positions: HashMap<(RoomId, UserId), Position>,
}

/// What is to be stored, and what each caller stands at once it is.
#[derive(Debug, Default)]
pub struct MarkDecision {
    /// The positions that moved, as they end up.
    pub moved: BTreeMap<(RoomId, UserId), Position>,
    /// One outcome for each request of the batch, in order.
    pub outcomes: Vec<Result<Position, Error>>,
}

/// Decides a batch, in order; each request finds the position where the one before it left it.
pub fn decide_marks(facts: &mut MarkFacts, batch: &[(UserId, RoomMarkRead)]) -> MarkDecision {
    let mut decision = MarkDecision::default();
    for (user, request) in batch {
        let outcome = place(facts, user, request).map(|place| {
            let key = (request.room.clone(), user.clone());
            match facts.positions.get(&key) {
                Some(known) if !request.unread && place.seq <= known.seq => *known,
                _ => {
                    facts.positions.insert(key.clone(), place);
                    decision.moved.insert(key, place);
                    place
                }
            }
        });
        decision.outcomes.push(outcome);
    }
    decision
}

/// The place that is pointed at: the same life of the log, and the same entry still there.
fn place(facts: &MarkFacts, user: &UserId, request: &RoomMarkRead) -> Result<Position, Error> {
    let RoomMarkRead { room, place, .. } = request;
    let (epoch, _) = facts.rooms.get(room).ok_or_else(no_such_room)?;
    if !facts.members.contains(&(room.clone(), user.clone())) {
        return Err(no_such_room());
    }
    let found = facts.entries.get(&(room.clone(), place.seq)).filter(|(id, _)| *id == place.id && *epoch == place.epoch);
    match found.map(|(_, n)| *n).or_else(|| before_first(epoch, place)) {
        Some(n) => Ok(Position { seq: place.seq, n }),
        None => {
            let mut error = Error::new(Code::EpochChanged, "The room's log was made anew, and another entry stands there now.");
            error.field = Some("place".to_owned());
            Err(error)
        }
    }
}
