//! One room's log, read from some place on: each entry once, in order, whatever is lost on the way. Pure:
//! it says which page is wanted next, and is told what came.
//!
//! ```text
//! Seeking ── the place is found ──▶ Reading ── at the head ──▶ Live ── an entry is missing ──▶ Reading
//!    ▲                                 │                         │
//!    └── the log was made anew ────────┴─────────────────────────┘
//! ```

use std::collections::BTreeMap;

use chat_proto::entry::Entry;
use chat_proto::error::{Code, Error};
use chat_proto::id::{Epoch, RoomId};
use chat_proto::place::{Mark, Millis, Seq};
use chat_proto::request::HistoryRead;
use chat_proto::request::history_read::{Page, Standing};
use chat_proto::request::sync::RoomState;

/// How long a missing entry is waited for before it is fetched.
const GRACE_MS: Millis = 300;
/// How long after a page that brought nothing the next one is asked for.
const AGAIN_MS: Millis = 2_000;
/// The search for a time ends so near to it: what is read too much is not told.
const NEAR: Seq = 64;
/// However few lines a page held, for so many there is room in the next.
const FEW: u32 = 8;
/// How many entries are kept that came ahead of a missing one; a page brings the others again.
const AHEAD: usize = 1_000;

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At the first entry.
    First,
    /// So many lines before the end.
    Last(u32),
    /// At the first entry that was stored at this time or later.
    Since(Millis),
    /// There, or so many lines before the end if that is later.
    LastSince(u32, Millis),
    /// Behind the newest entry that there is.
    Now,
}

/// What of the log is next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Entries, in order, each the only time.
    pub entries: Vec<Told>,
    /// Edits and deletions that stand further on in the log and are in force already for what is told
    /// here.
    pub ahead: Vec<Entry>,
    /// How reactions stand on some messages. Pages tell them so; one by one they come live alone.
    pub reactions: Vec<Standing>,
    /// What the reader may not read.
    pub hidden: Vec<(Seq, Seq)>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The entry.
    pub entry: Entry,
    /// Whether it says something that was not told with the message that it amends.
    pub news: bool,
}

/// The log is another one than before, or shorter: an older database was copied back. Where it stands is
/// to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anew;

/// What a refused page means.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It is asked again by itself.
    Again,
    /// As [`Anew`] says.
    Anew,
    /// There is nothing to be read there any more, unless `sync` says otherwise.
    Gone,
    /// It would always be refused.
    Never(Error),
}

/// How far the log is read.
#[derive(Clone, Debug)]
pub struct Follow {
    room: RoomId,
    begin: Begin,
    epoch: Epoch,
    state: State,
    /// An entry that this log is known to hold, by which another log is found out.
    mark: Mark,
    /// The newest entry that is known to exist.
    head: Seq,
    ahead: BTreeMap<Seq, Entry>,
    /// A page is under way.
    asked: bool,
    /// No page is asked for before this moment.
    again_at: Millis,
    /// No more lines of the next page than are likely to fit: a server reads a page that is too heavy again,
    /// and half as much of it each time.
    lines: Option<u32>,
    /// While pages are read: behind which entry that began, and where the log ended then. What amends
    /// something between the two was told with it.
    pass: Option<(Seq, Seq)>,
    /// Nothing from before this time is told.
    not_before: Millis,
    /// When the last entry that was told was stored.
    told_at: Option<Millis>,
    /// Whether anything was told before this reading began.
    resumed: bool,
    /// It waits to be told where the log stands now.
    lost: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// So many lines are still to be found below an entry, or below the end.
    Back(u32, Option<Seq>),
    /// The last entry that is known to be too old, and the first that is known not to be, or may be.
    Search(Seq, Seq),
    /// All up to here is told.
    At(Seq),
}

impl Follow {
    /// A room as it stands; `newest` is an entry that was told of since, or 0.
    #[must_use]
    pub fn new(room: &RoomState, newest: Seq, begin: Begin) -> Self {
        let mut follow = Self {
            room: room.room.id.clone(),
            begin,
            epoch: room.epoch.clone(),
            state: State::At(0),
            mark: room.head.clone(),
            head: 0,
            ahead: BTreeMap::new(),
            asked: false,
            again_at: 0,
            lines: None,
            pass: None,
            not_before: 0,
            told_at: None,
            resumed: false,
            lost: false,
        };
        follow.start(room);
        follow.head = follow.head.max(newest);
        follow
    }

    fn start(&mut self, room: &RoomState) {
        self.epoch = room.epoch.clone();
        self.mark = room.head.clone();
        self.head = room.head.seq;
        self.lost = false;
        self.forget_connection();
        self.state = match (self.told_at, self.begin) {
            // Of a log that was copied back, what is new is told: it was stored later.
            (Some(told_at), _) => self.since(told_at + 1),
            (None, Begin::First) => State::At(0),
            (None, Begin::Last(0) | Begin::Now) => State::At(self.head),
            (None, Begin::Last(lines)) => State::Back(lines, None),
            (None, Begin::Since(time)) => self.since(time),
            (None, Begin::LastSince(lines, time)) => {
                self.not_before = time;
                State::Back(lines.max(1), None)
            }
        };
    }

    fn since(&mut self, time: Millis) -> State {
        self.not_before = time;
        State::Search(0, self.head + 1)
    }

    /// The room.
    #[must_use]
    pub fn room(&self) -> &RoomId {
        &self.room
    }

    /// The life of its log.
    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Whether all is told that is known to exist.
    #[must_use]
    pub fn is_caught_up(&self) -> bool {
        !self.lost && !self.asked && matches!(self.state, State::At(cursor) if cursor >= self.head)
    }

    /// When a page is to be asked for, if one is.
    #[must_use]
    pub fn due_at(&self) -> Option<Millis> {
        (!self.asked && !self.lost && !self.is_caught_up()).then_some(self.again_at)
    }

    /// The page to ask for now, if there is one.
    pub fn ask(&mut self, now: Millis) -> Option<HistoryRead> {
        self.due_at().filter(|at| *at <= now)?;
        self.settle_search();
        let place = Some(self.mark.at(&self.epoch));
        let page = HistoryRead { room: self.room.clone(), before: None, after: None, around: None, place, limit: None };
        let page = match self.state {
            State::Back(lines, below) => HistoryRead { before: below, limit: Some(lines.min(self.lines.unwrap_or(lines))), ..page },
            State::Search(low, high) => HistoryRead { after: Some(middle(low, high) - 1), limit: Some(1), ..page },
            State::At(cursor) if cursor >= self.head => return None,
            State::At(cursor) => HistoryRead { after: Some(cursor), limit: self.lines, ..page },
        };
        self.asked = true;
        Some(page)
    }

    /// A page came.
    ///
    /// # Errors
    /// When it is of another log.
    pub fn page(&mut self, page: Page, now: Millis) -> Result<Batch, Anew> {
        self.asked = false;
        if page.epoch != self.epoch {
            self.lost = true;
            return Err(Anew);
        }
        self.head = self.head.max(page.head.seq);
        if !matches!(self.state, State::Search(..)) {
            self.lines = Some(u32::try_from(page.entries.len()).unwrap_or(u32::MAX).saturating_mul(2).max(FEW));
        }
        match self.state {
            State::Back(lines, _) => {
                self.look_back(lines, &page);
                Ok(Batch::default())
            }
            State::Search(low, high) => {
                self.search(low, high, &page);
                Ok(Batch::default())
            }
            State::At(cursor) => Ok(self.go_on(cursor, page, now)),
        }
    }

    fn look_back(&mut self, lines: u32, page: &Page) {
        let found = u32::try_from(page.entries.len()).unwrap_or(u32::MAX);
        let covers = page.to.as_ref().is_some_and(|to| to.seq >= page.from);
        self.state = match lines.saturating_sub(found) {
            left @ 1.. if covers && page.from > 1 => State::Back(left, Some(page.from)),
            _ => State::At(page.from.saturating_sub(1)),
        };
    }

    /// Times never decrease within a log, so one entry tells about all on one side of it.
    fn search(&mut self, low: Seq, high: Seq, page: &Page) {
        let middle = middle(low, high);
        let to = page.to.as_ref().map_or(0, |to| to.seq);
        let there = page.entries.iter().chain(&page.amendments).filter(|entry| (middle..=to).contains(&entry.seq));
        self.state = match there.min_by_key(|entry| entry.seq) {
            Some(entry) if entry.time < self.not_before => State::Search(entry.seq, high.max(entry.seq + 1)),
            // Where nothing is to be seen, beginning earlier than need be does no harm.
            Some(_) | None => State::Search(low, middle),
        };
        self.settle_search();
    }

    /// What is left of the search is read, and what is too old of it not told.
    fn settle_search(&mut self) {
        if let State::Search(low, high) = self.state
            && high.saturating_sub(low) <= NEAR
        {
            self.state = State::At(low);
        }
    }

    fn go_on(&mut self, cursor: Seq, page: Page, now: Millis) -> Batch {
        let Some(to) = page.to.filter(|to| to.seq > cursor) else {
            // Nothing was there: asking again at once could only bring the same.
            self.head = page.head.seq.max(self.ahead.keys().next_back().copied().unwrap_or(0)).max(cursor);
            self.again_at = now + AGAIN_MS;
            let mut batch = Batch::default();
            self.drain(&mut batch);
            return batch;
        };
        let pass = *self.pass.get_or_insert((cursor, page.head.seq));
        let (here, ahead): (Vec<Entry>, Vec<Entry>) =
            page.entries.into_iter().chain(page.amendments).filter(|entry| entry.seq > cursor).partition(|entry| entry.seq <= to.seq);
        let mut batch = Batch { ahead, ..Batch::default() };
        let resumed = self.resumed;
        batch.entries = here.into_iter().map(|entry| Told { news: is_news(&entry, pass, resumed), entry }).collect();
        batch.entries.sort_by_key(|told| told.entry.seq);
        let told_with_it = |standing: &Standing| standing.target > cursor && standing.target <= to.seq;
        batch.reactions = page.reactions.into_iter().filter(|standing| told_with_it(standing) || to.seq > pass.1).collect();
        let hidden = page.hidden.into_iter().map(|(from, end)| (from.max(cursor + 1), end.min(to.seq)));
        batch.hidden = hidden.filter(|(from, end)| from <= end).collect();
        self.leave_out_old(&mut batch);
        (self.state, self.mark) = (State::At(to.seq), to);
        self.again_at = 0;
        self.drain(&mut batch);
        batch
    }

    /// Leaves out what is older than what was asked for.
    fn leave_out_old(&mut self, batch: &mut Batch) {
        if self.not_before == 0 {
            return;
        }
        batch.entries.retain(|told| told.entry.time >= self.not_before);
        let first = batch.entries.first().map_or(Seq::MAX, |told| told.entry.seq);
        batch.reactions.retain(|standing| standing.target >= first);
        batch.hidden.retain(|(_, end)| *end >= first);
        if first < Seq::MAX {
            // Nothing that comes after it is older.
            self.not_before = 0;
        }
    }

    /// Live entries came. Where there is no room for them, they are fetched once there is.
    ///
    /// # Errors
    /// When they are of another log.
    pub fn live(&mut self, epoch: &Epoch, entries: &[Entry], has_room: bool, now: Millis) -> Result<Batch, Anew> {
        if *epoch != self.epoch {
            self.lost = true;
            return Err(Anew);
        }
        let mut batch = Batch::default();
        let was_caught_up = self.is_caught_up();
        for entry in entries {
            self.head = self.head.max(entry.seq);
            if has_room && self.ahead.len() < AHEAD {
                self.ahead.insert(entry.seq, entry.clone());
            }
        }
        self.drain(&mut batch);
        if was_caught_up && !self.is_caught_up() {
            self.again_at = now + GRACE_MS;
        }
        Ok(batch)
    }

    /// Tells what came live and is next.
    fn drain(&mut self, batch: &mut Batch) {
        while let State::At(cursor) = self.state {
            let Some(first) = self.ahead.first_entry() else { break };
            if *first.key() > cursor + 1 {
                break;
            }
            let entry = first.remove();
            if entry.seq == cursor + 1 {
                (self.state, self.mark) = (State::At(entry.seq), entry.mark());
                if entry.time >= self.not_before {
                    self.not_before = 0;
                    batch.entries.push(Told { entry, news: true });
                }
            }
        }
        self.told_at = batch.entries.last().map(|told| told.entry.time).or(self.told_at);
        if self.is_caught_up() {
            self.pass = None;
            self.resumed = true;
        }
    }

    /// Where the room stands, as a `sync` tells, or the `welcome` of another connection; `newest` is an
    /// entry that was told of since, or 0. Tells whether the log is another one.
    pub fn stands(&mut self, room: &RoomState, newest: Seq, is_welcome: bool) -> bool {
        let ends_there = |cursor: Seq| room.head.seq == cursor && (self.mark.seq != cursor || self.mark.id == room.head.id);
        let fits = match self.state {
            // What came live on this connection may have overtaken the answer.
            State::At(cursor) if is_welcome => room.head.seq > cursor || ends_there(cursor),
            State::At(_) | State::Back(..) | State::Search(..) => true,
        };
        let anew = self.lost || room.epoch != self.epoch || !fits;
        if anew {
            self.start(room);
        }
        self.head = self.head.max(room.head.seq).max(newest);
        anew
    }

    /// A page was refused.
    pub fn refused(&mut self, error: Error, now: Millis) -> Refusal {
        self.asked = false;
        match error.code {
            Code::EpochChanged => {
                self.lost = true;
                Refusal::Anew
            }
            Code::NotFound | Code::Forbidden => {
                self.again_at = now + AGAIN_MS;
                Refusal::Gone
            }
            _ if error.is_final() => Refusal::Never(error),
            _ => {
                self.again_at = now + error.retry_after_ms.unwrap_or(AGAIN_MS);
                Refusal::Again
            }
        }
    }

    /// The connection is gone, and with it what was asked on it and what came ahead.
    pub fn forget_connection(&mut self) {
        (self.asked, self.again_at, self.pass) = (false, 0, None);
        self.resumed |= self.told_at.is_some();
        self.ahead.clear();
    }
}

fn middle(low: Seq, high: Seq) -> Seq {
    low + (high - low) / 2
}

/// Whether an entry that a page brought says something that was not told with the message that it amends.
fn is_news(entry: &Entry, (from, head): (Seq, Seq), resumed: bool) -> bool {
    let Some(target) = entry.body.target().map(|target| target.seq) else { return true };
    // What was told before this reading began was told as it was then.
    let told_before = target <= from;
    if told_before { resumed } else { entry.seq > head }
}
