//! The way out: what is told to connections without being asked for.
//!
//! A port: this file is the trait, its children are the implementations. A new one keeps two
//! promises: entries of a room go out in the order in which they are given, and a frame is cut at
//! every entry that changes who may read the room.

use std::sync::Arc;

use async_trait::async_trait;
use chat_proto::error::Error;
use chat_proto::event::{Announced, PresenceChanged, ReadChanged, TypingChanged, UserChanged};
use chat_proto::id::{Epoch, RoomId, UserId};

use crate::domain::presence::ConnectionId;
use crate::storage::CommittedEntry;

pub mod nobody;
pub mod socketio;

/// What is told besides entries, to a room or to all connections of a user. It may be dropped for
/// a reader that cannot keep up, and heals with the next one or the next `sync`.
#[derive(Clone, Debug)]
pub enum Notice {
    /// `presence:changed`.
    Presence(PresenceChanged),
    /// `typing:changed`.
    Typing(TypingChanged),
    /// `read:changed`.
    Read(ReadChanged),
    /// `user:changed`.
    User(UserChanged),
    /// `announced`, not to the connection that made it.
    Announced(Announced, ConnectionId),
}

/// To whom a notice goes.
#[derive(Clone, Debug)]
pub enum Audience {
    /// Everybody who is attached to the room.
    Room(RoomId),
    /// All connections of the user.
    User(UserId),
    /// Every connection.
    Everybody,
}

/// Delivery to connections.
#[async_trait]
pub trait FanOut: Send + Sync + 'static {
    /// Entries just committed, in commit order. Never waits. Who comes by an entry is attached, with all
    /// connections, just before it goes out; who goes is detached just after. Who may not read what an
    /// entry points at gets it without that.
    fn entries(&self, entries: Vec<CommittedEntry>);

    /// Has a new connection come and go with its user. It hears no room yet but those that they come into from now on.
    async fn follow(&self, connection: ConnectionId, user: &UserId);

    /// Attaches a connection to these rooms of its user, as they were read after [`follow`](Self::follow): to none that they
    /// have left since. When this returns, it misses nothing that is committed from now on. Without a `follow` before it,
    /// as of a visitor, it hears these rooms and no others.
    async fn attach(&self, connection: ConnectionId, user: &UserId, rooms: &[RoomId]);

    /// Tells something that stands in no log.
    fn notify(&self, audience: Audience, notice: Arc<Notice>);

    /// The room is no more: all who hear it, visitors too, hear it no longer. Native connections are told a
    /// frame of that epoch without an entry first, so that they ask where they are.
    fn forget(&self, room: &RoomId, epoch: Epoch);

    /// Tells the connections why, and closes them.
    fn close(&self, connections: &[ConnectionId], error: &Error);

    /// Whether the room's fan-out is so far behind that more must wait.
    fn is_behind(&self, room: &RoomId) -> bool;
}
