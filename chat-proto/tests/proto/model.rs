//! A model room: a random log, the pages that a server would cut from it, and a random schedule
//! in which a client gets both.

use std::collections::{BTreeMap, BTreeSet};

use chat_proto::entry::{
    Add, Body, Content, Create, Delete, Edit, Entry, FriendChange, FriendNews, FriendNote, Invite, Invited, Join, Leave, Message, Quote,
    React, Remove, Removed, Role, Topic, Unknown,
};
use chat_proto::id::{ClientId, EntryId, Epoch, RoomId, UserId};
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::place::{Mark, Seq};
use chat_proto::request::history_read::{Page, Reaction, Standing};
use chat_proto::room::{Post, RoomChanges, RoomRole};
use chat_proto::text::{Emoji, TopicText};
use chat_proto::user::{Author, Color};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A small generator of repeatable randomness (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    /// Whether a thing of `n` in a hundred happens.
    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }
}

/// What a client gets, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Live entries.
    Live(Vec<Entry>),
    /// The client asks for a page.
    Request,
    /// A page that was asked for does not come.
    Fail,
    /// A page that was asked for.
    Page(Box<Page>),
}

pub fn me() -> UserId {
    UserId::parse("u1").unwrap()
}

pub fn epoch() -> Epoch {
    Epoch::parse("e1").unwrap()
}

const EMOJI: [&str; 3] = ["👍", "🎉", "❤️"];

/// A log that a server could have written.
pub struct Log {
    pub entries: Vec<Entry>,
    /// Tells its entries from those of another log at the same places.
    life: char,
}

impl Log {
    pub fn random(dice: &mut Dice, length: usize) -> Self {
        let mut log = Self { entries: Vec::new(), life: 'i' };
        log.push(dice, Body::Create(Create { name: RoomName::parse("room").unwrap(), people: Vec::new() }));
        log.grow(dice, length);
        log
    }

    /// A log of just that, all by the same author.
    pub fn of(bodies: impl IntoIterator<Item = Body>) -> Self {
        let mut log = Self { entries: Vec::new(), life: 'i' };
        bodies.into_iter().for_each(|body| log.push_by(author(2), body));
        log
    }

    /// A copy that was made when the log was so long, put back and written on to that length.
    pub fn copied_back(&self, dice: &mut Dice, copied: usize, length: usize) -> Self {
        let mut log = Self { entries: self.entries[..copied].to_vec(), life: 'j' };
        log.grow(dice, length);
        log
    }

    fn grow(&mut self, dice: &mut Dice, length: usize) {
        let log = self;
        let mut standing: BTreeMap<(Seq, Emoji), BTreeSet<UserId>> = BTreeMap::new();
        let mut gone = BTreeSet::new();
        for entry in &log.entries {
            match &entry.body {
                Body::React(React { target, emoji, on: true, .. }) => {
                    standing.entry((target.seq, emoji.clone())).or_default().insert(entry.author.id.clone());
                }
                Body::React(React { target, emoji, on: false, .. }) => {
                    standing.entry((target.seq, emoji.clone())).or_default().remove(&entry.author.id);
                }
                Body::Delete(delete) => {
                    gone.insert(delete.target.seq);
                }
                _ => {}
            }
        }
        while log.entries.len() < length {
            let author = author(1 + dice.below(3));
            let target = log.random_message(dice, &gone);
            let body = match (dice.below(100), target) {
                (0..25, Some(target)) => {
                    let emoji = Emoji::parse(EMOJI[dice.below(3) as usize]).unwrap();
                    let who = standing.entry((target.seq, emoji.clone())).or_default();
                    let on = !who.contains(&author.id);
                    if on {
                        who.insert(author.id.clone());
                    } else {
                        who.remove(&author.id);
                    }
                    Body::React(React { target, emoji, on, count: who.len() as u32 })
                }
                (25..40, Some(target)) => {
                    let text = format!("edit {}", dice.below(1000));
                    Body::Edit(Edit { target, content: Content::text(text), mentions: mentions(dice) })
                }
                (40..48, Some(target)) => {
                    gone.insert(target.seq);
                    Body::Delete(Delete { target })
                }
                (48..51, _) => Body::Topic(Topic { topic: TopicText::parse(format!("topic {}", dice.below(10))).unwrap() }),
                (51..54, _) => Body::Join(Join {}),
                (54..57, _) => Body::Leave(Leave {}),
                (57..59, _) => {
                    let fields = json!({"kind": "fireworks", "fallback": "fireworks!", "height": 3});
                    Body::Unknown(Unknown(fields.as_object().unwrap().clone()))
                }
                (59..60, _) => Body::Unknown(Unknown(json!({"kind": "whisper"}).as_object().unwrap().clone())),
                (60..64, _) => log.of_people(dice),
                (_, target) => {
                    let quoted = target.filter(|_| dice.percent(40)).map(|mark| log.quote(&mark));
                    let text = format!("text {}", dice.below(1000));
                    Body::Message(Message { content: Content::text(text), mentions: mentions(dice), reply_to: quoted })
                }
            };
            log.push_by(author, body);
        }
    }

    /// Somebody is asked in, added, removed or given a role, or the room changes.
    fn of_people(&self, dice: &mut Dice) -> Body {
        let user = author(1 + dice.below(3));
        let room = || (RoomId::parse("r2").unwrap(), RoomName::parse("other").unwrap());
        match dice.below(9) {
            0 => Body::Invite(Invite { user }),
            1 => Body::Add(Add { user }),
            2 => Body::Remove(Remove { user }),
            3 => Body::Role(Role { user, role: RoomRole::Moderator }),
            4 => Body::Settings(RoomChanges { archived: Some(dice.percent(50)), post: Some(Post::Moderators), ..RoomChanges::default() }),
            5 => Body::Invited(Invited { room: room().0, name: room().1 }),
            6 => Body::Removed(Removed { room: room().0, name: room().1 }),
            7 => Body::FriendNews(FriendNews { change: change(dice) }),
            _ => Body::FriendNote(FriendNote { user, change: change(dice) }),
        }
    }

    fn push(&mut self, dice: &mut Dice, body: Body) {
        self.push_by(author(1 + dice.below(3)), body);
    }

    fn push_by(&mut self, author: Author, body: Body) {
        let seq = self.entries.len() as Seq + 1;
        let n = self.entries.last().map_or(0, |entry| entry.n) + u64::from(body.counts());
        let id = EntryId::parse(format!("{}{seq}", self.life)).unwrap();
        let client_id = ClientId::parse(format!("c{seq}")).unwrap();
        self.entries.push(Entry { seq, id, time: 1_000 + seq * 10, author, client_id, n, body });
    }

    fn random_message(&self, dice: &mut Dice, gone: &BTreeSet<Seq>) -> Option<Mark> {
        let messages: Vec<_> =
            self.entries.iter().filter(|entry| matches!(entry.body, Body::Message(_)) && !gone.contains(&entry.seq)).collect();
        if messages.is_empty() {
            return None;
        }
        Some(messages[dice.below(messages.len() as u64) as usize].mark())
    }

    fn quote(&self, mark: &Mark) -> Quote {
        let entry = &self.entries[mark.seq as usize - 1];
        Quote { seq: mark.seq, id: mark.id.clone(), author: entry.author.clone(), text: "quoted".to_owned() }
    }

    /// The page that covers `from..=to`, read when the log ended at `head`.
    pub fn page(&self, from: Seq, to: Seq, head: Seq) -> Page {
        let known = &self.entries[..head as usize];
        let in_range = |seq: Seq| (from..=to).contains(&seq);
        let deleted: BTreeSet<Seq> = known
            .iter()
            .filter_map(|entry| match &entry.body {
                Body::Delete(delete) => Some(delete.target.seq),
                _ => None,
            })
            .collect();
        let entries = known.iter().filter(|entry| in_range(entry.seq) && entry.body.draws_line());
        let entries = entries.map(|entry| blanked(entry, &deleted)).collect();

        let mut edits: BTreeMap<Seq, &Entry> = BTreeMap::new();
        let mut amendments = Vec::new();
        let mut people: BTreeMap<Seq, BTreeMap<Emoji, BTreeSet<UserId>>> = BTreeMap::new();
        let mut touched = BTreeSet::new();
        for entry in known {
            match &entry.body {
                Body::Edit(edit) if !deleted.contains(&edit.target.seq) => {
                    edits.insert(edit.target.seq, entry);
                }
                Body::Delete(delete) if in_range(delete.target.seq) || in_range(entry.seq) => amendments.push(entry.clone()),
                Body::React(react) => {
                    let who = people.entry(react.target.seq).or_default().entry(react.emoji.clone()).or_default();
                    if react.on {
                        who.insert(entry.author.id.clone());
                    } else {
                        who.remove(&entry.author.id);
                    }
                    if in_range(entry.seq) || in_range(react.target.seq) {
                        touched.insert(react.target.seq);
                    }
                }
                _ => {}
            }
        }
        amendments.extend(edits.into_iter().filter(|(target, edit)| in_range(*target) || in_range(edit.seq)).map(|(_, edit)| edit.clone()));
        let reactions = touched
            .into_iter()
            .filter(|target| !deleted.contains(target))
            .map(|target| Standing { target, reactions: standing(&people[&target]) })
            .collect();
        Page {
            room: RoomId::parse("r1").unwrap(),
            epoch: epoch(),
            from,
            to: (to >= from).then(|| self.entries[to as usize - 1].mark()),
            head: self.entries[head as usize - 1].mark(),
            entries,
            amendments,
            reactions,
            hidden: Vec::new(),
        }
    }
}

fn standing(people: &BTreeMap<Emoji, BTreeSet<UserId>>) -> Vec<Reaction> {
    let reaction =
        |(emoji, who): (&Emoji, &BTreeSet<UserId>)| Reaction { emoji: emoji.clone(), count: who.len() as u32, mine: who.contains(&me()) };
    people.iter().filter(|(_, who)| !who.is_empty()).map(reaction).collect()
}

/// What the store leaves of an entry once deletions are done.
fn blanked(entry: &Entry, deleted: &BTreeSet<Seq>) -> Entry {
    let mut entry = entry.clone();
    if let Body::Message(message) = &mut entry.body {
        if deleted.contains(&entry.seq) {
            *message = Message { content: Content::text(""), mentions: Vec::new(), reply_to: None };
        }
        if let Some(quote) = &mut message.reply_to
            && deleted.contains(&quote.seq)
        {
            quote.text.clear();
        }
    }
    entry
}

fn author(number: u64) -> Author {
    Author {
        id: UserId::parse(format!("u{number}")).unwrap(),
        name: DisplayName::parse(format!("user {number}")).unwrap(),
        color: Color::parse("#7aa2f7").unwrap(),
        bot: number % 3 == 2,
    }
}

/// Some of these draw a line in the inbox of who is told, and some do not.
fn change(dice: &mut Dice) -> FriendChange {
    use FriendChange::{Accepted, Asked, Ended, Refused, Withdrawn};
    [Asked, Accepted, Refused, Withdrawn, Ended][dice.below(5) as usize]
}

fn mentions(dice: &mut Dice) -> Vec<UserId> {
    if dice.percent(20) { vec![me()] } else { Vec::new() }
}

/// A schedule in which a client that loses, repeats and refetches gets to the log's end.
pub fn schedule(seed: u64) -> (Log, Vec<Step>) {
    let mut dice = Dice::new(seed);
    let length = 2 + dice.below(60) as usize;
    let log = Log::random(&mut dice, length);
    let last = log.entries.len() as Seq;
    let mut steps = Vec::new();
    // What the server has committed, what it has sent live, and the pages that are on their way.
    let mut head = 1 + dice.below(last);
    let mut sent = head;
    let mut under_way: Vec<Page> = Vec::new();

    let first_from = 1 + dice.below(head);
    steps.push(Step::Request);
    steps.push(Step::Page(Box::new(log.page(first_from, head, head))));
    let mut cursor = head;
    let mut lost = false;

    while head < last || sent < head || !under_way.is_empty() {
        match dice.below(10) {
            0..=2 if head < last => head += 1 + dice.below((last - head).min(4)),
            3..=5 if sent < head => {
                let to = sent + 1 + dice.below((head - sent).min(4));
                let batch = log.entries[sent as usize..to as usize].to_vec();
                sent = to;
                if dice.percent(20) {
                    lost = true;
                } else {
                    if !lost {
                        cursor = to;
                    }
                    steps.push(Step::Live(batch));
                }
            }
            6 => {
                let from = dice.below(sent);
                let to = (from + 1 + dice.below(5)).min(sent);
                steps.push(Step::Live(log.entries[from as usize..to as usize].to_vec()));
            }
            7 if under_way.len() < 3 => {
                let (a, b) = (1 + dice.below(head), 1 + dice.below(head));
                steps.push(Step::Request);
                if dice.percent(15) {
                    steps.push(Step::Fail);
                } else {
                    under_way.push(log.page(a.min(b), a.max(b), head));
                }
            }
            8 | 9 if !under_way.is_empty() => {
                let page = under_way.swap_remove(dice.below(under_way.len() as u64) as usize);
                steps.push(Step::Page(Box::new(page)));
            }
            _ => {}
        }
    }
    // The link is quiet at last: the client reads on from its cursor to the head.
    let mut from = cursor.min(sent);
    while from < last {
        let to = (from + 1 + dice.below(20)).min(last);
        steps.push(Step::Request);
        steps.push(Step::Page(Box::new(log.page(from + 1, to, last))));
        from = to;
    }
    (log, steps)
}
