//! Native connections that are opening: they follow their user already, and are not attached yet to the rooms
//! that it was found in. What their user leaves meanwhile is not attached any more.

use std::collections::{HashMap, HashSet};

use chat_proto::id::{RoomId, UserId};

use crate::domain::presence::ConnectionId;

/// The connections that are opening.
#[derive(Default)]
pub(super) struct Openings(HashMap<ConnectionId, Opening>);

struct Opening {
    user: UserId,
    /// Rooms that its user has left since: they may have been read as theirs before.
    left: HashSet<RoomId>,
}

impl Openings {
    /// From now on what the user leaves is noted for this connection.
    pub(super) fn begin(&mut self, connection: ConnectionId, user: UserId) {
        self.0.insert(connection, Opening { user, left: HashSet::new() });
    }

    /// A connection is attached now, or closed. The rooms that its user has left since it began; `None` if it is not
    /// opening.
    pub(super) fn end(&mut self, connection: ConnectionId) -> Option<HashSet<RoomId>> {
        self.0.remove(&connection).map(|opening| opening.left)
    }

    /// The user is in a room again.
    pub(super) fn joins(&mut self, user: &UserId, room: &RoomId) {
        self.of(user).for_each(|opening| {
            opening.left.remove(room);
        });
    }

    /// The user has left a room.
    pub(super) fn leaves(&mut self, user: &UserId, room: &RoomId) {
        self.of(user).for_each(|opening| {
            opening.left.insert(room.clone());
        });
    }

    /// Nobody is in this room any more.
    pub(super) fn is_forgotten(&mut self, room: &RoomId) {
        self.0.values_mut().for_each(|opening| {
            opening.left.insert(room.clone());
        });
    }

    fn of(&mut self, user: &UserId) -> impl Iterator<Item = &mut Opening> {
        self.0.values_mut().filter(move |opening| opening.user == *user)
    }
}
