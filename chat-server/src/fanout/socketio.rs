//! Delivery over Socket.IO: one task, one queue, in commit order.
//!
//! While one batch of a room goes out, the next gathers in the queue, and all of a room's entries
//! found there go out in one frame: coalescing without added latency. Nobody's answer waits for it.
//!
//! - `entries`: what goes out of a room, and to whom; `opening`, `closing`: how a connection comes to hear it, and how
//!   it ends; `engines`: the two Socket.IO engines; `classic`: those who speak a dialect of the tutorials.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chat_proto::error::Error;
use chat_proto::event::{Announced, Entries, Event, PresenceChanged, ReadChanged, TypingChanged, UserChanged};
use chat_proto::id::{Epoch, RoomId, UserId};
use serde::Serialize;
use socketioxide::extract::SocketRef;
use socketioxide::operators::BroadcastOperators;
use tokio::sync::{Notify, oneshot};

use crate::dialect::{Dialect, Frame as ClassicFrame, Manners};
use crate::domain::presence::ConnectionId;
use crate::domain::weight::weight;
use crate::fanout::{Audience, FanOut, Notice};
use crate::storage::CommittedEntry;

use classic::Hearers;
use engines::Patients;
use entries::Frame;
use opening::Openings;

mod classic;
mod closing;
mod engines;
mod entries;
mod opening;

pub use classic::NAMESPACES as CLASSIC_NAMESPACES;
pub use closing::cut;
pub use engines::Engines;

/// A room whose entries have waited so long is behind.
const BEHIND: Duration = Duration::from_secs(1);
/// A room with so many bytes waiting is behind.
const BEHIND_BYTES: usize = 1 << 20;

/// Delivery over Socket.IO.
pub struct SocketIoFanOut {
    engines: Engines,
    queue: Mutex<VecDeque<Command>>,
    woken: Notify,
    waiting: Mutex<HashMap<RoomId, Waiting>>,
    sockets: Mutex<HashMap<ConnectionId, Peer>>,
    opening: Mutex<Openings>,
    patients: Patients,
    classic: Mutex<Hearers>,
    manners: Manners,
}

enum Command {
    Entries(Vec<CommittedEntry>),
    Follow {
        connection: ConnectionId,
        user: UserId,
        done: oneshot::Sender<()>,
    },
    Attach {
        connection: ConnectionId,
        user: UserId,
        rooms: Vec<RoomId>,
        done: oneshot::Sender<()>,
    },
    Notify(Audience, Arc<Notice>),
    Forget(RoomId, Epoch),
    Close(Vec<ConnectionId>, Error),
    /// A classic connection has shown which dialect it speaks.
    Speaks(ConnectionId, Dialect),
    /// A classic connection hears no room any more.
    Detach(ConnectionId),
    /// A classic connection speaks to that user's friends from now on, or to none, and hears them.
    HearFriends(ConnectionId, Option<UserId>),
    /// Where these friends speak.
    FriendsAre(ConnectionId, Vec<RoomId>),
    /// A frame of one dialect for all in a room but one person.
    TellOthers {
        room: RoomId,
        except: UserId,
        dialect: Dialect,
        frame: ClassicFrame,
    },
    Stop,
}

/// A native connection.
struct Peer {
    socket: SocketRef,
    is_patient: bool,
    /// It hears its last words, and is attached to nothing any more.
    is_closing: bool,
}

/// What of a room has not gone out yet.
struct Waiting {
    bytes: usize,
    since: Instant,
}

impl SocketIoFanOut {
    /// Delivery over these sockets; [`run`](Self::run) does it.
    #[must_use]
    pub fn new(engines: Engines, manners: Manners) -> Self {
        Self {
            engines,
            queue: Mutex::default(),
            woken: Notify::new(),
            waiting: Mutex::default(),
            sockets: Mutex::default(),
            opening: Mutex::default(),
            patients: Patients::default(),
            classic: Mutex::default(),
            manners,
        }
    }

    /// A connection is there, of the patient engine or of the prompt one.
    pub fn register(&self, connection: ConnectionId, socket: SocketRef, is_patient: bool) {
        if is_patient {
            self.patients.come();
        }
        lock(&self.sockets).insert(connection, Peer { socket, is_patient, is_closing: false });
    }

    /// A connection is gone.
    pub fn unregister(&self, connection: ConnectionId) {
        lock(&self.opening).end(connection);
        if lock(&self.sockets).remove(&connection).is_some_and(|peer| peer.is_patient) {
            self.patients.go();
        }
    }

    /// A classic connection is there.
    pub fn register_classic(&self, connection: ConnectionId, socket: SocketRef, namespace: &'static str) {
        lock(&self.classic).register(connection, socket, namespace);
    }

    /// A classic connection is gone.
    pub fn unregister_classic(&self, connection: ConnectionId) {
        lock(&self.classic).unregister(connection);
    }

    /// The dialects that a classic connection hears: all, until it has shown which one it speaks.
    #[must_use]
    pub fn hears(&self, connection: ConnectionId) -> Vec<Dialect> {
        lock(&self.classic).hears(connection)
    }

    /// A classic connection has shown which dialect it speaks; what is told from now on is in it.
    pub fn speaks(&self, connection: ConnectionId, dialect: Dialect) {
        self.push(Command::Speaks(connection, dialect));
    }

    /// A classic connection hears no room any more, until it is attached again.
    pub fn detach(&self, connection: ConnectionId) {
        self.push(Command::Detach(connection));
    }

    /// A classic connection that speaks dialect C speaks to the friends of that user from now on, and hears in it what
    /// they say to theirs: those who are won from now on, and with [`friends_are`](Self::friends_are) the others.
    /// Without a user it is with everybody in its room again.
    pub fn hear_friends(&self, connection: ConnectionId, user: Option<&UserId>) {
        self.push(Command::HearFriends(connection, user.cloned()));
    }

    /// Where these friends speak, as it was read after [`hear_friends`](Self::hear_friends): one that was lost since is
    /// not heard.
    pub fn friends_are(&self, connection: ConnectionId, rooms: Vec<RoomId>) {
        self.push(Command::FriendsAre(connection, rooms));
    }

    /// Tells a frame of one dialect to all who hear it in a room, but to one person.
    pub fn tell_others(&self, room: &RoomId, except: &UserId, dialect: Dialect, frame: ClassicFrame) {
        self.push(Command::TellOthers { room: room.clone(), except: except.clone(), dialect, frame });
    }

    /// What the operator chose for classic clients.
    #[must_use]
    pub fn manners(&self) -> &Manners {
        &self.manners
    }

    /// Works the queue off until [`stop`](Self::stop).
    pub async fn run(&self) {
        loop {
            let commands = std::mem::take(&mut *lock(&self.queue));
            if commands.is_empty() {
                self.woken.notified().await;
                continue;
            }
            let mut rooms: Vec<RoomId> = Vec::new();
            let mut gathered: HashMap<RoomId, Vec<CommittedEntry>> = HashMap::new();
            for command in commands {
                match command {
                    Command::Entries(entries) => {
                        for entry in entries {
                            let known = gathered.entry(entry.room.clone()).or_insert_with(|| {
                                rooms.push(entry.room.clone());
                                Vec::new()
                            });
                            known.push(entry);
                        }
                    }
                    Command::Follow { connection, user, done } => {
                        self.follow_now(connection, user);
                        let _ = done.send(());
                    }
                    Command::Attach { connection, user, rooms, done } => {
                        self.send_first(&rooms, &mut gathered).await;
                        self.attach_now(connection, user, rooms);
                        // Nobody waits any more when the connection is gone already.
                        let _ = done.send(());
                    }
                    Command::Notify(audience, notice) => self.tell(audience, &notice).await,
                    Command::Forget(room, epoch) => {
                        self.send_first([&room], &mut gathered).await;
                        self.forget_now(&room, &epoch).await;
                    }
                    Command::Close(connections, error) => self.close_now(&connections, &error),
                    // What was said before goes out as the connection heard it then.
                    Command::Speaks(connection, dialect) => {
                        let heard = lock(&self.classic).rooms();
                        self.send_first(&heard, &mut gathered).await;
                        lock(&self.classic).speaks(connection, dialect);
                    }
                    Command::Detach(connection) => lock(&self.classic).detach(connection),
                    Command::HearFriends(connection, user) => lock(&self.classic).hear_friends(connection, user),
                    Command::FriendsAre(connection, rooms) => {
                        self.send_first(&rooms, &mut gathered).await;
                        lock(&self.classic).friends_are(connection, rooms);
                    }
                    Command::TellOthers { room, except, dialect, frame } => {
                        self.send_first([&room], &mut gathered).await;
                        let hearing = lock(&self.classic).of_room(&room);
                        classic::tell_others(&self.engines, &hearing, &room, &except, dialect, &frame).await;
                    }
                    Command::Stop => {
                        for (room, entries) in gathered {
                            self.send(&room, entries).await;
                        }
                        return;
                    }
                }
            }
            for room in rooms {
                if let Some(entries) = gathered.remove(&room) {
                    self.send(&room, entries).await;
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// Lets [`run`](Self::run) end after what was queued before.
    pub fn stop(&self) {
        self.push(Command::Stop);
    }

    fn push(&self, command: Command) {
        lock(&self.queue).push_back(command);
        self.woken.notify_one();
    }

    /// Sends what was gathered of these rooms before something that follows it.
    async fn send_first<'a>(&self, rooms: impl IntoIterator<Item = &'a RoomId>, gathered: &mut HashMap<RoomId, Vec<CommittedEntry>>) {
        for room in rooms {
            if let Some(entries) = gathered.remove(room) {
                self.send(room, entries).await;
            }
        }
    }

    /// A reader whose buffer is full misses it, sees the gap, and fetches.
    async fn emit(&self, to: String, event: &str, payload: &impl Serialize) {
        for sockets in self.natives() {
            if let Err(error) = sockets.to(to.clone()).emit(event, payload).await {
                tracing::debug!(%error, event, "some readers cannot keep up");
            }
        }
    }

    fn natives(&self) -> impl Iterator<Item = BroadcastOperators> {
        self.engines.native(&self.patients)
    }

    async fn tell(&self, audience: Audience, notice: &Notice) {
        if let Notice::Announced(announced, maker) = notice {
            return self.announce(&audience, announced, *maker).await;
        }
        let to = match audience {
            Audience::Room(room) => log_room(&room),
            Audience::User(user) => user_room(&user),
            Audience::Everybody => return,
        };
        match notice {
            Notice::Presence(event) => self.emit(to, PresenceChanged::NAME, event).await,
            Notice::Typing(event) => self.emit(to, TypingChanged::NAME, event).await,
            Notice::Read(event) => self.emit(to, ReadChanged::NAME, event).await,
            Notice::User(event) => self.emit(to, UserChanged::NAME, event).await,
            Notice::Announced(..) => {}
        }
    }

    /// Announces to native and classic clients alike, all but the one that made it.
    async fn announce(&self, audience: &Audience, announced: &Announced, maker: ConnectionId) {
        let room = match audience {
            Audience::Room(room) => Some(room),
            Audience::User(_) | Audience::Everybody => None,
        };
        for sockets in self.natives() {
            let sockets = sockets.except(own_room(maker));
            let sockets = if let Some(room) = room { sockets.to(log_room(room)) } else { sockets };
            if let Err(error) = sockets.emit(Announced::NAME, announced).await {
                tracing::debug!(%error, "some readers cannot keep up");
            }
        }
        classic::announce(&self.engines, &self.manners, room, maker, announced.text.as_str()).await;
    }

    fn follow_now(&self, connection: ConnectionId, user: UserId) {
        if let Some(Peer { socket, is_closing: false, .. }) = lock(&self.sockets).get(&connection) {
            socket.join([user_room(&user), own_room(connection)]);
            lock(&self.opening).begin(connection, user);
        }
    }

    /// A visitor comes into one room, or a native connection that is opening into those of its user.
    fn attach_now(&self, connection: ConnectionId, user: UserId, mut rooms: Vec<RoomId>) {
        let sockets = lock(&self.sockets);
        let Some(Peer { socket, .. }) = sockets.get(&connection) else {
            return lock(&self.classic).attach(connection, rooms.into_iter().next().map(|room| (room, user)));
        };
        // One that was closed meanwhile is opening no longer, and hears nothing more.
        if let Some(left) = lock(&self.opening).end(connection) {
            rooms.retain(|room| !left.contains(room));
            socket.join(rooms.iter().map(log_room).collect::<Vec<_>>());
        }
    }

    async fn forget_now(&self, room: &RoomId, epoch: &Epoch) {
        self.emit(log_room(room), Entries::NAME, &Frame { room, epoch, entries: &[] }).await;
        for sockets in self.natives() {
            let _: Result<(), std::convert::Infallible> = sockets.within(log_room(room)).leave(log_room(room)).await;
        }
        lock(&self.classic).shut_out(room, None);
        lock(&self.opening).is_forgotten(room);
    }
}

#[async_trait]
impl FanOut for SocketIoFanOut {
    fn entries(&self, entries: Vec<CommittedEntry>) {
        if entries.is_empty() {
            return;
        }
        {
            let mut waiting = lock(&self.waiting);
            for CommittedEntry { room, entry, .. } in &entries {
                let known = waiting.entry(room.clone()).or_insert_with(|| Waiting { bytes: 0, since: Instant::now() });
                known.bytes += weight(entry);
            }
        }
        self.push(Command::Entries(entries));
    }

    async fn follow(&self, connection: ConnectionId, user: &UserId) {
        let (done, following) = oneshot::channel();
        self.push(Command::Follow { connection, user: user.clone(), done });
        // The other end is dropped only when the server stops.
        let _ = following.await;
    }

    async fn attach(&self, connection: ConnectionId, user: &UserId, rooms: &[RoomId]) {
        let (done, attached) = oneshot::channel();
        self.push(Command::Attach { connection, user: user.clone(), rooms: rooms.to_vec(), done });
        // The other end is dropped only when the server stops.
        let _ = attached.await;
    }

    fn notify(&self, audience: Audience, notice: Arc<Notice>) {
        self.push(Command::Notify(audience, notice));
    }

    fn forget(&self, room: &RoomId, epoch: Epoch) {
        self.push(Command::Forget(room.clone(), epoch));
    }

    fn close(&self, connections: &[ConnectionId], error: &Error) {
        if !connections.is_empty() {
            self.push(Command::Close(connections.to_vec(), error.clone()));
        }
    }

    fn is_behind(&self, room: &RoomId) -> bool {
        lock(&self.waiting).get(room).is_some_and(|known| known.bytes > BEHIND_BYTES || known.since.elapsed() > BEHIND)
    }
}

fn log_room(room: &RoomId) -> String {
    format!("room:{room}")
}

fn user_room(user: &UserId) -> String {
    format!("user:{user}")
}

fn own_room(connection: ConnectionId) -> String {
    format!("connection:{connection}")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
