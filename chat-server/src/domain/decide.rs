//! The decision on a batch of writes: which become entries, in which order, and what each caller
//! is told. Step 3 of the writer's transaction; what was checked earlier does not count.
//!
//! - `messages`: what is said, and what becomes of it; `rooms`: rooms are made and changed;
//! - `people`: who comes and goes; `friends`: who is whose friend; `remember`: what an entry changes for the writes behind it.

use chat_proto::entry::{Body, Entry, Join, Leave, Topic};
use chat_proto::error::{Code, Error};
use chat_proto::id::{ClientId, EntryId, Epoch, RoomId, UserId};
use chat_proto::name::JoinCode;
use chat_proto::place::{Mark, Millis, Place};
use chat_proto::request::friend_list::Friendship;
use chat_proto::request::stored::Stored;
use chat_proto::room::{History, Room, RoomKind, RoomRole, Visibility};
use chat_proto::user::{Author, User, UserKind};

use crate::domain::access::{Standing, What, is_open, may, no_such_room};
use crate::domain::facts::{Facts, Known, RoomFacts};
use crate::domain::random::Random;
use crate::domain::ranges::{Readable, points_at};
use crate::domain::rates::Rates;
use crate::domain::write::{EntryRequest, Write, Written};

mod friends;
mod messages;
mod people;
mod remember;
mod rooms;

pub use people::no_such_code;

use friends::Step;

/// What a decision needs from outside.
pub struct Context<'a> {
    /// The time of the batch.
    pub now: Millis,
    /// For ids.
    pub random: &'a mut dyn Random,
    /// Who has written how much.
    pub rates: &'a mut Rates,
    /// How much bots have written.
    pub bot_rates: &'a mut Rates,
    /// Who has asked how many people to be friends.
    pub questions: &'a mut Rates,
}

/// What is to be stored, and what each caller is told once it is.
#[derive(Debug, Default)]
pub struct Decision {
    /// Rooms to be made, before their entries.
    pub rooms: Vec<NewRoom>,
    /// Entries to be stored, in order.
    pub entries: Vec<NewEntry>,
    /// Join codes that somebody came in by, each as often as that.
    pub codes: Vec<JoinCode>,
    /// How accounts stand to one another from now on, in order.
    pub friendships: Vec<FriendshipChange>,
    /// One outcome for each write of the batch, in order.
    pub outcomes: Vec<Result<Written, Error>>,
}

/// How two accounts stand to one another from now on.
#[derive(Clone, Debug)]
pub struct FriendshipChange {
    /// One of them.
    pub user: UserId,
    /// The other.
    pub other: UserId,
    /// How it is to be told to the first; none where nothing is left between them.
    pub state: Friendship,
    /// Since when.
    pub since: Millis,
}

/// A room to be made.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// What it is called and about.
    pub room: Room,
    /// The key under which its name is unique.
    pub key: String,
    /// The life of its log.
    pub epoch: Epoch,
    /// Who makes it; of an inbox or of what friends read, whose it is.
    pub creator: UserId,
    /// By which request; none for what is made by the way.
    pub client_id: Option<ClientId>,
}

/// An entry to be stored.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The room.
    pub room: RoomId,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// The life of its log.
    pub epoch: Epoch,
    /// The entry.
    pub entry: Entry,
    /// The digest of the request.
    pub digest: i64,
    /// Who comes and goes by it.
    pub moves: Moves,
    /// Members who may not read what it points at.
    pub veiled_for: Vec<UserId>,
}

/// Who comes and goes by an entry. What the server itself makes it is no member of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Who is a member from this entry on, and in which role.
    pub joins: Vec<(UserId, RoomRole)>,
    /// Who is a member up to this entry.
    pub leaves: Vec<UserId>,
    /// Whose visits end with it: who visits a room hears what may be heard by everybody.
    pub visits_end: Visits,
}

/// The visits that end with an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visits {
    /// None.
    #[default]
    None,
    /// Those of the people who leave by it: they were removed, or the room is not everybody's.
    OfLeaving,
    /// All: the room is nobody's to visit any more.
    All,
}

impl Moves {
    fn joins(user: &UserId, role: RoomRole) -> Self {
        Self { joins: vec![(user.clone(), role)], ..Self::default() }
    }

    fn leaves(user: &UserId, visits_end: Visits) -> Self {
        Self { leaves: vec![user.clone()], visits_end, ..Self::default() }
    }
}

/// Decides a batch, in order; each decision sees what the ones before it did.
pub fn decide(facts: &mut Facts, batch: &[Write], context: &mut Context<'_>) -> Decision {
    let mut desk = Desk { facts, context, decision: Decision::default() };
    for write in batch {
        let outcome = match &write.request {
            EntryRequest::Create(create) => desk.create(write, create),
            EntryRequest::Direct(direct) => desk.open_direct(write, direct),
            EntryRequest::FriendAsk(request) => desk.befriend(write, Step::Ask, &request.user),
            EntryRequest::FriendAccept(request) => desk.befriend(write, Step::Accept, &request.user),
            EntryRequest::FriendRefuse(request) => desk.befriend(write, Step::Refuse, &request.user),
            EntryRequest::FriendRemove(request) => desk.befriend(write, Step::Remove, &request.user),
            EntryRequest::OpenFriends(_) => desk.open_friends(write),
            _ => desk.decide_entry(write),
        };
        desk.decision.outcomes.push(outcome);
    }
    desk.decision
}

/// Where a batch is decided.
struct Desk<'a, 'b> {
    facts: &'a mut Facts,
    context: &'a mut Context<'b>,
    decision: Decision,
}

/// An entry about to get its place.
struct Draft<'a> {
    author: Author,
    client_id: &'a ClientId,
    digest: i64,
    body: Body,
    moves: Moves,
}

impl<'a> Draft<'a> {
    fn of(write: &'a Write, body: Body, moves: Moves) -> Self {
        Self { author: write.author.author(), client_id: write.request.client_id(), digest: write.digest, body, moves }
    }

    /// What an entry brings along elsewhere, under an id of its own: the request's may stand there already.
    fn by(author: &User, client_id: &'a ClientId, body: Body, moves: Moves) -> Self {
        Self { author: author.author(), client_id, digest: 0, body, moves }
    }
}

impl Desk<'_, '_> {
    fn decide_entry(&mut self, write: &Write) -> Result<Written, Error> {
        let Some(room) = write.request.room().and_then(|id| self.facts.rooms.get(id)).cloned() else {
            return Err(no_such_room());
        };
        let id = &room.room.id;
        let author = &write.author.id;
        let key = (id.clone(), author.clone(), write.request.client_id().clone());
        if let Some(known) = self.facts.known.get(&key) {
            return repeat(known.digest, write.digest).map(|()| Written::Stored(known.stored.clone()));
        }
        if let Some(after) = write.request.after()
            && !self.facts.known.contains_key(&(id.clone(), author.clone(), after.clone()))
        {
            return Err(Error::new(Code::OutOfOrder, "The message before this one is not stored yet."));
        }
        let who = self.standing(write, id);
        if let (EntryRequest::Join(_), Some(_), Some(head_id)) = (&write.request, who.member, &room.head_id) {
            // Nothing to write: the answer is where the room stands.
            return Ok(Written::Stored(Stored { seq: room.head, id: head_id.clone(), time: room.time, n: room.n }));
        }
        let (body, moves) = self.body(&room, write, &who)?;
        self.charge(write)?;
        let notice = self.notice(&room, &body, write);
        let stored = self.push(&room, Draft::of(write, body, moves));
        if let Some((user, body)) = notice {
            let client_id = self.client_id();
            self.tell(&user, Draft::by(&write.author, &client_id, body, Moves::default()));
        }
        Ok(Written::Stored(stored))
    }

    /// How the author of a write stands to a room.
    fn standing(&self, write: &Write, room: &RoomId) -> Standing {
        let key = (room.clone(), write.author.id.clone());
        Standing {
            invited: self.facts.invited.contains(&key),
            former: self.facts.former.contains(&key),
            visiting: write.visiting,
            passing: write.passing,
            ..Standing::of(&write.author, self.facts.members.get(&key).copied())
        }
    }

    /// What the entry will say and who comes or goes by it, or why it may not.
    fn body(&mut self, room: &RoomFacts, write: &Write, who: &Standing) -> Result<(Body, Moves), Error> {
        let allowed = |what: What| may(who, what, &room.room);
        let stays = |body: Body| Ok((body, Moves::default()));
        match &write.request {
            EntryRequest::Send(send) => {
                allowed(What::Say)?;
                stays(Body::Message(messages::say(self.facts, room, write, send)?))
            }
            EntryRequest::Edit(edit) => {
                allowed(What::AmendOwn)?;
                stays(Body::Edit(messages::edit(self.facts, room, write, edit)?))
            }
            EntryRequest::Delete(delete) => {
                allowed(What::AmendOwn)?;
                stays(Body::Delete(messages::delete(self.facts, room, write, who, delete)?))
            }
            EntryRequest::React(react) => {
                allowed(What::React)?;
                stays(Body::React(messages::react(self.facts, room, write, react)?))
            }
            EntryRequest::Topic(request) => {
                allowed(What::SetTopic)?;
                stays(Body::Topic(Topic { topic: request.topic.clone() }))
            }
            EntryRequest::Configure(configure) => {
                let changes = rooms::configure(self.facts, room, who, configure)?;
                let closes = changes.visibility == Some(Visibility::Private);
                let visits_end = if closes { Visits::All } else { Visits::None };
                Ok((Body::Settings(changes), Moves { visits_end, ..Moves::default() }))
            }
            EntryRequest::Join(join) => {
                self.come_in(room, write, who, join)?;
                Ok((Body::Join(Join {}), Moves::joins(&write.author.id, RoomRole::Member)))
            }
            EntryRequest::Leave(_) => {
                allowed(if write.for_good { What::LeaveForGood } else { What::Leave })?;
                // Whoever leaves a room that is everybody's may go on visiting it by a page of old.
                let visits = if is_open(room.room.kind) { Visits::None } else { Visits::OfLeaving };
                Ok((Body::Leave(Leave {}), Moves::leaves(&write.author.id, visits)))
            }
            EntryRequest::Invite(invite) => {
                allowed(What::Invite)?;
                stays(Body::Invite(people::invite(self.facts, room, invite)?))
            }
            EntryRequest::Add(add) => {
                let is_bot = self.facts.people.get(&add.user).is_some_and(|user| user.kind == UserKind::Bot);
                allowed(if is_bot { What::AddBot } else { What::Add })?;
                people::add(self.facts, room, add)
            }
            EntryRequest::Remove(remove) => people::remove(self.facts, room, write, who, remove),
            EntryRequest::Role(role) => {
                allowed(What::GiveRole)?;
                stays(Body::Role(people::role(self.facts, room, write, role)?))
            }
            EntryRequest::Create(_)
            | EntryRequest::Direct(_)
            | EntryRequest::FriendAsk(_)
            | EntryRequest::FriendAccept(_)
            | EntryRequest::FriendRefuse(_)
            | EntryRequest::FriendRemove(_)
            | EntryRequest::OpenFriends(_) => Err(Error::new(Code::Invalid, "That names no room to write to.")),
        }
    }

    /// Gives the entry its place, and lets the facts know.
    fn push(&mut self, room: &RoomFacts, draft: Draft<'_>) -> Stored {
        let id = &room.room.id;
        let (seq, time) = (room.head + 1, room.time.max(self.context.now));
        let n = room.n + u64::from(draft.body.counts());
        let entry = Entry {
            seq,
            id: EntryId::parse(self.context.random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}")),
            time,
            author: draft.author,
            client_id: draft.client_id.clone(),
            n,
            body: draft.body,
        };
        let stored = Stored { seq, id: entry.id.clone(), time, n };
        if let Some(room) = self.facts.rooms.get_mut(id) {
            (room.head, room.time, room.n) = (seq, time, n);
            room.head_id = Some(entry.id.clone());
        }
        let key = (id.clone(), entry.author.id.clone(), entry.client_id.clone());
        self.facts.known.insert(key, Known { stored: stored.clone(), digest: Some(draft.digest) });
        let veiled_for = self.veiled_for(&room.room, &entry);
        remember::remember(self.facts, id, &entry, &draft.moves);
        let (kind, epoch, room) = (room.room.kind, room.epoch.clone(), id.clone());
        self.decision.entries.push(NewEntry { room, kind, epoch, entry, digest: draft.digest, moves: draft.moves, veiled_for });
        stored
    }

    /// For an entry that no client asked for by itself.
    fn client_id(&mut self) -> ClientId {
        ClientId::parse(self.context.random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"))
    }

    /// The members who may not read what an entry points at, where not everybody may read everything.
    fn veiled_for(&self, room: &Room, entry: &Entry) -> Vec<UserId> {
        let (History::Joined, Some(seq)) = (room.settings.history, points_at(&entry.body)) else { return Vec::new() };
        let members = self.facts.ranges.get(&room.id).into_iter().flatten();
        let veiled = members.filter(|(_, ranges)| !Readable::of_member(History::Joined, ranges).contains(seq));
        veiled.map(|(user, _)| user.clone()).collect()
    }

    /// What the server's operator does is never too much.
    fn charge(&mut self, write: &Write) -> Result<(), Error> {
        if write.for_good || write.author.kind == UserKind::Server {
            return Ok(());
        }
        let is_bot = write.author.kind == UserKind::Bot;
        let rates = if is_bot { &mut *self.context.bot_rates } else { &mut *self.context.rates };
        rates.take(&write.author.id, self.context.now).map_err(|wait| {
            let seconds = wait.div_ceil(1_000);
            Error::new(Code::SlowDown, format!("That is too much at once. Go on in {seconds} s.")).after(wait)
        })
    }
}

/// A repeat gets the first result; a blanked row answers it without comparing.
fn repeat(stored: Option<i64>, digest: i64) -> Result<(), Error> {
    match stored {
        Some(stored) if stored != digest => {
            let mut error = Error::new(Code::Conflict, "This client id was used for something else already.");
            error.field = Some("client_id".to_owned());
            Err(error)
        }
        _ => Ok(()),
    }
}

fn mark(place: &Place) -> Mark {
    Mark { seq: place.seq, id: place.id.clone() }
}

fn field(mut error: Error, field: &str) -> Error {
    error.field = Some(field.to_owned());
    error
}
