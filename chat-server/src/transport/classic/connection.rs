//! One classic connection: what it says, one thing after the other, and what it is told.
//!
//! As with a native connection, a handler only enqueues, since socketioxide runs handlers out of
//! order; a runner that exists only while there is work does the rest. It waits for each thing to
//! be done before it begins the next: who changes rooms behind a line hears that line first. `place` has where it is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::error::{Code, Error};
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::request::ServerAnnounce;
use chat_proto::request::room_list::RoomSummary;
use chat_proto::text::MessageText;
use serde_json::{Value, json};
use socketioxide::extract::SocketRef;

use super::Classic;
use super::arguments::Ack;
use crate::dialect::{self, Dialect, Frame, Wish};
use crate::domain::presence::ConnectionId;
use crate::service::Caller;

mod place;

/// How many events wait at most.
const QUEUE: usize = 256;
/// How much of what is written into the log goes there, in characters.
const LOGGED: usize = 200;

/// One classic connection.
pub(super) struct Connection {
    id: ConnectionId,
    classic: Arc<Classic>,
    socket: SocketRef,
    from: String,
    start: RoomName,
    /// Held while it goes into a room: it comes into its first one by itself, and may be told to join another
    /// meanwhile.
    moving: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// Who it is: until it arrives as it was opened, then as the service knows it.
    caller: Caller,
    queue: VecDeque<Event>,
    running: bool,
    /// Whether it is seen in its room.
    arrived: bool,
    /// It has nothing to say here: its page speaks in another namespace.
    stepped_back: bool,
    ended: bool,
    /// It was asked for its name, and has not answered yet.
    asked: bool,
    /// Where it is, once it is somewhere.
    room: Option<RoomSummary>,
    dialect: Option<Dialect>,
    /// Whether it speaks to its user's friends, if it speaks dialect C.
    to_friends: bool,
}

struct Event {
    name: String,
    arguments: Vec<Value>,
    ack: Ack,
}

impl Connection {
    pub(super) fn new(classic: Arc<Classic>, caller: Caller, socket: SocketRef, from: String, start: RoomName) -> Self {
        let id = caller.connection;
        let state = State {
            to_friends: classic.has_friends(&caller),
            caller,
            queue: VecDeque::new(),
            running: false,
            arrived: false,
            stepped_back: false,
            ended: false,
            // By the greeting.
            asked: true,
            room: None,
            dialect: None,
        };
        Self { id, classic, socket, from, start, moving: tokio::sync::Mutex::default(), state: Mutex::new(state) }
    }

    pub(super) fn id(&self) -> ConnectionId {
        self.id
    }

    pub(super) fn classic(&self) -> &Arc<Classic> {
        &self.classic
    }

    /// Who it is.
    pub(super) fn caller(&self) -> Caller {
        let known = self.state().caller.clone();
        self.classic.service.caller(self.id).map_or(known, |caller| (*caller).clone())
    }

    /// Takes an event in, synchronously, in order of arrival.
    pub(super) fn enqueue(self: &Arc<Self>, name: String, arguments: Vec<Value>, ack: Ack) {
        let mut state = self.state();
        if state.queue.len() >= QUEUE {
            drop(state);
            return self.refuse(ack, &Error::new(Code::SlowDown, "That is too much at once. Slow down."));
        }
        state.queue.push_back(Event { name, arguments, ack });
        if !std::mem::replace(&mut state.running, true) {
            drop(state);
            let connection = self.clone();
            tokio::spawn(async move { connection.run().await });
        }
    }

    async fn run(self: Arc<Self>) {
        loop {
            let next = {
                let mut state = self.state();
                let next = if state.ended { None } else { state.queue.pop_front() };
                state.running = next.is_some();
                next
            };
            let Some(Event { name, arguments, ack }) = next else { return };
            match self.hear(&name, &arguments).await {
                Ok(()) => ack.send(&json!({ "ok": {} })),
                Err(error) => self.refuse(ack, &error),
            }
        }
    }

    async fn hear(self: &Arc<Self>, name: &str, arguments: &[Value]) -> Result<(), Error> {
        if let Some(dialect) = Dialect::of_event(name) {
            self.speaks(dialect).await?;
        }
        if name == "login" {
            self.state().asked = false;
        }
        let wish = dialect::hear(name, arguments);
        let anew = std::mem::take(&mut self.state().stepped_back);
        self.listen(anew).await;
        self.arrive().await?;
        match wish {
            Ok(Wish::Say(text)) => self.say(text).await,
            Ok(Wish::LogIn(name)) => self.log_in(name).await,
            Ok(Wish::Enter(room)) => self.enter(&room).await,
            Ok(Wish::GoBack) => self.go_back().await,
            Ok(Wish::Announce(text)) => {
                let text = MessageText::parse(text).map_err(|reason| Error::invalid("text", reason))?;
                self.classic.service.announce(&self.caller(), ServerAnnounce { text, room: None }).await
            }
            Ok(Wish::Log(text)) => {
                let cut: String = text.chars().take(LOGGED).collect();
                self.classic.log(&format!("connection {} says {cut:?}", self.id));
                Ok(())
            }
            Err(error) => {
                if name == "login" {
                    self.ask_for_name();
                }
                Err(error)
            }
        }
    }

    async fn say(&self, text: String) -> Result<(), Error> {
        let text = MessageText::parse(text).map_err(|reason| Error::invalid("text", reason))?;
        let room = self.room()?;
        let (service, caller) = (&self.classic.service, self.caller());
        if self.speaks_to_friends() {
            return service.say_to_friends(&caller, text).await.map(drop);
        }
        service.say(&caller, &room.room.id, text).await.map(drop)
    }

    async fn log_in(&self, name: Option<String>) -> Result<(), Error> {
        let Some(name) = name else {
            self.tell(&dialect::logged_in(self.caller().user.name.as_str()));
            return Ok(());
        };
        let user = match DisplayName::parse(name) {
            Ok(name) => {
                self.classic.free_name(&name, &self.from, self.id);
                self.classic.service.take_name(&self.caller(), &name).await
            }
            Err(reason) => Err(Error::invalid("name", reason)),
        };
        match user {
            Ok(user) => {
                self.tell(&dialect::logged_in(user.name.as_str()));
                self.tell_others(dialect::came(user.name.as_str()));
                Ok(())
            }
            Err(error) => {
                self.ask_for_name();
                Err(error)
            }
        }
    }

    async fn enter(&self, room: &str) -> Result<(), Error> {
        let name = RoomName::parse(room).map_err(|reason| Error::invalid("room", reason))?;
        self.move_to(&name, false).await?;
        if self.speaks_or_may(Dialect::Book) {
            self.tell(&dialect::entered());
        }
        Ok(())
    }

    /// The connection is over.
    pub(super) fn ended(&self) {
        let (arrived, dialect) = {
            let mut state = self.state();
            if std::mem::replace(&mut state.ended, true) {
                return;
            }
            state.queue.clear();
            (std::mem::take(&mut state.arrived), state.dialect)
        };
        if arrived {
            if dialect == Some(Dialect::Book) {
                self.tell_others(dialect::gone(self.caller().user.name.as_str()));
            }
            self.classic.service.closed(self.id);
        }
        self.classic.fanout.unregister_classic(self.id);
        self.classic.log(&format!("user disconnected: connection {}", self.id));
    }

    /// Whether it comes from that address.
    pub(super) fn is_from(&self, address: &str) -> bool {
        self.from == address
    }

    /// Its page may sit in a blocking `prompt()`, where it answers no heartbeat: it may be one of the book chapter's, which
    /// ask for a name that way, and has not said which.
    pub(super) fn may_be_in_a_prompt(&self) -> bool {
        let state = self.state();
        !state.stepped_back && state.asked && state.dialect.is_none_or(|spoken| spoken == Dialect::Book)
    }

    /// It is over now, whatever becomes of its line.
    pub(super) fn give_up(&self) {
        self.ended();
        self.socket.leave_all();
    }

    fn ask_for_name(&self) {
        self.state().asked = true;
        self.tell(&dialect::ask_for_name());
    }

    async fn speaks(&self, dialect: Dialect) -> Result<(), Error> {
        {
            let mut state = self.state();
            if state.dialect.is_some() {
                return Ok(());
            }
            state.dialect = Some(dialect);
            self.classic.fanout.speaks(self.id, dialect);
        }
        self.be_seen().await
    }

    fn speaks_or_may(&self, dialect: Dialect) -> bool {
        self.state().dialect.is_none_or(|spoken| spoken == dialect)
    }

    /// Tells a refusal in the connection's own words, and acknowledges it where that was asked for.
    fn refuse(&self, ack: Ack, error: &Error) {
        self.tell_all(&error.message);
        ack.send(&json!({ "error": { "code": error.code, "message": error.message } }));
    }

    pub(super) fn tell_all(&self, sentence: &str) {
        let dialects = self.state().dialect.map_or(Dialect::ALL.to_vec(), |dialect| vec![dialect]);
        for dialect in dialects {
            self.tell(&dialect.notice(sentence, self.classic.fanout.manners()));
        }
    }

    fn tell_others(&self, frame: Frame) {
        let (room, user) = {
            let state = self.state();
            let Some(room) = state.room.as_ref() else { return };
            (room.room.id.clone(), state.caller.user.id.clone())
        };
        self.classic.fanout.tell_others(&room, &user, Dialect::Book, frame);
    }

    /// Tells the connection itself; at most once, as Socket.IO does it.
    pub(super) fn tell(&self, frame: &Frame) {
        if let Err(error) = self.socket.emit(frame.event, &frame.arguments) {
            tracing::debug!(%error, event = frame.event, connection = self.id, "a classic client could not be told");
        }
    }

    fn room(&self) -> Result<RoomSummary, Error> {
        let room = self.state().room.clone();
        room.ok_or_else(|| Error::new(Code::Unavailable, "The server cannot reach its database at the moment. Try again."))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
