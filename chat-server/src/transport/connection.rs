//! One connection: its queue, and the runner that works it off in order.
//!
//! socketioxide spawns a task for every event, so handlers run out of order; only what happens
//! before a handler's future is returned keeps it. So the handler enqueues, and does nothing else.
//! The runner exists only while there is work: an idle connection has no task and no channel.
//!
//! ```text
//!  event ─▶ enqueue ─▶ queue ─▶ runner ─┬─ writes an entry ─▶ the writer's queue ─▶ answer on commit
//!                                       ├─ changes state ──▶ done in turn ──────▶ answer
//!                                       └─ reads ──▶ starts once earlier writes are answered,
//!                                                    at most four at once; nothing waits behind it
//! ```

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_proto::AnyRequest;
use chat_proto::error::{Code, Error};
use chat_proto::request::{Effect, take_rid};
use socketioxide::extract::SocketRef;
use tokio::time::Instant;

use crate::domain::presence::ConnectionId;
use crate::domain::write::EntryRequest;
use crate::fanout::socketio::cut;
use crate::service::{Reply, Service};
use crate::transport::reply::ReplyTo;

/// How many requests wait at most, queued or without an answer; more than `limits.in_flight`, so that only who ignores that is refused.
const QUEUE: usize = 256;
/// How many answers wait at most beside a full buffer. What is accepted gives fewer; what is beyond
/// the queue is refused, and a refusal is an answer too.
const STUCK: usize = 4_096;
/// How many reads of one connection run at once.
const READS: usize = 4;
/// How often an answer is tried again that found the buffer full.
const AGAIN: Duration = Duration::from_millis(50);
/// How long it is tried before the connection is cut.
const PATIENCE: Duration = Duration::from_secs(10);

/// One connection.
pub struct Connection {
    id: ConnectionId,
    service: Arc<Service>,
    socket: SocketRef,
    /// The address that it comes from, for throttling.
    from: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Opened: its `welcome` went out, so requests may run.
    open: bool,
    running: bool,
    queue: VecDeque<Request>,
    /// Writes handed to the writer so far, and those of them without an answer.
    writes: u64,
    unanswered: BTreeSet<u64>,
    /// Reads, each with the number of writes that must be answered before it.
    reads: VecDeque<(u64, Request)>,
    reading: usize,
    /// Answers that found the buffer full.
    stuck: VecDeque<(ReplyTo, Result<Reply, Error>)>,
    flushing: bool,
    /// Given up: its socket ends as soon as it can, and what still comes in is nobody's.
    cut: bool,
}

struct Request {
    reply: ReplyTo,
    request: AnyRequest,
}

impl Connection {
    /// The connection of that number.
    #[must_use]
    pub fn new(id: ConnectionId, service: Arc<Service>, socket: SocketRef, from: String) -> Self {
        Self { id, service, socket, from, state: Mutex::default() }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// Its `welcome` went out: what has queued until now runs.
    pub fn opened(self: &Arc<Self>) {
        self.state().open = true;
        self.wake();
    }

    /// Takes an event in, synchronously, in order of arrival.
    pub fn enqueue(self: &Arc<Self>, name: &str, mut payload: serde_json::Value, mut reply: ReplyTo) {
        if self.state().cut {
            return;
        }
        let parsed = take_rid(&mut payload).and_then(|rid| {
            reply.rid = rid;
            AnyRequest::parse(name, payload)
        });
        match parsed {
            Err(error) => self.answer(reply, Err(error)),
            Ok(request) => {
                let mut state = self.state();
                if state.queue.len() + state.reads.len() + state.unanswered.len() >= QUEUE {
                    drop(state);
                    self.answer(reply, Err(Error::new(Code::SlowDown, "Too many requests wait on this connection.").after(1_000)));
                    return;
                }
                state.queue.push_back(Request { reply, request });
                drop(state);
                self.wake();
            }
        }
    }

    /// Starts the runner where there is work and none runs.
    fn wake(self: &Arc<Self>) {
        let mut state = self.state();
        if state.open && !state.running && !state.queue.is_empty() && state.stuck.is_empty() {
            state.running = true;
            drop(state);
            let connection = self.clone();
            tokio::spawn(async move { connection.run().await });
        }
    }

    async fn run(self: &Arc<Self>) {
        loop {
            let next = {
                let mut state = self.state();
                let next = if state.stuck.is_empty() { state.queue.pop_front() } else { None };
                if next.is_none() {
                    state.running = false;
                }
                next
            };
            let Some(request) = next else { return };
            self.start(request).await;
        }
    }

    async fn start(self: &Arc<Self>, Request { reply, request }: Request) {
        match request.effect() {
            Effect::Entry => self.write(reply, request),
            Effect::State => {
                let result = match (self.service.caller(self.id), request) {
                    (Err(error), _) => Err(error),
                    (Ok(caller), AnyRequest::RoomMarkRead(request)) => {
                        let (connection, ticket) = (self.clone(), self.ticket());
                        let responder =
                            Box::new(move |result: Result<_, Error>| connection.written(ticket, reply, result.map(Reply::Read)));
                        return self.service.mark_read(&caller, request, responder);
                    }
                    (Ok(caller), request) => self.service.run(&caller, &self.from, request).await,
                };
                self.answer(reply, result);
            }
            Effect::Read => {
                let mut state = self.state();
                let after = state.writes;
                state.reads.push_back((after, Request { reply, request }));
                drop(state);
                self.start_reads();
            }
        }
    }

    fn write(self: &Arc<Self>, reply: ReplyTo, request: AnyRequest) {
        let caller = match self.service.caller(self.id) {
            Ok(caller) => caller,
            Err(error) => return self.answer(reply, Err(error)),
        };
        let name = request.name();
        let Some(request) = EntryRequest::from_any(request) else {
            unreachable!("{name} writes an entry by its table");
        };
        let (connection, ticket) = (self.clone(), self.ticket());
        let responder = Box::new(move |result: Result<_, Error>| connection.written(ticket, reply, result.map(Reply::Written)));
        self.service.write(&caller, request, responder);
    }

    /// The number of the next write.
    fn ticket(&self) -> u64 {
        let mut state = self.state();
        let ticket = state.writes;
        state.writes += 1;
        state.unanswered.insert(ticket);
        ticket
    }

    fn written(self: &Arc<Self>, ticket: u64, reply: ReplyTo, result: Result<Reply, Error>) {
        self.answer(reply, result);
        self.state().unanswered.remove(&ticket);
        self.start_reads();
    }

    /// Starts the reads whose turn it is.
    fn start_reads(self: &Arc<Self>) {
        loop {
            let mut state = self.state();
            let oldest = state.unanswered.first().copied().unwrap_or(u64::MAX);
            let due = state.reads.front().is_some_and(|(after, _)| *after <= oldest);
            if !due || state.reading >= READS || !state.stuck.is_empty() {
                return;
            }
            let Some((_, Request { reply, request })) = state.reads.pop_front() else { return };
            state.reading += 1;
            drop(state);
            let connection = self.clone();
            tokio::spawn(async move {
                let result = match connection.service.caller(connection.id) {
                    Ok(caller) => connection.service.run(&caller, &connection.from, request).await,
                    Err(error) => Err(error),
                };
                connection.answer(reply, result);
                connection.state().reading -= 1;
                connection.start_reads();
            });
        }
    }

    /// Sends an answer, now or as soon as the buffer has room.
    fn answer(self: &Arc<Self>, reply: ReplyTo, result: Result<Reply, Error>) {
        let mut state = self.state();
        if state.cut || (state.stuck.is_empty() && reply.try_send(&result)) {
            return;
        }
        if state.stuck.len() >= STUCK {
            return self.give_up(state);
        }
        state.stuck.push_back((reply, result));
        if !state.flushing {
            state.flushing = true;
            drop(state);
            let connection = self.clone();
            tokio::spawn(async move { connection.flush().await });
        }
    }

    /// Tries stuck answers until they fit; nothing else of this connection runs meanwhile.
    async fn flush(self: &Arc<Self>) {
        let mut deadline = Instant::now() + PATIENCE;
        loop {
            {
                let mut state = self.state();
                if state.cut {
                    return;
                }
                while let Some((reply, result)) = state.stuck.front() {
                    if !reply.try_send(result) {
                        break;
                    }
                    state.stuck.pop_front();
                    deadline = Instant::now() + PATIENCE;
                }
                if state.stuck.is_empty() {
                    state.flushing = false;
                    break;
                }
            }
            if Instant::now() >= deadline {
                return self.give_up(self.state());
            }
            tokio::time::sleep(AGAIN).await;
        }
        self.wake();
        self.start_reads();
    }

    /// Ends a connection whose answers cannot be told; nothing of it is kept.
    fn give_up(&self, mut state: MutexGuard<'_, State>) {
        if std::mem::replace(&mut state.cut, true) {
            return;
        }
        tracing::info!(connection = self.id, "a reader that reads nothing is cut");
        state.stuck.clear();
        state.queue.clear();
        state.reads.clear();
        drop(state);
        cut(self.socket.clone());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
