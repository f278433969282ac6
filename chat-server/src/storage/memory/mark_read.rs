//! Read positions, on the same decision as every store's.

use chat_proto::error::Error;
use chat_proto::id::UserId;
use chat_proto::request::room_mark_read::{ReadPosition, RoomMarkRead};

use crate::domain::mark_read::{MarkFacts, Position, decide_marks};
use crate::storage::memory::{Log, Tables};

pub(super) fn run(tables: &mut Tables, marks: &[(UserId, RoomMarkRead)]) -> Vec<Result<ReadPosition, Error>> {
    let mut facts = look_up(tables, marks);
    let decision = decide_marks(&mut facts, marks);
    for ((room, user), position) in decision.moved {
        if let Some(log) = tables.rooms.get_mut(&room) {
            log.positions.insert(user, position);
        }
    }
    let told = marks.iter().zip(decision.outcomes).map(|((user, mark), outcome)| {
        outcome.map(|position| tables.rooms.get(&mark.room).map_or_else(|| position.told(0, 0), |log| log.told(user, position)))
    });
    told.collect()
}

fn look_up(tables: &Tables, marks: &[(UserId, RoomMarkRead)]) -> MarkFacts {
    let mut facts = MarkFacts::default();
    for (user, mark) in marks {
        let Some(log) = tables.rooms.get(&mark.room) else { continue };
        facts.rooms.insert(mark.room.clone(), (log.epoch.clone(), log.end()));
        let key = (mark.room.clone(), user.clone());
        if let Some(row) = log.row(mark.place.seq) {
            facts.entries.insert((mark.room.clone(), mark.place.seq), (row.entry.id.clone(), row.entry.n));
        }
        if let Some(position) = log.positions.get(user) {
            facts.positions.insert(key.clone(), *position);
        }
        if log.is_member(user) {
            facts.members.insert(key);
        }
    }
    facts
}

impl Log {
    /// How far the user has read; who never read is taken to have read all.
    pub(super) fn position(&self, user: &UserId) -> ReadPosition {
        self.told(user, self.positions.get(user).copied().unwrap_or_else(|| self.end()))
    }

    fn told(&self, user: &UserId, position: Position) -> ReadPosition {
        let mentions = self.mentions.iter().filter(|(who, at)| who == user && *at > position.seq).count() as u64;
        position.told(self.head().n, mentions)
    }

    fn end(&self) -> Position {
        Position { seq: self.head().seq, n: self.head().n }
    }
}
