//! The simulated server: the real service over its disk, driven a step at a time.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use chat_proto::AnyRequest;
use chat_proto::error::Error;
use chat_proto::event::{AnyEvent, Welcome};
use chat_proto::handshake::Auth;
use chat_proto::limits::Limits;
use chat_proto::place::Millis;
use chat_proto::request::Effect;
use chat_proto::secret::Password;
use chat_server::domain::presence::ConnectionId;
use chat_server::domain::write::EntryRequest;
use chat_server::service::{Caller, Clock, Opening, Passwords, Ports, Reply, Service};
use chat_tui::effect::Emit;

use crate::dice::Dice;
use crate::simulation::disk::Disk;
use crate::simulation::wires::Wires;

type Work<T> = Pin<Box<dyn Future<Output = T>>>;

/// The running process; dropped, all that was not on its disk is gone.
pub struct Machine {
    service: Arc<Service>,
    writer: Work<()>,
    /// Connections between their handshake and their `welcome`.
    opening: HashMap<ConnectionId, Work<Result<Welcome, Error>>>,
    pub wires: Arc<Wires>,
}

/// The time of the simulated world.
#[derive(Clone, Default)]
pub struct Time(Arc<AtomicU64>);

impl Time {
    pub fn set(&self, now: Millis) {
        self.0.store(now, Ordering::Relaxed);
    }
}

impl Clock for Time {
    fn now(&self) -> Millis {
        self.0.load(Ordering::Relaxed)
    }
}

/// Nobody signs in here.
struct NoPasswords;

#[async_trait]
impl Passwords for NoPasswords {
    async fn hash(&self, _: &Password) -> Result<String, Error> {
        unreachable!("no simulated client registers")
    }
    async fn verify(&self, _: &Password, _: Option<&str>) -> Result<bool, Error> {
        unreachable!("no simulated client signs in")
    }
}

impl Machine {
    pub fn start(disk: Arc<Disk>, time: Time, limits: Limits, seed: u64) -> Self {
        let wires = Arc::new(Wires::default());
        let ports = Ports {
            store: disk,
            fanout: wires.clone(),
            clock: Arc::new(time),
            random: Box::new(Dice(seed)),
            passwords: Arc::new(NoPasswords),
        };
        let service = Arc::new(Service::new(ports, "simulated", limits));
        let writing = service.clone();
        Self { service, writer: Box::pin(async move { writing.run_writer().await }), opening: HashMap::new(), wires }
    }

    /// A handshake comes in.
    pub fn accept(&mut self, connection: ConnectionId, auth: Auth) -> Result<(), Error> {
        let opening = Opening { connection, auth, cookie: None };
        let caller = at_once(self.service.open(&opening))?;
        self.wires.all().entry(connection).or_default();
        self.service.enter(caller);
        let service = self.service.clone();
        self.opening.insert(connection, Box::pin(async move { service.welcome(connection).await }));
        Ok(())
    }

    /// An opening goes a step further.
    pub fn open(&mut self, connection: ConnectionId) {
        let Some(work) = self.opening.get_mut(&connection) else { return };
        if let Poll::Ready(welcome) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            self.opening.remove(&connection);
            if let Ok(welcome) = welcome {
                self.wires.send(connection, AnyEvent::Welcome(Box::new(welcome)));
            }
        }
    }

    pub fn openings(&self) -> Vec<ConnectionId> {
        let mut connections: Vec<_> = self.opening.keys().copied().collect();
        connections.sort_unstable();
        connections
    }

    /// A request comes in; what it writes waits for the writer.
    pub fn request(&mut self, connection: ConnectionId, emit: Emit) {
        let (wires, rid) = (self.wires.clone(), emit.rid);
        let done = AnyRequest::parse(emit.name, emit.payload).and_then(|request| Ok((self.service.caller(connection)?, request)));
        let (caller, request): (Arc<Caller>, _) = match done {
            Ok(both) => both,
            Err(error) => return wires.answer(connection, rid, Err(error)),
        };
        match request {
            request if request.effect() == Effect::Entry => {
                let request = EntryRequest::from_any(request).unwrap();
                let responder = Box::new(move |result: Result<_, Error>| wires.answer(connection, rid, result.map(Reply::Written)));
                self.service.write(&caller, request, responder);
            }
            AnyRequest::RoomMarkRead(request) => {
                let responder = Box::new(move |result: Result<_, Error>| wires.answer(connection, rid, result.map(Reply::Read)));
                self.service.mark_read(&caller, request, responder);
            }
            request => wires.answer(connection, rid, at_once(self.service.run(&caller, "", request))),
        }
    }

    /// The writer commits what has queued.
    pub fn commit(&mut self) {
        let _ = self.writer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }

    pub fn tick(&mut self) {
        at_once(self.service.tick());
    }

    /// The server learns that a connection is gone.
    pub fn closed(&mut self, connection: ConnectionId) {
        self.opening.remove(&connection);
        self.wires.all().remove(&connection);
        self.service.closed(connection);
    }
}

/// What waits for nothing but memory.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => unreachable!("a store in memory never waits"),
    }
}
