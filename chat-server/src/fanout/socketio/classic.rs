//! What is said, on its way to classic clients: each hears it in its own dialect, and one that has
//! not shown yet which it speaks hears all four (a page listens for its own names alone, so it
//! never sees a message twice).
//!
//! The hearers of a room are rooms of Socket.IO's: one for each dialect, and within it one for each
//! person, since some dialects tell an author's own words otherwise.

use std::collections::{BTreeSet, HashMap};

use chat_proto::entry::{Body, Entry};
use chat_proto::id::{RoomId, UserId};
use socketioxide::extract::SocketRef;

use super::engines::Engines;
use super::own_room;
use crate::dialect::{Dialect, Frame, Manners, Said};
use crate::domain::presence::ConnectionId;

/// The namespaces that speak the classic dialects.
pub const NAMESPACES: [&str; 2] = ["/", "/chat"];

/// The classic connections, by what they hear.
#[derive(Default)]
pub(super) struct Hearers {
    peers: HashMap<ConnectionId, Peer>,
    /// How many connections of a room hear a dialect in a namespace.
    heard: HashMap<RoomId, HashMap<(&'static str, Dialect), usize>>,
}

struct Peer {
    socket: SocketRef,
    namespace: &'static str,
    /// None before it has shown which one it speaks.
    dialect: Option<Dialect>,
    /// Where it is, and as whom.
    place: Option<(RoomId, UserId)>,
}

impl Peer {
    fn hears(&self) -> &[Dialect] {
        self.dialect.as_ref().map_or(&Dialect::ALL, std::slice::from_ref)
    }
}

impl Hearers {
    pub(super) fn register(&mut self, connection: ConnectionId, socket: SocketRef, namespace: &'static str) {
        self.peers.insert(connection, Peer { socket, namespace, dialect: None, place: None });
    }

    pub(super) fn unregister(&mut self, connection: ConnectionId) {
        self.leave(connection);
        self.peers.remove(&connection);
    }

    pub(super) fn socket(&self, connection: ConnectionId) -> Option<&SocketRef> {
        self.peers.get(&connection).map(|peer| &peer.socket)
    }

    /// The dialects that a connection hears.
    pub(super) fn hears(&self, connection: ConnectionId) -> Vec<Dialect> {
        self.peers.get(&connection).map(|peer| peer.hears().to_vec()).unwrap_or_default()
    }

    /// Puts a connection into that room, and into no other; without one it hears nothing.
    pub(super) fn attach(&mut self, connection: ConnectionId, place: Option<(RoomId, UserId)>) {
        self.leave(connection);
        let Some(peer) = self.peers.get_mut(&connection) else { return };
        peer.place = place;
        let Some((room, user)) = &peer.place else { return };
        let hearing = self.heard.entry(room.clone()).or_default();
        for dialect in peer.hears() {
            *hearing.entry((peer.namespace, *dialect)).or_default() += 1;
        }
        let rooms = peer.hears().iter().flat_map(|dialect| [all(room, *dialect), person(room, *dialect, user)]);
        peer.socket.join(rooms.chain([own_room(connection)]).collect::<Vec<_>>());
    }

    /// The connection has shown which dialect it speaks.
    pub(super) fn speaks(&mut self, connection: ConnectionId, dialect: Dialect) {
        let Some(peer) = self.peers.get(&connection).filter(|peer| peer.dialect.is_none()) else { return };
        let place = peer.place.clone();
        self.leave(connection);
        if let Some(peer) = self.peers.get_mut(&connection) {
            peer.dialect = Some(dialect);
        }
        self.attach(connection, place);
    }

    fn leave(&mut self, connection: ConnectionId) {
        let Some(peer) = self.peers.get_mut(&connection) else { return };
        peer.socket.leave_all();
        let Some((room, _)) = peer.place.take() else { return };
        if let Some(hearing) = self.heard.get_mut(&room) {
            for dialect in peer.dialect.as_ref().map_or(&Dialect::ALL[..], std::slice::from_ref) {
                if let Some(count) = hearing.get_mut(&(peer.namespace, *dialect)) {
                    *count = count.saturating_sub(1);
                }
            }
            hearing.retain(|_, count| *count > 0);
            if hearing.is_empty() {
                self.heard.remove(&room);
            }
        }
    }

    /// Some people's connections, or with none given all, hear that room no longer.
    pub(super) fn shut_out(&mut self, room: &RoomId, people: Option<&[UserId]>) {
        let is_meant = |place: &(RoomId, UserId)| place.0 == *room && people.is_none_or(|people| people.contains(&place.1));
        let meant = self.peers.iter().filter(|(_, peer)| peer.place.as_ref().is_some_and(is_meant));
        let meant: Vec<ConnectionId> = meant.map(|(connection, _)| *connection).collect();
        for connection in meant {
            self.attach(connection, None);
        }
    }

    /// In which namespaces and dialects the room is heard.
    pub(super) fn of_room(&self, room: &RoomId) -> Vec<(&'static str, Dialect)> {
        self.heard.get(room).map(|hearing| hearing.keys().copied().collect()).unwrap_or_default()
    }

    /// All rooms that are heard.
    pub(super) fn rooms(&self) -> BTreeSet<RoomId> {
        self.heard.keys().cloned().collect()
    }
}

/// Tells a room's hearers what was said; what no dialect can say (an edit, a reaction) is not told.
pub(super) async fn tell_entry(engines: &Engines, manners: &Manners, hearing: &[(&'static str, Dialect)], room: &RoomId, entry: &Entry) {
    let Body::Message(message) = &entry.body else { return };
    let said = Said { name: entry.author.name.as_str(), color: entry.author.color.as_str(), text: &message.content.text };
    for (namespace, dialect) in hearing {
        let (others, author) = (dialect.said(said, manners), dialect.said_yourself(said));
        let (everybody, person) = (all(room, *dialect), person(room, *dialect, &entry.author.id));
        for sockets in engines.of(namespace) {
            if others == author {
                done(sockets.to(everybody.clone()).emit(others.event, &others.arguments).await, &others);
            } else {
                done(sockets.clone().to(everybody.clone()).except(person.clone()).emit(others.event, &others.arguments).await, &others);
                done(sockets.to(person.clone()).emit(author.event, &author.arguments).await, &author);
            }
        }
    }
}

/// Tells a room's hearers of one dialect something, except one person.
pub(super) async fn tell_others(
    engines: &Engines,
    hearing: &[(&'static str, Dialect)],
    room: &RoomId,
    except: &UserId,
    dialect: Dialect,
    frame: &Frame,
) {
    for (namespace, _) in hearing.iter().filter(|(_, heard)| *heard == dialect) {
        for sockets in engines.of(namespace) {
            let others = sockets.to(all(room, dialect)).except(person(room, dialect, except));
            done(others.emit(frame.event, &frame.arguments).await, frame);
        }
    }
}

/// Tells a room's hearers what an operator announces, all but the connection that made it.
pub(super) async fn announce(
    engines: &Engines,
    manners: &Manners,
    hearing: &[(&'static str, Dialect)],
    room: &RoomId,
    maker: ConnectionId,
    text: &str,
) {
    for (namespace, dialect) in hearing {
        let frame = dialect.announcement(text, manners);
        for sockets in engines.of(namespace) {
            done(sockets.to(all(room, *dialect)).except(own_room(maker)).emit(frame.event, &frame.arguments).await, &frame);
        }
    }
}

/// Classic clients are told once, as Socket.IO does it: a reader whose buffer is full misses it.
fn done(outcome: Result<(), socketioxide::BroadcastError>, frame: &Frame) {
    if let Err(error) = outcome {
        tracing::debug!(%error, event = frame.event, "some classic readers cannot keep up");
    }
}

fn all(room: &RoomId, dialect: Dialect) -> String {
    format!("room:{room}:{}", dialect.letter())
}

fn person(room: &RoomId, dialect: Dialect, user: &UserId) -> String {
    format!("room:{room}:{}:{user}", dialect.letter())
}
