//! Delivery over Socket.IO: one task, one queue, in commit order.
//!
//! While one batch of a room goes out, the next gathers in the queue, and all of a room's entries
//! found there go out in one frame: coalescing without added latency. Nobody's answer waits for it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chat_proto::entry::Entry;
use chat_proto::error::{Error, Retry};
use chat_proto::event::{Announced, Closing, Entries, Event, PresenceChanged, ReadChanged, TypingChanged, UserChanged};
use chat_proto::id::{Epoch, RoomId, UserId};
use chat_proto::limits;
use chat_proto::room::RoomKind;
use serde::Serialize;
use socketioxide::SocketError;
use socketioxide::extract::SocketRef;
use socketioxide::operators::BroadcastOperators;
use tokio::sync::{Notify, oneshot};

use crate::dialect::{Dialect, Frame as ClassicFrame, Manners};
use crate::domain::decide::Visits;
use crate::domain::presence::ConnectionId;
use crate::domain::ranges::veiled;
use crate::domain::weight::weight;
use crate::fanout::{Audience, FanOut, Notice};
use crate::storage::CommittedEntry;

use classic::Hearers;
use engines::Patients;

mod classic;
mod engines;

pub use classic::NAMESPACES as CLASSIC_NAMESPACES;
pub use engines::Engines;

/// A room whose entries have waited so long is behind.
const BEHIND: Duration = Duration::from_secs(1);
/// A room with so many bytes waiting is behind.
const BEHIND_BYTES: usize = 1 << 20;
/// How long `closing` waits for the answer of the request that caused it.
const ANSWER_FIRST: Duration = Duration::from_millis(30);
/// How long a connection has for reading `closing` before it is cut.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// Delivery over Socket.IO.
pub struct SocketIoFanOut {
    engines: Engines,
    queue: Mutex<VecDeque<Command>>,
    woken: Notify,
    waiting: Mutex<HashMap<RoomId, Waiting>>,
    sockets: Mutex<HashMap<ConnectionId, Peer>>,
    opening: Mutex<HashMap<ConnectionId, Opening>>,
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

/// A native connection that follows its user, and is not attached to the rooms that it finds them in yet.
struct Opening {
    user: UserId,
    /// Those that its user has left meanwhile: they may have been read as theirs before.
    left: HashSet<RoomId>,
}

/// What of a room has not gone out yet.
struct Waiting {
    bytes: usize,
    since: Instant,
}

/// An `entries` frame without a copy of its entries.
#[derive(Serialize)]
struct Frame<'a> {
    room: &'a RoomId,
    epoch: &'a Epoch,
    entries: &'a [Entry],
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
        lock(&self.opening).remove(&connection);
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

    /// Sends entries of one room, in frames that are cut where somebody comes or goes.
    async fn send(&self, room: &RoomId, entries: Vec<CommittedEntry>) {
        let epoch = entries.first().map(|first| first.epoch.clone());
        let bytes: usize = entries.iter().map(|committed| weight(&committed.entry)).sum();
        self.send_classic(room, &entries).await;
        if let Some(epoch) = epoch {
            let (mut frame, mut size) = (Vec::new(), 0);
            for CommittedEntry { entry, moves, veiled_for, .. } in entries {
                size += weight(&entry);
                // A frame ends where somebody comes, where somebody goes, and around what not everybody sees.
                let alone = !moves.joins.is_empty() || !veiled_for.is_empty();
                if alone || (size > limits::FRAME && !frame.is_empty()) {
                    self.emit_frame(room, &epoch, &mut frame).await;
                    size = weight(&entry);
                }
                for (user, _) in &moves.joins {
                    lock(&self.opening).values_mut().filter(|opening| opening.user == *user).for_each(|opening| {
                        opening.left.remove(room);
                    });
                    for sockets in self.natives() {
                        let _: Result<(), std::convert::Infallible> = sockets.within(user_room(user)).join(log_room(room)).await;
                    }
                }
                if !veiled_for.is_empty() {
                    self.emit_veiled(room, &epoch, entry, &veiled_for).await;
                    size = 0;
                    continue;
                }
                frame.push(entry);
                if !moves.leaves.is_empty() {
                    self.emit_frame(room, &epoch, &mut frame).await;
                    size = 0;
                }
                for user in &moves.leaves {
                    lock(&self.opening).values_mut().filter(|opening| opening.user == *user).for_each(|opening| {
                        opening.left.insert(room.clone());
                    });
                    for sockets in self.natives() {
                        let _: Result<(), std::convert::Infallible> = sockets.within(user_room(user)).leave(log_room(room)).await;
                    }
                }
            }
            self.emit_frame(room, &epoch, &mut frame).await;
        }
        let mut waiting = lock(&self.waiting);
        if let Some(known) = waiting.get_mut(room) {
            known.bytes = known.bytes.saturating_sub(bytes);
            known.since = Instant::now();
            if known.bytes == 0 {
                waiting.remove(room);
            }
        }
    }

    /// The same to classic clients, who visit the room, or hear their friends in it: up to the entry by which they do so
    /// no longer.
    async fn send_classic(&self, room: &RoomId, entries: &[CommittedEntry]) {
        for CommittedEntry { kind, entry, moves, .. } in entries {
            if *kind == RoomKind::Friends {
                moves.joins.iter().for_each(|(user, _)| lock(&self.classic).befriend(user, room));
            }
            let hearing = lock(&self.classic).of_room(room);
            if hearing.is_empty() && *kind != RoomKind::Friends {
                return;
            }
            classic::tell_entry(&self.engines, &self.manners, &hearing, room, entry).await;
            match moves.visits_end {
                Visits::None => {}
                Visits::OfLeaving => lock(&self.classic).shut_out(room, Some(&moves.leaves)),
                Visits::All => lock(&self.classic).shut_out(room, None),
            }
        }
    }

    async fn emit_frame(&self, room: &RoomId, epoch: &Epoch, frame: &mut Vec<Entry>) {
        if !frame.is_empty() {
            self.emit(log_room(room), Entries::NAME, &Frame { room, epoch, entries: frame }).await;
            frame.clear();
        }
    }

    /// An entry that points at what some of the members may not read: they get it without that.
    async fn emit_veiled(&self, room: &RoomId, epoch: &Epoch, entry: Entry, veiled_for: &[UserId]) {
        let few: Vec<String> = veiled_for.iter().map(user_room).collect();
        let whole = Frame { room, epoch, entries: std::slice::from_ref(&entry) };
        for sockets in self.natives() {
            if let Err(error) = sockets.to(log_room(room)).except(few.clone()).emit(Entries::NAME, &whole).await {
                tracing::debug!(%error, "some readers cannot keep up");
            }
        }
        let veiled = veiled(entry);
        let part = Frame { room, epoch, entries: std::slice::from_ref(&veiled) };
        for user in few {
            self.emit(user, Entries::NAME, &part).await;
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
            lock(&self.opening).insert(connection, Opening { user, left: HashSet::new() });
        }
    }

    /// A visitor comes into one room, or a native connection that is opening into those of its user.
    fn attach_now(&self, connection: ConnectionId, user: UserId, mut rooms: Vec<RoomId>) {
        let sockets = lock(&self.sockets);
        let Some(Peer { socket, .. }) = sockets.get(&connection) else {
            return lock(&self.classic).attach(connection, rooms.into_iter().next().map(|room| (room, user)));
        };
        // One that was closed meanwhile is opening no longer, and hears nothing more.
        if let Some(Opening { left, .. }) = lock(&self.opening).remove(&connection) {
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
        lock(&self.opening).values_mut().for_each(|opening| {
            opening.left.insert(room.clone());
        });
    }

    fn close_now(&self, connections: &[ConnectionId], error: &Error) {
        for connection in connections {
            if self.close_classic(*connection, error) {
                continue;
            }
            let closing = |peer: &mut Peer| {
                peer.is_closing = true;
                peer.socket.clone()
            };
            let Some(socket) = lock(&self.sockets).get_mut(connection).map(closing) else { continue };
            // From here on it hears nothing more of any room.
            lock(&self.opening).remove(connection);
            socket.leave_all();
            let closing = Closing { error: error.clone() };
            tokio::spawn(async move {
                // The request that ended the session may be its own: its answer goes first.
                tokio::time::sleep(ANSWER_FIRST).await;
                if let Err(error) = socket.emit(Closing::NAME, &closing) {
                    tracing::debug!(%error, "a connection was closed without its last words");
                }
                tokio::time::sleep(LAST_WORDS).await;
                cut(socket);
            });
        }
    }
}

impl SocketIoFanOut {
    /// Tells a classic connection why in its own words, and closes it; false if it is none. One that is to come back
    /// is not closed here but by the server's end, which ends its line: who is told by Socket.IO that the server
    /// closed it stays away for good.
    fn close_classic(&self, connection: ConnectionId, error: &Error) -> bool {
        let (socket, dialects) = {
            let mut classic = lock(&self.classic);
            let Some(socket) = classic.socket(connection).cloned() else { return false };
            classic.detach(connection);
            (socket, classic.hears(connection))
        };
        for dialect in dialects {
            let frame = dialect.notice(&error.message, &self.manners);
            if let Err(error) = socket.emit(frame.event, &frame.arguments) {
                tracing::debug!(%error, "a connection was closed without its last words");
            }
        }
        if error.retry == Retry::Later {
            return true;
        }
        tokio::spawn(async move {
            tokio::time::sleep(LAST_WORDS).await;
            cut(socket);
        });
        true
    }
}

/// Ends a connection. It hears no room any more from here on. One whose buffer is full cannot be
/// ended before there is room in it (socketioxide does nothing then): that is tried until it
/// reads, or until TCP gives up a peer that does not.
pub fn cut(socket: SocketRef) {
    socket.leave_all();
    if let Err(SocketError::InternalChannelFull) = socket.clone().disconnect() {
        tokio::spawn(async move {
            while socket.connected() {
                tokio::time::sleep(LAST_WORDS).await;
                if !matches!(socket.clone().disconnect(), Err(SocketError::InternalChannelFull)) {
                    return;
                }
            }
        });
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
