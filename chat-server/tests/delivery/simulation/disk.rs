//! What outlives the server: a store in memory whose commits fail, refuse and get lost at will, and
//! a record of every entry that it ever committed, kept aside for the judge.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chat_proto::error::{Code, Error, Retry};
use chat_proto::id::{ClientId, RoomId, UserId};
use chat_server::domain::decide::Context;
use chat_server::domain::write::{EntryRequest, Write};
use chat_server::storage::memory::MemoryStore;
use chat_server::storage::{Batch, Committed, Store, StoreError};

use crate::audit::Log;
use crate::dice::Dice;
use crate::switches::{Rule, Switches};
use crate::wrapped::{Around, Wrapped, commit_unless};

pub type Disk = Wrapped<MemoryStore, Keeper>;

/// Stands around the commits.
#[derive(Clone)]
pub struct Keeper(Arc<Mutex<Record>>);

pub struct Record {
    pub logs: BTreeMap<RoomId, Log>,
    /// Whether commits fail and writes are refused.
    pub mishaps: bool,
    stored: HashSet<(UserId, ClientId)>,
    /// Refused for good: whatever else comes of the same request gets the same answer.
    refused: HashSet<ClientId>,
    switches: Switches,
    dice: Dice,
}

impl Keeper {
    pub fn new(seed: u64, switches: Switches) -> Self {
        let record =
            Record { logs: BTreeMap::new(), mishaps: false, stored: HashSet::new(), refused: HashSet::new(), switches, dice: Dice(seed) };
        Self(Arc::new(Mutex::new(record)))
    }

    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap()
    }
}

impl Record {
    /// What the copied file did not hold is gone; tells by whom each of it was written.
    pub fn cut_back(&mut self, heads: &BTreeMap<RoomId, usize>) -> Vec<ClientId> {
        let mut undone = Vec::new();
        for (room, log) in &mut self.logs {
            let tail = log.entries.split_off(heads.get(room).copied().unwrap_or(0));
            for entry in &tail {
                self.stored.remove(&(entry.author.id.clone(), entry.client_id.clone()));
            }
            undone.extend(tail.into_iter().map(|entry| entry.client_id));
        }
        undone
    }

    pub fn heads(&self) -> BTreeMap<RoomId, usize> {
        self.logs.iter().map(|(room, log)| (room.clone(), log.entries.len())).collect()
    }

    fn happens(&mut self, in_a_thousand: u64) -> bool {
        self.mishaps && self.dice.below(1_000) < in_a_thousand
    }

    /// Refuses at will, and never what stands already: that would be a lie, not a mishap.
    fn refusal(&mut self, write: &Write) -> Option<Error> {
        let key = (write.author.id.clone(), write.request.client_id().clone());
        let for_good = || Some(Error::new(Code::Forbidden, "refused by the test"));
        if self.refused.contains(&key.1) {
            return for_good();
        }
        if self.stored.contains(&key) || !self.happens(120) {
            return None;
        }
        let later = |code: Code| Error::new(code, "refused by the test").after(200);
        Some(match self.dice.below(5) {
            0 => later(Code::SlowDown),
            1 => Error { retry: Retry::Now, ..Error::new(Code::Unavailable, "refused by the test") },
            2 if matches!(write.request, EntryRequest::Send(_)) => {
                self.refused.insert(key.1);
                return for_good();
            }
            _ => later(Code::Unavailable),
        })
    }

    /// The batch as it comes with rules of delivery switched off.
    fn tamper(&mut self, batch: &Batch) -> Batch {
        let mut writes = batch.writes.clone();
        for write in &mut writes {
            let known = self.stored.contains(&(write.author.id.clone(), write.request.client_id().clone()));
            let (client_id, after) = ids(&mut write.request);
            if known && !self.switches.hold(Rule::Idempotency) {
                *client_id = ClientId::parse(format!("again-{}", self.dice.below(u64::MAX))).unwrap();
            }
            if let Some(after) = after
                && !self.switches.hold(Rule::After)
            {
                *after = None;
            }
        }
        Batch { writes, marks: batch.marks.clone() }
    }
}

/// The ids by which a request finds its place.
fn ids(request: &mut EntryRequest) -> (&mut ClientId, Option<&mut Option<ClientId>>) {
    match request {
        EntryRequest::Send(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Edit(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Delete(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::React(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Topic(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Join(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Leave(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Configure(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Invite(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Add(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Remove(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Role(request) => (&mut request.client_id, Some(&mut request.after)),
        EntryRequest::Create(request) => (&mut request.client_id, None),
        EntryRequest::Direct(request) => (&mut request.client_id, None),
        EntryRequest::FriendAsk(request) => (&mut request.client_id, None),
        EntryRequest::FriendAccept(request) => (&mut request.client_id, None),
        EntryRequest::FriendRefuse(request) => (&mut request.client_id, None),
        EntryRequest::FriendRemove(request) => (&mut request.client_id, None),
        EntryRequest::OpenFriends(request) => (&mut request.client_id, None),
    }
}

#[async_trait]
impl Around for Keeper {
    async fn commit(&self, store: &impl Store, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        if self.record().happens(30) {
            return Err(StoreError::Refused("the disk is full"));
        }
        let batch = self.record().tamper(batch);
        // A second copy in one batch is a repeat of the first.
        let mut granted = HashSet::new();
        let refusal = |write: &Write| {
            let key = (write.author.id.clone(), write.request.client_id().clone());
            let refusal = if granted.contains(&key) { None } else { self.record().refusal(write) };
            if refusal.is_none() {
                granted.insert(key);
            }
            refusal
        };
        let committed = commit_unless(store, &batch, context, refusal).await?;
        let mut record = self.record();
        for new in &committed.entries {
            record.stored.insert((new.entry.author.id.clone(), new.entry.client_id.clone()));
            let empty = || Log { room: new.room.clone(), epoch: new.epoch.clone(), entries: Vec::new() };
            record.logs.entry(new.room.clone()).or_insert_with(empty).entries.push(new.entry.clone());
        }
        // The transaction is durable, and the connection to the database broke in the COMMIT.
        if record.happens(30) {
            return Err(StoreError::Refused("the outcome is unknown"));
        }
        Ok(committed)
    }
}
