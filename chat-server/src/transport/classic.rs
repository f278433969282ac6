//! The classic namespaces `/` and `/chat`, where the tutorials' pages join.
//!
//! A connection is greeted in every dialect and hears its room at once. It is *seen* in the room
//! only after a short grace, or with the first thing that it says: an Engine.IO 3 client of `/chat`
//! is connected to `/` first, by its protocol, and is one person all the same.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use chat_proto::error::Code;
use socketioxide::extract::{Event, SocketRef};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::Sid;

use crate::dialect::{Audience, Dialect, Rules};
use crate::domain::rates::Rates;
use crate::fanout::socketio::{CLASSIC_NAMESPACES, Engines, SocketIoFanOut, cut};
use crate::service::{Caller, Service};
use crate::transport::engine::names::meant;
use crate::transport::engine::query::Asked;
use crate::transport::origin::{Origins, peer};
use crate::transport::socket::NEXT;
use crate::transport::watched::Heard;

mod arguments;
mod connection;
mod require;
mod silence;

use arguments::{Ack, Raw};
use connection::Connection;
use silence::Person;

pub use silence::Abandoned;

/// How long an arrival waits before it is seen, unless it says something.
const GRACE: Duration = Duration::from_millis(300);
/// Lines that classic clients may write into the log at once, all of them together; then one in so many milliseconds.
const LOG_BURST: u32 = 50;
const LOG_INTERVAL_MS: u64 = 200;

/// What the namespaces' handlers share.
pub struct Classic {
    service: Arc<Service>,
    fanout: Arc<SocketIoFanOut>,
    origins: Arc<Origins>,
    rules: Rules,
    /// The connections by the Engine.IO session that they share: those of one page are one person.
    people: Mutex<HashMap<Sid, Person>>,
    /// WebSockets that were opened for sessions of which nobody has come in yet, and when.
    early_lines: Mutex<HashMap<Sid, (Instant, Heard)>>,
    log_rates: Mutex<Rates<()>>,
}

impl Classic {
    /// The classic side of that chat.
    #[must_use]
    pub fn new(service: Arc<Service>, fanout: Arc<SocketIoFanOut>, origins: Arc<Origins>, rules: Rules) -> Arc<Self> {
        let log_rates = Mutex::new(Rates::every_ms(LOG_BURST, LOG_INTERVAL_MS));
        Arc::new(Self { service, fanout, origins, rules, people: Mutex::default(), early_lines: Mutex::default(), log_rates })
    }

    /// Serves both namespaces.
    pub fn serve(self: &Arc<Self>, engines: &Engines) {
        for (io, namespace) in [&engines.prompt, &engines.patient].into_iter().flat_map(|io| CLASSIC_NAMESPACES.map(|name| (io, name))) {
            let (for_identity, for_connection) = (self.clone(), self.clone());
            let identify = move |socket: SocketRef| {
                let classic = for_identity.clone();
                async move { classic.identify(&socket).await }
            };
            // A plain function that registers before it returns: an async body loses the first events.
            let connect = move |socket: SocketRef| {
                for_connection.connected(socket, namespace);
                std::future::ready(())
            };
            io.ns(namespace, connect.with(identify));
        }
    }

    async fn identify(&self, socket: &SocketRef) -> Result<(), String> {
        if !self.rules.enabled {
            return Err("This server does not take classic clients: its chat is the namespace /v1.".to_owned());
        }
        let parts = socket.req_parts();
        if self.rules.require.as_ref().is_some_and(|require| !require::is_met(require, parts)) {
            // The tutorial's own words.
            return Err("Authentication error".to_owned());
        }
        let connection = NEXT.fetch_add(1, Ordering::Relaxed);
        let caller = match self.person(socket.id).first() {
            Some(other) => Caller { connection, ..other.caller() },
            None => {
                let cookie = self.origins.session_cookie(parts);
                self.service.open_visit(connection, cookie).await.map_err(|error| error.message)?
            }
        };
        socket.extensions.insert(Arc::new(caller));
        Ok(())
    }

    fn connected(self: &Arc<Self>, socket: SocketRef, namespace: &'static str) {
        let Some(caller) = socket.extensions.remove::<Arc<Caller>>() else {
            return cut(socket);
        };
        let parts = socket.req_parts();
        let from = self.origins.client_address(parts, peer(parts));
        let line = silence::line_of(parts).cloned();
        let polls = line.is_none().then(|| Asked::of_head(parts).protocol);
        let heard = line.unwrap_or_else(Heard::now);
        let start = if namespace == "/" { &self.rules.room } else { &self.rules.chat_room };
        let connection = Arc::new(Connection::new(self.clone(), Arc::unwrap_or_clone(caller), socket.clone(), from, start.clone()));
        let id = connection.id();
        self.fanout.register_classic(id, socket.clone(), namespace);
        self.log(&format!("a user connected: connection {id} to {namespace}"));

        // Weak, for the reason that stands in `socket.rs`.
        let queue = Arc::downgrade(&connection);
        socket.on_fallback(move |Event(name): Event, Raw(arguments): Raw, ack: Ack| {
            if let Some(queue) = queue.upgrade() {
                queue.enqueue(meant(name), arguments, ack);
            }
            std::future::ready(())
        });
        let gone = connection.clone();
        socket.on_disconnect(move |socket: SocketRef| {
            gone.classic().forget(socket.id, &gone);
            gone.ended();
            std::future::ready(())
        });
        let others: Vec<Arc<Connection>> = {
            let mut people = self.people();
            let early = lock(&self.early_lines).remove(&socket.id).map(|(_, line)| line);
            let person = people.entry(socket.id).or_insert_with(|| Person::heard_by(heard, polls));
            if let Some(line) = early {
                person.upgrade(line);
            }
            let others = person.connections.iter().filter_map(Weak::upgrade).collect();
            person.connections.push(Arc::downgrade(&connection));
            others
        };
        // A client of Engine.IO 3 has to connect `/` first; its handler may run second.
        match namespace {
            "/" if !others.is_empty() => connection.step_back(),
            _ => others.iter().for_each(|other| other.step_back()),
        }
        if !socket.connected() {
            // It ended before its handler was there to be told, which nobody calls any more.
            socket.on_disconnect(|_: SocketRef| std::future::ready(()));
            self.forget(socket.id, &connection);
            return connection.ended();
        }
        for dialect in Dialect::ALL {
            if let Some(frame) = dialect.greeting(self.fanout.manners()) {
                connection.tell(&frame);
            }
        }
        tokio::spawn(async move {
            connection.listen(false).await;
            tokio::time::sleep(GRACE).await;
            if let Err(error) = connection.arrive().await
                && error.code != Code::SignedOut
            {
                connection.tell_all(&error.message);
            }
        });
    }

    /// Whether who speaks dialect C by this caller's name speaks to their friends: somebody with a web login's session.
    fn has_friends(&self, caller: &Caller) -> bool {
        caller.session.is_some() && self.rules.c_audience == Audience::Friends
    }

    /// The other connections of the same page.
    fn person(&self, sid: Sid) -> Vec<Arc<Connection>> {
        let people = self.people();
        people.get(&sid).into_iter().flat_map(|person| &person.connections).filter_map(Weak::upgrade).collect()
    }

    fn forget(&self, sid: Sid, connection: &Arc<Connection>) {
        let mut people = self.people();
        if let Some(known) = people.get_mut(&sid) {
            known.connections.retain(|other| other.upgrade().is_some_and(|other| !Arc::ptr_eq(&other, connection)));
            if known.connections.is_empty() {
                people.remove(&sid);
            }
        }
    }

    /// Writes a line into the log, unless too many come: an operator's terminal is a terminal too.
    /// The text is the server's own; what others sent is escaped before it comes here.
    fn log(&self, line: &str) {
        let taken = lock(&self.log_rates).take(&(), self.service.time());
        match taken {
            Ok(()) => tracing::info!("{line}"),
            Err(_) => tracing::debug!("{line}"),
        }
    }

    fn people(&self) -> MutexGuard<'_, HashMap<Sid, Person>> {
        lock(&self.people)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
