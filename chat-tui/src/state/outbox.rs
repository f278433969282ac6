//! The outbox: what was said and done here and has no final answer yet, in order. Pure rules, and
//! the only place that decides what is sent when.
//!
//! An item's life:
//!
//! ```text
//! Waiting ── due ──▶ Sent ── ok, or its own entry is seen ──▶ Stored ── loaded ──▶ gone
//!    ▲                │ │
//!    └─ cut, later ───┘ ├── retry: never ──────▶ Refused ── retry ──▶ Waiting (at the end)
//!                       └── cuts three lines ──▶ SetAside ── retry ──▶ Waiting
//! ```

use std::collections::HashSet;

use chat_proto::error::{Code, Error, Retry};
use chat_proto::id::{ClientId, Rid, RoomId, UserId};
use chat_proto::place::Millis;
use chat_proto::request::stored::Stored;
use chat_proto::text::MessageText;
use serde::{Deserialize, Serialize};

pub use super::work::{Target, Work};

/// How long a send on a live link may go unanswered before it is sent again.
pub const RESEND_MS: Millis = 10_000;
/// The shortest wait before a refused send is sent again.
const SHORTEST_MS: Millis = 50;
/// A connection that closes so soon after an item was sent counts against the item.
const CUT_MS: Millis = 2_000;
/// So many of them in a row set it aside.
const CUTS: u8 = 3;

/// Items in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    items: Vec<Item>,
}

/// One thing on its way. Kept on disk as JSON: a field that is added later has a default, so that a
/// newer program reads what an older one left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Made before the first send; the same in each repeat.
    pub client_id: ClientId,
    /// What to do.
    pub work: Work,
    /// When it was made, by the clock on the wall.
    pub made: Millis,
    /// How far it is.
    pub phase: Phase,
    /// Whether it was ever sent: then it may be stored already, and cannot be changed.
    pub emitted: bool,
    /// How often it was answered with "later", which stretches the wait.
    #[serde(default)]
    pub delays: u8,
    /// How many connections in a row closed right after it was sent.
    #[serde(default)]
    pub cuts: u8,
    /// It came to the server before this one, which was the first of its room: it goes again
    /// together with that one, or once that has its answer, and not by a clock of its own. Else a
    /// long outbox would drain one item a backoff.
    #[serde(skip)]
    pub overtook: Option<ClientId>,
}

/// How far an item is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// To be sent, not before this moment.
    Waiting(Millis),
    /// Sent under this `rid` at this moment.
    Sent(Rid, Millis),
    /// Stored; drawn until its entry is here.
    Stored(Stored),
    /// Refused for good, with the reason.
    Refused(Error),
    /// Not sent any more, because it seems to cut the line.
    SetAside,
}

/// A send that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The item.
    pub client_id: ClientId,
    /// The item before it in its room that has no final answer.
    pub after: Option<ClientId>,
    /// What to do.
    pub work: Work,
    /// Whether it was never sent before: that it is sent now is to be kept first.
    pub first: bool,
}

/// What an answer or an own entry made of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// It is stored.
    Stored(Item),
    /// It was refused for good.
    Refused(Item, Error),
    /// It will be sent again; after a `sync` when `true`.
    Again(bool),
}

impl Item {
    /// A new item, to be sent at once.
    #[must_use]
    pub fn new(client_id: ClientId, work: Work, made: Millis) -> Self {
        Self { client_id, work, made, phase: Phase::Waiting(0), emitted: false, delays: 0, cuts: 0, overtook: None }
    }

    /// Whether no answer to come can change it.
    #[must_use]
    pub fn has_final_answer(&self) -> bool {
        match self.phase {
            Phase::Stored(_) | Phase::Refused(_) | Phase::SetAside => true,
            Phase::Waiting(_) | Phase::Sent(..) => false,
        }
    }
}

impl Outbox {
    /// An outbox as it was kept: what was on its way is to be sent again.
    #[must_use]
    pub fn restore(items: Vec<Item>) -> Self {
        let mut outbox = Self { items };
        for item in outbox.items.iter_mut().filter(|item| !item.has_final_answer()) {
            // Whatever it waited for, it has waited long enough; and its moments are another clock's.
            item.phase = Phase::Waiting(0);
        }
        outbox
    }

    /// All items, in order.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.items.iter()
    }

    /// How many have no final answer.
    #[must_use]
    pub fn open(&self) -> usize {
        self.items.iter().filter(|item| !item.has_final_answer()).count()
    }

    /// One item.
    #[must_use]
    pub fn get(&self, client_id: &ClientId) -> Option<&Item> {
        self.items.iter().find(|item| item.client_id == *client_id)
    }

    fn get_mut(&mut self, client_id: &ClientId) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.client_id == *client_id)
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: Item) {
        self.items.push(item);
    }

    /// Marks as sent, and gives, what is to be sent now, in order: pipelined within the window, with
    /// nothing of a room ahead of an item of it that has to wait. `rid` makes the requests' names.
    pub fn take_due(&mut self, now: Millis, window: usize, mut rid: impl FnMut() -> Rid) -> Vec<(Rid, Due)> {
        let mut unanswered = self.items.iter().filter(|item| matches!(item.phase, Phase::Sent(..))).count();
        let mut held: HashSet<Option<RoomId>> = HashSet::new();
        let mut due = Vec::new();
        for index in 0..self.items.len() {
            let item = &self.items[index];
            let room = item.work.room().cloned();
            let again = match item.phase {
                Phase::Waiting(not_before) if item.work.is_ready() && (not_before <= now || self.follows(item, &due)) => false,
                // What waits for a room to be opened holds up nothing but what it is answered by.
                Phase::Waiting(_) if item.work.opening().is_some() => continue,
                Phase::Waiting(_) => {
                    held.insert(room);
                    continue;
                }
                Phase::Sent(_, at) if at + RESEND_MS <= now => true,
                Phase::Sent(..) | Phase::Stored(_) | Phase::Refused(_) | Phase::SetAside => continue,
            };
            if held.contains(&room) || (!again && unanswered >= window) {
                held.insert(room);
                continue;
            }
            let after = self.predecessor(index);
            let rid = rid();
            let item = &mut self.items[index];
            item.phase = Phase::Sent(rid.clone(), now);
            let first = !std::mem::replace(&mut item.emitted, true);
            unanswered += usize::from(!again);
            due.push((rid, Due { client_id: item.client_id.clone(), after, work: item.work.clone(), first }));
        }
        due
    }

    /// When something will be due by the clock alone, on a live link. What is due already waits for
    /// an answer: the window is full, or something before it has to go first.
    #[must_use]
    pub fn next_due(&self, now: Millis) -> Option<Millis> {
        let moments = self.items.iter().filter_map(|item| match item.phase {
            Phase::Waiting(not_before) if item.work.is_ready() => Some(not_before),
            Phase::Sent(_, at) => Some(at + RESEND_MS),
            Phase::Waiting(_) | Phase::Stored(_) | Phase::Refused(_) | Phase::SetAside => None,
        });
        moments.filter(|at| *at > now).min()
    }

    /// The item before it in its room that has no final answer.
    fn predecessor(&self, index: usize) -> Option<ClientId> {
        let room = self.items[index].work.room()?;
        let before = self.items[..index].iter().rev();
        let mut open = before.filter(|item| item.work.room() == Some(room) && !item.has_final_answer());
        open.next().map(|item| item.client_id.clone())
    }

    /// The item is stored, as its answer or its own entry tells. `None` when it was known.
    pub fn stored(&mut self, client_id: &ClientId, stored: Stored) -> Option<Settled> {
        let item = self.get_mut(client_id).filter(|item| !matches!(item.phase, Phase::Stored(_)))?;
        item.phase = Phase::Stored(stored);
        Some(Settled::Stored(item.clone()))
    }

    /// The item has opened that room: what was to be said there can be. Gives what is another now, to
    /// be kept before the item is forgotten.
    pub fn opened(&mut self, opening: &ClientId, room: &RoomId) -> Vec<Item> {
        let mut changed = Vec::new();
        for item in self.items.iter_mut().filter(|item| item.work.opening() == Some(opening)) {
            if let Work::SendTo { text, mentions, .. } = item.work.clone() {
                item.work = Work::Send { room: room.clone(), text, mentions, reply_to: None, quote: None };
                changed.push(item.clone());
            }
        }
        changed
    }

    /// The item opens nothing any more: takes away what was to be said there.
    pub fn not_opened(&mut self, opening: &ClientId) -> Vec<Item> {
        let waits = |item: &mut Item| item.work.opening() == Some(opening);
        self.items.extract_if(.., waits).collect()
    }

    /// The item was answered with an error.
    pub fn refused(&mut self, client_id: &ClientId, error: Error, now: Millis) -> Option<Settled> {
        let item = self.get_mut(client_id)?;
        if item.has_final_answer() {
            return None;
        }
        match error.retry {
            Retry::Never => {
                item.phase = Phase::Refused(error.clone());
                Some(Settled::Refused(item.clone(), error))
            }
            _ if error.code == Code::OutOfOrder => {
                let first = self.first_open(client_id).filter(|first| first != client_id);
                let item = self.get_mut(client_id)?;
                // Without one the one that it followed has its answer by now.
                let wait = if first.is_some() { RESEND_MS } else { SHORTEST_MS };
                (item.phase, item.overtook) = (Phase::Waiting(now + wait), first);
                Some(Settled::Again(false))
            }
            Retry::Later | Retry::Now | Retry::Unknown => {
                // Even "now" leaves the `sync` before it a moment, and the server one if it repeats itself.
                let after_sync = error.retry == Retry::Now;
                let own = if after_sync && item.delays == 0 { SHORTEST_MS } else { 250 << item.delays.min(6) };
                item.delays = item.delays.saturating_add(1);
                item.overtook = None;
                item.phase = Phase::Waiting(now + error.retry_after_ms.unwrap_or(own).max(SHORTEST_MS));
                Some(Settled::Again(after_sync))
            }
        }
    }

    /// The first item of its room that has no final answer.
    fn first_open(&self, client_id: &ClientId) -> Option<ClientId> {
        let room = self.get(client_id)?.work.room();
        self.items.iter().find(|item| item.work.room() == room && !item.has_final_answer()).map(|item| item.client_id.clone())
    }

    /// Whether it may go although its own time has not come: what it overtook goes now, or is gone.
    fn follows(&self, item: &Item, due: &[(Rid, Due)]) -> bool {
        item.overtook.as_ref().is_some_and(|first| {
            let open = self.get(first).is_some_and(|first| !first.has_final_answer());
            !open || due.iter().any(|(_, due)| due.client_id == *first)
        })
    }

    /// The line was cut. What was on its way is to be sent again; `welcomed` tells whether the
    /// connection had come as far as `welcome`. Gives the item that is set aside by it, to be kept
    /// as such before anything else is sent: what follows it no longer waits for it.
    pub fn cut(&mut self, now: Millis, welcomed: bool) -> Option<Item> {
        let mut set_aside = None;
        let oldest = self.items.iter_mut().find(|item| matches!(item.phase, Phase::Sent(..)));
        if let Some(item) = oldest.filter(|_| welcomed)
            && let Phase::Sent(_, at) = item.phase
        {
            item.cuts = if at + CUT_MS > now { item.cuts + 1 } else { 0 };
            if item.cuts >= CUTS {
                item.phase = Phase::SetAside;
                set_aside = Some(item.clone());
            }
        }
        self.unsend();
        set_aside
    }

    fn unsend(&mut self) {
        for item in &mut self.items {
            if matches!(item.phase, Phase::Sent(..)) {
                item.phase = Phase::Waiting(0);
            }
        }
    }

    /// Sends a refused item again: at the end, since what follows it may be stored already. One
    /// that the server takes for something else gets the new id.
    pub fn retry(&mut self, client_id: &ClientId, new_id: ClientId) -> Option<Item> {
        let index = self.items.iter().position(|item| item.client_id == *client_id)?;
        let mut item = self.items[index].clone();
        match &item.phase {
            Phase::Refused(error) if error.code == Code::Conflict => (item.client_id, item.emitted) = (new_id, false),
            Phase::Refused(_) | Phase::SetAside => {}
            Phase::Waiting(_) | Phase::Sent(..) | Phase::Stored(_) => return None,
        }
        (item.phase, item.cuts, item.delays) = (Phase::Waiting(0), 0, 0);
        self.items.remove(index);
        self.items.push(item.clone());
        Some(item)
    }

    /// Takes an item away that was never sent, or was refused for good. One that was set aside was
    /// sent, and may be stored: who believed it discarded would be wrong.
    pub fn discard(&mut self, client_id: &ClientId) -> Option<Item> {
        let index = self.items.iter().position(|item| item.client_id == *client_id)?;
        match self.items[index].phase {
            Phase::Refused(_) => {}
            Phase::Waiting(_) if !self.items[index].emitted => {}
            Phase::Waiting(_) | Phase::Sent(..) | Phase::Stored(_) | Phase::SetAside => return None,
        }
        Some(self.items.remove(index))
    }

    /// The item could not be kept, and so it is none.
    pub fn not_kept(&mut self, client_id: &ClientId) {
        self.items.retain(|item| item.client_id != *client_id);
    }

    /// That the item is sent could not be kept, and so it was not: to be sent later.
    pub fn not_sent(&mut self, client_id: &ClientId, later: Millis) {
        if let Some(item) = self.get_mut(client_id).filter(|item| matches!(item.phase, Phase::Sent(..))) {
            (item.phase, item.emitted) = (Phase::Waiting(later), false);
        }
    }

    /// Changes what an item says that was never sent.
    pub fn rewrite(&mut self, client_id: &ClientId, change: impl FnOnce(&mut Work)) -> Option<Item> {
        let item = self.get_mut(client_id).filter(|item| !item.emitted)?;
        change(&mut item.work);
        Some(item.clone())
    }

    /// Changes a message that was refused for good: no log has it.
    pub fn reword(&mut self, client_id: &ClientId, better: MessageText, people: Vec<UserId>) -> Option<Item> {
        let item = self.get_mut(client_id).filter(|item| matches!(item.phase, Phase::Refused(_)))?;
        let Work::Send { text, mentions, .. } = &mut item.work else { return None };
        (*text, *mentions) = (better, people);
        Some(item.clone())
    }

    /// What waits for the place of that message, in order.
    pub fn pointing_at<'a>(&'a self, client_id: &'a ClientId) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(|item| item.work.target().is_some_and(|target| target.is_own(client_id)))
    }

    /// Forgets what is stored and drawn from the log by now, or has no line of its own.
    pub fn forget_drawn(&mut self, is_drawn: impl Fn(&RoomId, &Stored) -> bool) {
        self.items.retain(|item| match (&item.phase, &item.work) {
            (Phase::Stored(stored), Work::Send { room, .. }) => !is_drawn(room, stored),
            (Phase::Stored(_), _) => false,
            _ => true,
        });
    }

    /// The lines of one room that are not in its log yet: what is drawn below it.
    pub fn lines(&self, room: &RoomId) -> impl DoubleEndedIterator<Item = &Item> {
        self.items.iter().filter(move |item| matches!(&item.work, Work::Send { room: of, .. } if of == room))
    }

    /// The item that was sent under this name.
    #[must_use]
    pub fn sent_as(&self, rid: &Rid) -> Option<&Item> {
        self.items.iter().find(|item| matches!(&item.phase, Phase::Sent(of, _) if of == rid))
    }
}
