//! The judge: what the senders' programs told, against what the logs hold and what clients show.
//!
//! The ledger is written outside the programs that are killed. Something that a program took (its
//! outbox has it, the composer is empty) is *kept*; from there it is *stored* (an answer said where),
//! *refused* for good, or *withdrawn* before it was ever sent. At the end, with all outboxes empty:
//!
//! - stored: in the log once, at the place that the answer named;
//! - kept, without an answer that anybody saw: in the log once;
//! - refused or withdrawn: not there;
//! - offered to a program that was killed before it said that it took it: at most once;
//! - undone, since a backup was copied back that did not hold it: at most once.
//!
//! What one outbox kept for one room stands in the order in which it was kept; what was set aside and then
//! sent again, which may have been stored at any time since, anywhere between these two places. Whatever stands in
//! a log that nobody offered is a phantom, and every amendment stands for the very entry that its
//! author pointed at.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use chat_proto::entry::{Body, Entry};
use chat_proto::fold::{Line, Timeline};
use chat_proto::id::{ClientId, EntryId, Epoch, RoomId, UserId};
use chat_proto::place::{Mark, Seq};
use chat_proto::request::history_read::Page;
use serde::{Deserialize, Serialize};

use crate::witness::Told;

/// What was wanted, as far as the log can be held against it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Wanted {
    /// A message of this text; each text is said once.
    Message(String),
    /// A message of this entry is to say something else, to be taken back, or reacted to; `None`
    /// while the message has no place yet.
    Amendment(Option<EntryId>),
    /// A topic, a going: no text and no target.
    Other,
    /// A coming, which writes nothing where its author is a member already.
    Coming,
}

/// How far something came, as the sender's program told.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    Kept,
    Stored(Mark),
    Refused,
    Withdrawn,
}

#[derive(Clone, Debug)]
struct Item {
    room: RoomId,
    wanted: Wanted,
    fate: Fate,
}

/// What all senders' programs told.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    items: HashMap<ClientId, Item>,
    /// What each outbox kept for each room, in order; more than once what may have been stored before it was kept again.
    orders: BTreeMap<(String, RoomId), Vec<ClientId>>,
    /// Texts given to a program that may have been killed before it took them.
    offered: HashSet<String>,
    /// Texts that a screen showed as said, in order.
    shown: BTreeMap<(String, RoomId), Vec<String>>,
    /// Held apart from the items: what a program told before it was undone may be heard after.
    undone: HashSet<ClientId>,
    undone_texts: HashSet<String>,
}

impl Ledger {
    /// A text is given to a program; nothing is known of it yet.
    pub fn offer(&mut self, text: &str) {
        self.offered.insert(text.to_owned());
    }

    /// Something was seen at the program of that outbox.
    pub fn hear(&mut self, outbox: &str, told: Told) {
        match told {
            Told::Kept { room, client_id, wanted } => self.keep(outbox, &room, &client_id, wanted),
            Told::Found { room, client_id, wanted } => {
                // Kept or changed just before the program was killed, and not told.
                if self.items.contains_key(&client_id) {
                    self.change(&client_id, wanted);
                } else {
                    self.keep(outbox, &room, &client_id, wanted);
                }
            }
            Told::Changed { client_id, wanted } => self.change(&client_id, wanted),
            Told::PointsAt { client_id, target } => {
                if let Some(Item { wanted: Wanted::Amendment(known), .. }) = self.items.get_mut(&client_id) {
                    *known = Some(target);
                }
            }
            Told::Stored { client_id, mark } => self.settle(&client_id, Fate::Stored(mark)),
            Told::Refused { client_id } => self.settle(&client_id, Fate::Refused),
            Told::Withdrawn { client_id } => {
                if self.items.get(&client_id).is_some_and(|item| item.fate != Fate::Refused) {
                    self.settle(&client_id, Fate::Withdrawn);
                }
            }
        }
    }

    /// Kept again, it stands at the end of the order, if it was refused; else it may be stored already.
    fn keep(&mut self, outbox: &str, room: &RoomId, client_id: &ClientId, wanted: Wanted) {
        let order = self.orders.entry((outbox.to_owned(), room.clone())).or_default();
        if self.items.get(client_id).is_some_and(|item| item.fate == Fate::Refused) {
            order.retain(|known| known != client_id);
        }
        order.push(client_id.clone());
        self.items.insert(client_id.clone(), Item { room: room.clone(), wanted, fate: Fate::Kept });
    }

    /// A message that was not sent yet is to say something else; where it stands in the order stays.
    fn change(&mut self, client_id: &ClientId, wanted: Wanted) {
        if let (Some(item), Wanted::Message(_)) = (self.items.get_mut(client_id), &wanted) {
            item.wanted = wanted;
        }
    }

    fn settle(&mut self, client_id: &ClientId, fate: Fate) {
        if let Some(item) = self.items.get_mut(client_id) {
            item.fate = fate;
        }
    }

    /// The screen of a program whose client ids nobody sees showed it as said: it stands in that
    /// room once, in the order in which it was said.
    pub fn show(&mut self, outbox: &str, room: &RoomId, text: &str) {
        self.shown.entry((outbox.to_owned(), room.clone())).or_default().push(text.to_owned());
    }

    /// A backup was copied back that holds none of these texts.
    pub fn undo_texts(&mut self, texts: impl IntoIterator<Item = String>) {
        self.undone_texts.extend(texts);
    }

    /// A backup was copied back that holds none of these, or their sender's program says that it
    /// does not know whether they were sent.
    pub fn undo<'a>(&mut self, client_ids: impl IntoIterator<Item = &'a ClientId>) {
        self.undone.extend(client_ids.into_iter().cloned());
    }

    /// How many have this fate.
    pub fn count(&self, fate: impl Fn(&Fate) -> bool) -> usize {
        self.items.values().filter(|item| fate(&item.fate)).count()
    }

    /// How many things an outbox kept or a screen showed.
    pub fn len(&self) -> usize {
        self.items.len() + self.shown.values().map(Vec::len).sum::<usize>()
    }
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Lost,
    /// Outboxes that are not empty long after the last fault.
    NotDrained,
    Doubled,
    Misplaced,
    Phantom,
    /// Refused for good or withdrawn, and there all the same.
    Unrefused,
    /// An amendment that hit another entry than its author meant.
    WrongTarget,
    /// A log that is not dense, or whose ids, times or counts are wrong.
    BrokenLog,
    /// A client that shows something else than the fold of the log.
    WrongView,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Damage {
    pub kind: Kind,
    pub what: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.what)
    }
}

/// One room's log, in order.
#[derive(Clone, Debug)]
pub struct Log {
    pub room: RoomId,
    pub epoch: Epoch,
    pub entries: Vec<Entry>,
}

impl Log {
    /// The log folded, as this user sees it.
    pub fn fold(&self, me: &UserId) -> Timeline {
        let mut timeline = Timeline::new(me.clone(), self.epoch.clone());
        if let Some(first) = self.entries.first() {
            timeline.apply_page(&Page {
                room: self.room.clone(),
                epoch: self.epoch.clone(),
                from: first.seq,
                to: Some(first.mark()),
                head: first.mark(),
                entries: vec![first.clone()],
                amendments: Vec::new(),
                reactions: Vec::new(),
                hidden: Vec::new(),
            });
            timeline.apply_live(&self.entries[1..]);
        }
        timeline
    }

    fn entry(&self, seq: Seq) -> Option<&Entry> {
        self.entries.get(usize::try_from(seq).ok()?.checked_sub(1)?)
    }
}

/// Holds the ledger against the logs.
pub fn judge(ledger: &Ledger, logs: &[Log]) -> Vec<Damage> {
    let mut damage = Vec::new();
    for log in logs {
        judge_log(log, &mut damage);
    }
    let mut standing: HashMap<&ClientId, Vec<(&Log, &Entry)>> = HashMap::new();
    let mut texts: HashMap<&str, usize> = HashMap::new();
    for log in logs {
        for entry in &log.entries {
            standing.entry(&entry.client_id).or_default().push((log, entry));
            if let Body::Message(message) = &entry.body
                && !message.content.text.is_empty()
            {
                *texts.entry(&message.content.text).or_default() += 1;
            }
        }
    }
    for (text, count) in texts.iter().filter(|(_, count)| **count > 1) {
        damage.push(Damage { kind: Kind::Doubled, what: format!("{text:?} stands {count} times") });
    }
    for (client_id, item) in &ledger.items {
        let undone = ledger.undone.contains(client_id);
        judge_item(client_id, item, undone, standing.get(client_id).map_or(&[][..], Vec::as_slice), &mut damage);
    }
    for places in standing.values() {
        for (log, entry) in places.iter().filter(|(_, entry)| !ledger.items.contains_key(&entry.client_id)) {
            judge_stranger(ledger, log, entry, &mut damage);
        }
    }
    judge_shown(ledger, logs, &mut damage);
    for ((outbox, room), order) in &ledger.orders {
        let seqs = order.iter().filter_map(|client_id| {
            let (_, entry) = standing.get(client_id)?.iter().find(|(log, _)| log.room == *room)?;
            Some((entry.seq, client_id))
        });
        let seqs: Vec<(Seq, &ClientId)> = seqs.collect();
        for ((before, first), (after, second)) in out_of_order(&seqs) {
            let what = format!("{outbox} said {first} (now {before}) before {second} (now {after}) in {room}");
            damage.push(Damage { kind: Kind::Misplaced, what });
        }
    }
    damage
}

type Standing<'a> = (Seq, &'a ClientId);

/// Neighbours that stand the other way round than they were kept. What was kept more than once stands before what was
/// kept after its last time, and behind what was kept before its first.
pub fn out_of_order<'a>(kept: &[Standing<'a>]) -> Vec<(Standing<'a>, Standing<'a>)> {
    let mut times: HashMap<&ClientId, (usize, usize)> = HashMap::new();
    for (at, (_, client_id)) in kept.iter().enumerate() {
        times.entry(client_id).or_insert((at, at)).1 = at;
    }
    let once = |at: &usize| times[kept[*at].1].0 == times[kept[*at].1].1;
    let (singles, more): (Vec<usize>, Vec<usize>) = (0..kept.len()).partition(once);
    let mut pairs: Vec<(usize, usize)> = singles.windows(2).map(|pair| (pair[0], pair[1])).collect();
    for at in more {
        let (first, last) = times[kept[at].1];
        if at == first {
            pairs.extend(singles.iter().rev().find(|single| **single < first).map(|single| (*single, at)));
            pairs.extend(singles.iter().find(|single| **single > last).map(|single| (at, *single)));
        }
    }
    let pairs = pairs.into_iter().map(|(before, after)| (kept[before], kept[after]));
    pairs.filter(|(before, after)| before.0 > after.0).collect()
}

fn judge_log(log: &Log, damage: &mut Vec<Damage>) {
    let mut broken = |what: String| damage.push(Damage { kind: Kind::BrokenLog, what: format!("{} {what}", log.room) });
    let (mut ids, mut time, mut n) = (BTreeSet::new(), 0, 0);
    for (index, entry) in log.entries.iter().enumerate() {
        if entry.seq != index as Seq + 1 {
            return broken(format!("has {} where {} should stand", entry.seq, index + 1));
        }
        n += u64::from(matches!(entry.body, Body::Message(_)));
        if !ids.insert(&entry.id) {
            broken(format!("has the id {} twice", entry.id));
        }
        if entry.time < time {
            broken(format!("goes back in time at {}", entry.seq));
        }
        if entry.n != n {
            broken(format!("counts {} messages at {} and holds {n}", entry.n, entry.seq));
        }
        time = entry.time;
    }
}

fn judge_item(client_id: &ClientId, item: &Item, undone: bool, places: &[(&Log, &Entry)], damage: &mut Vec<Damage>) {
    let Item { room, wanted, fate } = item;
    let shown = format!("{client_id} ({wanted:?}, {fate:?}) in {room}");
    let mut found = |kind: Kind, what: String| damage.push(Damage { kind, what });
    if places.len() > 1 {
        return found(Kind::Doubled, format!("{shown} stands {} times", places.len()));
    }
    let Some((log, entry)) = places.first() else {
        let owed = matches!(fate, Fate::Kept | Fate::Stored(_)) && *wanted != Wanted::Coming;
        if owed && !undone {
            found(Kind::Lost, shown);
        }
        return;
    };
    if log.room != *room {
        found(Kind::Misplaced, format!("{shown} stands in {}", log.room));
    }
    match fate {
        Fate::Refused | Fate::Withdrawn if !undone => found(Kind::Unrefused, format!("{shown} stands at {}", entry.seq)),
        Fate::Stored(mark) if !undone && *wanted != Wanted::Coming && *mark != entry.mark() => {
            found(Kind::Misplaced, format!("{shown} stands at {} {}", entry.seq, entry.id));
        }
        _ => {}
    }
    match (wanted, &entry.body) {
        (Wanted::Message(text), Body::Message(message)) => {
            let said = &message.content.text;
            let deleted = log.entries.iter().any(|other| matches!(&other.body, Body::Delete(delete) if delete.target.seq == entry.seq));
            if said != text && !(said.is_empty() && deleted) {
                found(Kind::Lost, format!("{shown} says {said:?}"));
            }
        }
        (Wanted::Amendment(target), body) => {
            let Some(hit) = body.target() else { return found(Kind::Phantom, format!("{shown} is {body:?}")) };
            let meant = target.as_ref().is_none_or(|target| *target == hit.id);
            if !meant || log.entry(hit.seq).is_none_or(|standing| standing.id != hit.id) {
                found(Kind::WrongTarget, format!("{shown} hit {} {}", hit.seq, hit.id));
            }
        }
        (Wanted::Other | Wanted::Coming, _) => {}
        (Wanted::Message(_), body) => found(Kind::Phantom, format!("{shown} is {body:?}")),
    }
}

/// What screens showed as said stands there, once (as every text), in order.
fn judge_shown(ledger: &Ledger, logs: &[Log], damage: &mut Vec<Damage>) {
    let mut standing: HashMap<&str, (&RoomId, Seq)> = HashMap::new();
    for log in logs {
        for entry in &log.entries {
            if let Body::Message(message) = &entry.body {
                standing.insert(&message.content.text, (&log.room, entry.seq));
            }
        }
    }
    for ((outbox, room), texts) in &ledger.shown {
        let mut last = 0;
        for text in texts {
            let shown = format!("{text:?} of {outbox} in {room}");
            match standing.get(text.as_str()) {
                Some((there, seq)) if *there == room && *seq > last => last = *seq,
                Some((there, seq)) => damage.push(Damage { kind: Kind::Misplaced, what: format!("{shown} stands at {seq} in {there}") }),
                None if ledger.undone_texts.contains(text) => {}
                None => damage.push(Damage { kind: Kind::Lost, what: shown }),
            }
        }
    }
}

/// An entry that no program told of: the server's own first one, or something offered to a program
/// that did not live to tell.
fn judge_stranger(ledger: &Ledger, log: &Log, entry: &Entry, damage: &mut Vec<Damage>) {
    let known = match &entry.body {
        Body::Create(_) => entry.seq == 1,
        // Somebody at a screen came in.
        Body::Join(_) => true,
        Body::Message(message) => ledger.offered.contains(&message.content.text),
        _ => false,
    };
    if !known {
        damage.push(Damage { kind: Kind::Phantom, what: format!("{} {} {:?} in {}", entry.seq, entry.client_id, entry.body, log.room) });
    }
}

/// Holds what a client shows of a range against the fold of the log.
pub fn judge_view(who: &str, log: &Log, me: &UserId, range: (Seq, Seq), shown: &[Line]) -> Vec<Damage> {
    let fold = log.fold(me);
    let expected: Vec<&Line> = fold.lines_in(range.0..=range.1).collect();
    let wrong = |what: String| Damage { kind: Kind::WrongView, what: format!("{who} in {}: {what}", log.room) };
    let mut damage = Vec::new();
    for (expected, shown) in expected.iter().zip(shown) {
        if *expected != shown {
            damage.push(wrong(format!("{shown:?} is shown where {expected:?} stands")));
            break;
        }
    }
    if expected.len() != shown.len() {
        damage.push(wrong(format!("{} lines are shown of {} in {range:?}", shown.len(), expected.len())));
    }
    damage
}
