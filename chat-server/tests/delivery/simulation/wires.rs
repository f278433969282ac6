//! The way out of the simulated server: frames per connection, cut where somebody comes or goes.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chat_proto::error::Error;
use chat_proto::event::{Answer, AnyEvent, Closing, Entries, Outcome};
use chat_proto::id::{Epoch, Rid, RoomId, UserId};
use chat_server::domain::decide::Moves;
use chat_server::domain::presence::ConnectionId;
use chat_server::fanout::{Audience, FanOut, Notice};
use chat_server::service::Reply;
use chat_server::storage::CommittedEntry;

/// All connections' ways out.
#[derive(Default)]
pub struct Wires(Mutex<HashMap<ConnectionId, Wire>>);

/// One connection's.
#[derive(Default)]
pub struct Wire {
    user: Option<UserId>,
    rooms: BTreeSet<RoomId>,
    /// Those that its user has left, while it follows them and is not attached yet.
    left: BTreeSet<RoomId>,
    /// What is on its way to the client, oldest first.
    pub down: Vec<AnyEvent>,
}

impl Wires {
    pub fn all(&self) -> MutexGuard<'_, HashMap<ConnectionId, Wire>> {
        self.0.lock().unwrap()
    }

    pub fn send(&self, connection: ConnectionId, event: AnyEvent) {
        if let Some(wire) = self.all().get_mut(&connection) {
            wire.down.push(event);
        }
    }

    pub fn answer(&self, connection: ConnectionId, rid: Rid, result: Result<Reply, Error>) {
        let outcome = match result {
            Ok(reply) => Outcome::Ok(serde_json::to_value(reply).unwrap()),
            Err(error) => Outcome::Error(error),
        };
        self.send(connection, AnyEvent::Answer(Box::new(Answer { rid: Some(rid), outcome })));
    }

    fn frame(&self, room: &RoomId, entries: &mut Vec<CommittedEntry>) {
        let Some(epoch) = entries.first().map(|first| first.epoch.clone()) else { return };
        let entries: Vec<_> = entries.drain(..).map(|committed| committed.entry).collect();
        for wire in self.all().values_mut().filter(|wire| wire.rooms.contains(room)) {
            let frame = Entries { room: room.clone(), epoch: epoch.clone(), entries: entries.clone() };
            wire.down.push(AnyEvent::Entries(Box::new(frame)));
        }
    }

    fn of_user(&self, user: &UserId, change: impl Fn(&mut Wire)) {
        self.all().values_mut().filter(|wire| wire.user.as_ref() == Some(user)).for_each(change);
    }
}

#[async_trait]
impl FanOut for Wires {
    fn entries(&self, entries: Vec<CommittedEntry>) {
        let mut rooms: Vec<(RoomId, Vec<CommittedEntry>)> = Vec::new();
        for committed in entries {
            match rooms.iter_mut().find(|(room, _)| *room == committed.room) {
                Some((_, known)) => known.push(committed),
                None => rooms.push((committed.room.clone(), vec![committed])),
            }
        }
        for (room, entries) in rooms {
            let mut frame = Vec::new();
            for committed in entries {
                let Moves { joins, leaves, .. } = committed.moves.clone();
                if !joins.is_empty() {
                    self.frame(&room, &mut frame);
                }
                for (user, _) in &joins {
                    self.of_user(user, |wire| {
                        wire.rooms.insert(room.clone());
                        wire.left.remove(&room);
                    });
                }
                frame.push(committed);
                if !leaves.is_empty() {
                    self.frame(&room, &mut frame);
                }
                for user in &leaves {
                    self.of_user(user, |wire| {
                        wire.rooms.remove(&room);
                        wire.left.insert(room.clone());
                    });
                }
            }
            self.frame(&room, &mut frame);
        }
    }

    async fn follow(&self, connection: ConnectionId, user: &UserId) {
        tokio::task::yield_now().await;
        if let Some(wire) = self.all().get_mut(&connection) {
            wire.user = Some(user.clone());
        }
        tokio::task::yield_now().await;
    }

    async fn attach(&self, connection: ConnectionId, _: &UserId, rooms: &[RoomId]) {
        // Others go on before and after: entries may come before the `welcome`.
        tokio::task::yield_now().await;
        if let Some(Wire { rooms: heard, left, .. }) = self.all().get_mut(&connection) {
            heard.extend(rooms.iter().filter(|room| !left.contains(room)).cloned());
        }
        tokio::task::yield_now().await;
    }

    fn notify(&self, audience: Audience, notice: Arc<Notice>) {
        let event = || match &*notice {
            Notice::Presence(event) => AnyEvent::PresenceChanged(Box::new(event.clone())),
            Notice::Typing(event) => AnyEvent::TypingChanged(Box::new(event.clone())),
            Notice::Read(event) => AnyEvent::ReadChanged(Box::new(event.clone())),
            Notice::User(event) => AnyEvent::UserChanged(Box::new(event.clone())),
            Notice::Announced(event, _) => AnyEvent::Announced(Box::new(event.clone())),
        };
        let hears = |wire: &Wire| match &audience {
            Audience::Room(room) => wire.rooms.contains(room),
            Audience::User(user) => wire.user.as_ref() == Some(user),
            Audience::Everybody => wire.user.is_some(),
        };
        for wire in self.all().values_mut().filter(|wire| hears(wire)) {
            wire.down.push(event());
        }
    }

    fn forget(&self, room: &RoomId, epoch: Epoch) {
        for wire in self.all().values_mut() {
            wire.left.insert(room.clone());
            if wire.rooms.remove(room) {
                let frame = Entries { room: room.clone(), epoch: epoch.clone(), entries: Vec::new() };
                wire.down.push(AnyEvent::Entries(Box::new(frame)));
            }
        }
    }

    fn close(&self, connections: &[ConnectionId], error: &Error) {
        for connection in connections {
            self.send(*connection, AnyEvent::Closing(Box::new(Closing { error: error.clone() })));
        }
    }

    fn is_behind(&self, _: &RoomId) -> bool {
        false
    }
}
