//! Everything that is written goes through one queue and is committed in groups: one fsync for
//! many messages. While one group commits, the next one gathers.

use std::collections::VecDeque;
use std::sync::Mutex;

use chat_proto::entry::Body;
use chat_proto::error::{Code, Error};
use chat_proto::event::ReadChanged;
use chat_proto::id::{Epoch, RoomId, UserId};
use chat_proto::request::Request;
use chat_proto::request::room_mark_read::{ReadPosition, RoomMarkRead};
use chat_proto::user::User;
use tokio::sync::Notify;

use crate::domain::access::no_such_room;
use crate::domain::decide::Context;
use crate::domain::write::{EntryRequest, Write, Written};
use crate::fanout::{Audience, Notice};
use crate::service::{Caller, Service, lock, unavailable};
use crate::storage::{Batch, Committed, CommittedEntry};

/// Is told the outcome once it is durable, or refused.
pub type Responder<T> = Box<dyn FnOnce(Result<T, Error>) + Send>;

/// How many requests one transaction takes at most.
const GROUP: usize = 1_000;

#[derive(Default)]
pub(super) struct WriteQueue {
    jobs: Mutex<VecDeque<Job>>,
    woken: Notify,
    closing: Mutex<bool>,
}

enum Job {
    Write(Box<Write>, Responder<Written>),
    Mark(UserId, RoomMarkRead, Responder<ReadPosition>),
    DeleteRoom(RoomId, Responder<()>),
}

impl Service {
    /// Queues a request that writes an entry, in order with the caller's others.
    pub fn write(&self, caller: &Caller, request: EntryRequest, responder: Responder<Written>) {
        if let Err(error) = caller.may_ask(request.name()) {
            return responder(Err(error));
        }
        if let Some(room) = request.room()
            && self.fanout.is_behind(room)
        {
            responder(Err(Error::new(Code::SlowDown, "This room is too busy at the moment. It is tried again.").after(1_000)));
            return;
        }
        let mut write = Write::new(caller.user.clone(), request);
        (write.visiting, write.passing) = (caller.visiting, caller.passing);
        self.enqueue(Job::Write(Box::new(write), responder));
    }

    /// Queues what an account that is being deleted leaves behind it, however busy the room is.
    pub(super) fn write_for_good(&self, user: &User, request: EntryRequest, responder: Responder<Written>) {
        let write = Write { for_good: true, ..Write::new(user.clone(), request) };
        self.enqueue(Job::Write(Box::new(write), responder));
    }

    /// Queues a read position.
    pub fn mark_read(&self, caller: &Caller, request: RoomMarkRead, responder: Responder<ReadPosition>) {
        if let Err(error) = caller.may_ask(RoomMarkRead::NAME) {
            return responder(Err(error));
        }
        self.enqueue(Job::Mark(caller.user.id.clone(), request, responder));
    }

    /// Queues the end of a room: what was asked for before is written before.
    pub(super) fn enqueue_deletion(&self, room: RoomId, responder: Responder<()>) {
        self.enqueue(Job::DeleteRoom(room, responder));
    }

    fn enqueue(&self, job: Job) {
        lock(&self.queue.jobs).push_back(job);
        self.queue.woken.notify_one();
    }

    /// Works the queue off until [`close_writer`](Self::close_writer), then what is left of it.
    pub async fn run_writer(&self) {
        loop {
            let group: Vec<Job> = {
                let mut jobs = lock(&self.queue.jobs);
                let alone = jobs.iter().take(GROUP).position(|job| matches!(job, Job::DeleteRoom(..)));
                let many = alone.map_or(jobs.len().min(GROUP), |before| before.max(1));
                jobs.drain(..many).collect()
            };
            if !group.is_empty() {
                self.commit(group).await;
            } else if *lock(&self.queue.closing) {
                return;
            } else {
                self.queue.woken.notified().await;
            }
        }
    }

    /// Lets [`run_writer`](Self::run_writer) end once the queue is empty.
    pub fn close_writer(&self) {
        *lock(&self.queue.closing) = true;
        self.queue.woken.notify_one();
    }

    async fn commit(&self, group: Vec<Job>) {
        let mut batch = Batch::default();
        let (mut write_responders, mut mark_responders) = (Vec::new(), Vec::new());
        for job in group {
            match job {
                Job::Write(write, responder) => {
                    batch.writes.push(*write);
                    write_responders.push(responder);
                }
                // It is a group of its own.
                Job::DeleteRoom(room, responder) => return responder(self.delete_now(&room).await),
                Job::Mark(user, mark, responder) => {
                    mark_responders.push((user.clone(), mark.room.clone(), responder));
                    batch.marks.push((user, mark));
                }
            }
        }
        let now = self.now();
        let (mut rates, mut questions) = (self.rates.lock().await, self.question_rates.lock().await);
        let mut bot_rates = self.bot_rates.lock().await;
        let mut random = Seeded(self);
        let mut context = Context { now, random: &mut random, rates: &mut rates, bot_rates: &mut bot_rates, questions: &mut questions };
        let result = self.store.commit(&batch, &mut context).await;
        drop((rates, bot_rates, questions));
        match result {
            Ok(committed) => {
                let Committed { outcomes, marks, entries } = committed;
                for (responder, outcome) in write_responders.into_iter().zip(outcomes) {
                    responder(outcome);
                }
                for ((user, room, responder), outcome) in mark_responders.into_iter().zip(marks) {
                    if let Ok(read) = &outcome {
                        let notice = Notice::Read(ReadChanged { room, read: read.clone() });
                        self.fanout.notify(Audience::User(user), notice.into());
                    }
                    responder(outcome);
                }
                self.note(&entries);
                self.fanout.entries(entries);
            }
            Err(error) => {
                // Nothing is known to be stored, and nothing is final: each is tried again.
                let error = unavailable(&error);
                write_responders.into_iter().for_each(|responder| responder(Err(error.clone())));
                mark_responders.into_iter().for_each(|(_, _, responder)| responder(Err(error.clone())));
            }
        }
    }

    /// Nothing may be left that tells of it: not in the store, nor to whoever is connected.
    async fn delete_now(&self, room: &RoomId) -> Result<(), Error> {
        if !self.store.delete_room(room).await.map_err(|error| unavailable(&error))? {
            return Err(no_such_room());
        }
        lock(&self.presence).forget(room);
        let epoch = Epoch::parse(lock(&self.random).id()).unwrap_or_else(|reason| unreachable!("a random epoch {reason}"));
        self.fanout.forget(room, epoch);
        Ok(())
    }

    /// What new entries change in presence and typing.
    fn note(&self, entries: &[CommittedEntry]) {
        for CommittedEntry { room, entry, moves, .. } in entries {
            if matches!(entry.body, Body::Message(_)) {
                lock(&self.typing).stop(room, &entry.author.id);
            }
            for (user, _) in &moves.joins {
                lock(&self.presence).joined(user, room);
            }
            for user in &moves.leaves {
                lock(&self.typing).stop(room, user);
                lock(&self.presence).left(user, room);
            }
        }
    }
}

/// The service's randomness, locked for each draw alone, since a commit waits for the disk.
struct Seeded<'a>(&'a Service);

impl crate::domain::random::Random for Seeded<'_> {
    fn fill(&mut self, buffer: &mut [u8]) {
        lock(&self.0.random).fill(buffer);
    }
}
