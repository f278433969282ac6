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
    /// Of somebody who speaks dialect C to their friends: they hear these in it, and not the room that they are in.
    friends: Option<Friends>,
}

/// Where somebody's friends, and they themself, speak to their friends.
struct Friends {
    user: UserId,
    rooms: BTreeSet<RoomId>,
    /// Until it is told which rooms these are: the ones that they were shut out of meanwhile.
    lost: Option<BTreeSet<RoomId>>,
}

impl Peer {
    fn hears(&self) -> &[Dialect] {
        self.dialect.as_ref().map_or(&Dialect::ALL, std::slice::from_ref)
    }

    /// What it hears in which dialect, and as whom.
    fn heard(&self) -> Vec<(RoomId, Dialect, UserId)> {
        let of_dialect = |dialect: &Dialect| -> Vec<(RoomId, Dialect, UserId)> {
            match (&self.friends, &self.place) {
                (Some(Friends { user, rooms, .. }), _) if *dialect == Dialect::Social => {
                    rooms.iter().map(|room| (room.clone(), *dialect, user.clone())).collect()
                }
                (_, Some((room, user))) => vec![(room.clone(), *dialect, user.clone())],
                (_, None) => Vec::new(),
            }
        };
        self.hears().iter().flat_map(of_dialect).collect()
    }
}

impl Hearers {
    pub(super) fn register(&mut self, connection: ConnectionId, socket: SocketRef, namespace: &'static str) {
        self.peers.insert(connection, Peer { socket, namespace, dialect: None, place: None, friends: None });
    }

    pub(super) fn unregister(&mut self, connection: ConnectionId) {
        self.detach(connection);
        self.peers.remove(&connection);
    }

    pub(super) fn socket(&self, connection: ConnectionId) -> Option<&SocketRef> {
        self.peers.get(&connection).map(|peer| &peer.socket)
    }

    /// The dialects that a connection hears.
    pub(super) fn hears(&self, connection: ConnectionId) -> Vec<Dialect> {
        self.peers.get(&connection).map(|peer| peer.hears().to_vec()).unwrap_or_default()
    }

    /// Puts a connection into that room, and into no other; without one it is in none.
    pub(super) fn attach(&mut self, connection: ConnectionId, place: Option<(RoomId, UserId)>) {
        self.change(connection, |peer| peer.place = place);
    }

    /// The connection hears nothing any more.
    pub(super) fn detach(&mut self, connection: ConnectionId) {
        self.change(connection, |peer| (peer.place, peer.friends) = (None, None));
    }

    /// The connection has shown which dialect it speaks.
    pub(super) fn speaks(&mut self, connection: ConnectionId, dialect: Dialect) {
        self.change(connection, |peer| peer.dialect = peer.dialect.or(Some(dialect)));
    }

    /// Whether the connection speaks dialect C to the friends of that user from now on, and hears them in it: at first
    /// those who are won from now on, and the others once they are told.
    pub(super) fn hear_friends(&mut self, connection: ConnectionId, user: Option<UserId>) {
        let friends = user.map(|user| Friends { user, rooms: BTreeSet::new(), lost: Some(BTreeSet::new()) });
        self.change(connection, |peer| peer.friends = friends);
    }

    /// Where the friends of such a connection speak, as it was read after [`hear_friends`](Self::hear_friends).
    pub(super) fn friends_are(&mut self, connection: ConnectionId, rooms: Vec<RoomId>) {
        self.change(connection, |peer| {
            let Some(friends) = &mut peer.friends else { return };
            let Some(lost) = friends.lost.take() else { return };
            friends.rooms.extend(rooms.into_iter().filter(|room| !lost.contains(room)));
        });
    }

    /// That user is a friend's friend from now on, or has made the room in which they speak to their own.
    pub(super) fn befriend(&mut self, user: &UserId, room: &RoomId) {
        for connection in self.having_friends(|friends| friends.user == *user) {
            self.change(connection, |peer| {
                let Some(friends) = &mut peer.friends else { return };
                friends.rooms.insert(room.clone());
                if let Some(lost) = &mut friends.lost {
                    lost.remove(room);
                }
            });
        }
    }

    /// Some people's connections, or with none given all, hear that room no longer.
    pub(super) fn shut_out(&mut self, room: &RoomId, people: Option<&[UserId]>) {
        let is_meant = |user: &UserId| people.is_none_or(|people| people.contains(user));
        let is_there = |peer: &Peer| peer.place.as_ref().is_some_and(|(place, user)| place == room && is_meant(user));
        let meant: Vec<ConnectionId> = self.peers.iter().filter(|(_, peer)| is_there(peer)).map(|(connection, _)| *connection).collect();
        for connection in meant {
            self.attach(connection, None);
        }
        for connection in self.having_friends(|friends| is_meant(&friends.user)) {
            self.change(connection, |peer| {
                let Some(friends) = &mut peer.friends else { return };
                friends.rooms.remove(room);
                if let Some(lost) = &mut friends.lost {
                    lost.insert(room.clone());
                }
            });
        }
    }

    fn having_friends(&self, is_meant: impl Fn(&Friends) -> bool) -> Vec<ConnectionId> {
        let meant = self.peers.iter().filter(|(_, peer)| peer.friends.as_ref().is_some_and(&is_meant));
        meant.map(|(connection, _)| *connection).collect()
    }

    /// Changes what a connection hears.
    fn change(&mut self, connection: ConnectionId, change: impl FnOnce(&mut Peer)) {
        let Some(peer) = self.peers.get_mut(&connection) else { return };
        peer.socket.leave_all();
        for (room, dialect, _) in peer.heard() {
            let Some(hearing) = self.heard.get_mut(&room) else { continue };
            if let Some(count) = hearing.get_mut(&(peer.namespace, dialect)) {
                *count = count.saturating_sub(1);
            }
            hearing.retain(|_, count| *count > 0);
            if hearing.is_empty() {
                self.heard.remove(&room);
            }
        }
        change(peer);
        let heard = peer.heard();
        if peer.place.is_some() || peer.friends.is_some() {
            let everywhere = peer.hears().iter().map(|dialect| anywhere(*dialect));
            let rooms = heard.iter().flat_map(|(room, dialect, user)| [all(room, *dialect), person(room, *dialect, user)]);
            peer.socket.join(rooms.chain(everywhere).chain([own_room(connection)]).collect::<Vec<_>>());
        }
        for (room, dialect, _) in heard {
            *self.heard.entry(room).or_default().entry((peer.namespace, dialect)).or_default() += 1;
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

/// Tells a room's hearers, or without one everybody, what an operator announces: all but the connection that made it.
pub(super) async fn announce(engines: &Engines, manners: &Manners, room: Option<&RoomId>, maker: ConnectionId, text: &str) {
    for (namespace, dialect) in NAMESPACES.into_iter().flat_map(|namespace| Dialect::ALL.map(|dialect| (namespace, dialect))) {
        let frame = dialect.announcement(text, manners);
        let hearers = room.map_or_else(|| anywhere(dialect), |room| all(room, dialect));
        for sockets in engines.of(namespace) {
            done(sockets.to(hearers.clone()).except(own_room(maker)).emit(frame.event, &frame.arguments).await, &frame);
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

/// All who hear that dialect, wherever they are.
fn anywhere(dialect: Dialect) -> String {
    format!("anywhere:{}", dialect.letter())
}

fn person(room: &RoomId, dialect: Dialect, user: &UserId) -> String {
    format!("room:{room}:{}:{user}", dialect.letter())
}
