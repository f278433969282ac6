//! The decision on a batch of writes: which become entries, in which order, and what each caller
//! is told. Step 3 of the writer's transaction; what was checked earlier does not count.

use chat_proto::entry::{Body, Content, Create, Delete, Edit, Entry, Join, Leave, Message, React, Topic};
use chat_proto::error::{Code, Error};
use chat_proto::id::{ClientId, EntryId, Epoch, RoomId, UserId};
use chat_proto::limits;
use chat_proto::name::confusable_key;
use chat_proto::place::{Millis, Place};
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::stored::Stored;
use chat_proto::room::{Room, RoomKind};
use chat_proto::request::{MessageDelete, MessageEdit, MessageReact, MessageSend, RoomCreate};
use chat_proto::text::TopicText;
use chat_proto::user::UserKind;

use crate::domain::facts::{Creation, Facts, Known, RoomFacts, Target};
use crate::domain::random::Random;
use crate::domain::rates::Rates;
use crate::domain::write::{EntryRequest, Write, Written};

/// What a decision needs from outside.
pub struct Context<'a> {
    /// The time of the batch.
    pub now: Millis,
    /// For ids.
    pub random: &'a mut dyn Random,
    /// Who has written how much.
    pub rates: &'a mut Rates,
}

/// What is to be stored, and what each caller is told once it is.
#[derive(Debug, Default)]
pub struct Decision {
    /// Rooms to be made, before their entries.
    pub rooms: Vec<NewRoom>,
    /// Entries to be stored, in order.
    pub entries: Vec<NewEntry>,
    /// One outcome for each write of the batch, in order.
    pub outcomes: Vec<Result<Written, Error>>,
}

/// A room to be made.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// What it is called and about.
    pub room: Room,
    /// The life of its log.
    pub epoch: Epoch,
    /// Who makes it.
    pub creator: UserId,
    /// By which request.
    pub client_id: ClientId,
}

/// An entry to be stored.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The room.
    pub room: RoomId,
    /// The life of its log.
    pub epoch: Epoch,
    /// The entry.
    pub entry: Entry,
    /// The digest of the request.
    pub digest: i64,
    /// Whether the server itself wrote it, who is a member of nothing, also not of what it makes.
    pub by_server: bool,
}

/// Decides a batch, in order; each decision sees what the ones before it did.
pub fn decide(facts: &mut Facts, batch: &[Write], context: &mut Context<'_>) -> Decision {
    let mut decision = Decision::default();
    for write in batch {
        let outcome = match &write.request {
            EntryRequest::Create(create) => decide_creation(facts, write, create, context, &mut decision),
            _ => decide_entry(facts, write, context, &mut decision),
        };
        decision.outcomes.push(outcome);
    }
    decision
}

fn decide_entry(facts: &mut Facts, write: &Write, context: &mut Context<'_>, decision: &mut Decision) -> Result<Written, Error> {
    let Some(room) = write.request.room().and_then(|id| facts.rooms.get(id)).cloned() else {
        return Err(no_such_room());
    };
    let id = &room.room.id;
    let author = &write.author.id;
    let key = (id.clone(), author.clone(), write.request.client_id().clone());
    if let Some(known) = facts.known.get(&key) {
        return repeat(known.digest, write.digest).map(|()| Written::Stored(known.stored.clone()));
    }
    if let Some(after) = write.request.after()
        && !facts.known.contains_key(&(id.clone(), author.clone(), after.clone()))
    {
        return Err(Error::new(Code::OutOfOrder, "The message before this one is not stored yet."));
    }
    let is_member = facts.members.contains(&(id.clone(), author.clone()));
    if let (EntryRequest::Join(_), true, Some(head_id)) = (&write.request, is_member, &room.head_id) {
        // Nothing to write: the answer is where the room stands.
        return Ok(Written::Stored(Stored { seq: room.head, id: head_id.clone(), time: room.time, n: room.n }));
    }
    let body = body(facts, &room, write, is_member)?;
    charge(context, author)?;
    Ok(Written::Stored(push(facts, &room, write, body, context, decision)))
}

/// What the entry will say, or why it may not.
fn body(facts: &Facts, room: &RoomFacts, write: &Write, is_member: bool) -> Result<Body, Error> {
    if !is_member && !matches!(write.request, EntryRequest::Join(_)) && !may_visit(room, write) {
        return Err(Error::new(Code::Forbidden, format!("You are not in #{}. /join {} lets you in.", room.room.name, room.room.name)));
    }
    match &write.request {
        EntryRequest::Send(send) => say(facts, room, send).map(Body::Message),
        EntryRequest::Edit(edit) => edit_message(facts, room, write, edit).map(Body::Edit),
        EntryRequest::Delete(delete) => delete_message(facts, room, write, delete).map(Body::Delete),
        EntryRequest::React(react) => react_to(facts, room, write, react).map(Body::React),
        EntryRequest::Topic(request) => Ok(Body::Topic(Topic { topic: request.topic.clone() })),
        EntryRequest::Join(_) => Ok(Body::Join(Join {})),
        EntryRequest::Leave(_) if room.room.kind == RoomKind::Lobby && write.author.kind == UserKind::Guest => {
            Err(Error::new(Code::Forbidden, "The lobby is where guests are. Sign in to leave it."))
        }
        EntryRequest::Leave(_) => Ok(Body::Leave(Leave {})),
        EntryRequest::Create(_) => Err(Error::new(Code::Invalid, "A room is made by `room:create` alone.")),
    }
}

/// Who visits a public room may speak in it, and nothing else.
fn may_visit(room: &RoomFacts, write: &Write) -> bool {
    write.visiting && matches!(write.request, EntryRequest::Send(_)) && matches!(room.room.kind, RoomKind::Lobby | RoomKind::Public)
}

fn say(facts: &Facts, room: &RoomFacts, send: &MessageSend) -> Result<Message, Error> {
    let reply_to = match &send.reply_to {
        None => None,
        Some(place) => {
            let target = target(facts, room, place, "reply_to")?;
            if target.deleted {
                return Err(gone("The message that you answer was deleted."));
            }
            Some(target.quote(place.seq))
        }
    };
    let mentions = mentions(facts, &room.room.id, &send.mentions)?;
    Ok(Message { content: Content::text(send.content.text.as_str()), mentions, reply_to })
}

fn edit_message(facts: &Facts, room: &RoomFacts, write: &Write, edit: &MessageEdit) -> Result<Edit, Error> {
    own_message(facts, room, write, &edit.target)?;
    let mentions = mentions(facts, &room.room.id, &edit.mentions)?;
    Ok(Edit { target: mark(&edit.target), content: Content::text(edit.content.text.as_str()), mentions })
}

fn delete_message(facts: &Facts, room: &RoomFacts, write: &Write, delete: &MessageDelete) -> Result<Delete, Error> {
    own_message(facts, room, write, &delete.target)?;
    Ok(Delete { target: mark(&delete.target) })
}

fn react_to(facts: &Facts, room: &RoomFacts, write: &Write, react: &MessageReact) -> Result<React, Error> {
    let target = target(facts, room, &react.target, "target")?;
    if target.deleted {
        return Err(gone("The message was deleted."));
    }
    let standing = facts.reactions.get(&(room.room.id.clone(), react.target.seq));
    let people = standing.and_then(|standing| standing.get(&react.emoji));
    if react.on && people.is_none_or(|people| people.is_empty()) {
        let different = standing.map_or(0, |standing| standing.values().filter(|people| !people.is_empty()).count());
        if different >= limits::EMOJI_PER_MESSAGE {
            return Err(Error::invalid("emoji", format_args!("would be one too many: {different} different reactions stand there")));
        }
    }
    let others = people.map_or(0, |people| people.iter().filter(|user| **user != write.author.id).count());
    let count = others as u32 + u32::from(react.on);
    Ok(React { target: mark(&react.target), emoji: react.emoji.clone(), on: react.on, count })
}

fn own_message<'a>(facts: &'a Facts, room: &RoomFacts, write: &Write, place: &Place) -> Result<&'a Target, Error> {
    let target = target(facts, room, place, "target")?;
    if target.author.id != write.author.id {
        return Err(Error::new(Code::Forbidden, "Only its author can do that."));
    }
    if target.deleted {
        return Err(gone("The message was deleted."));
    }
    Ok(target)
}

/// The message that is pointed at: the same life of the log, and the same entry still there.
fn target<'a>(facts: &'a Facts, room: &RoomFacts, place: &Place, field: &str) -> Result<&'a Target, Error> {
    let found = facts.targets.get(&(room.room.id.clone(), place.seq));
    let Some(found) = found.filter(|found| found.id == place.id && room.epoch == place.epoch) else {
        let mut error = Error::new(Code::EpochChanged, "The room's log was made anew, and another entry stands there now.");
        error.field = Some(field.to_owned());
        return Err(error);
    };
    if !found.is_message {
        return Err(Error::invalid(field, "is not a message"));
    }
    Ok(found)
}

fn mentions(facts: &Facts, room: &RoomId, wished: &[UserId]) -> Result<Vec<UserId>, Error> {
    if wished.len() > limits::MENTIONS {
        return Err(Error::invalid("mentions", format_args!("names {} people; at most {} are allowed", wished.len(), limits::MENTIONS)));
    }
    let mut mentions: Vec<UserId> = Vec::new();
    for user in wished {
        if !mentions.contains(user) && facts.members.contains(&(room.clone(), user.clone())) {
            mentions.push(user.clone());
        }
    }
    Ok(mentions)
}

fn decide_creation(
    facts: &mut Facts,
    write: &Write,
    create: &RoomCreate,
    context: &mut Context<'_>,
    decision: &mut Decision,
) -> Result<Written, Error> {
    let key = (write.author.id.clone(), create.client_id.clone());
    if let Some(made) = facts.creations.get(&key) {
        let created = RoomCreated { room: made.room.clone(), stored: made.stored.clone() };
        return repeat(made.digest, write.digest).map(|()| Written::Created(created));
    }
    let name_key = confusable_key(create.name.as_str());
    if facts.taken_names.contains(&name_key) {
        let mut error = Error::new(
            Code::NameTaken,
            format!("There is a room #{} already, or one that looks like it. /join takes you in.", create.name),
        );
        error.field = Some("name".to_owned());
        return Err(error);
    }
    charge(context, &write.author.id)?;
    let empty = || TopicText::parse("").unwrap_or_else(|_| unreachable!("an empty topic is a topic"));
    let room = Room {
        id: RoomId::parse(context.random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}")),
        name: create.name.clone(),
        topic: create.topic.clone().unwrap_or_else(empty),
        kind: RoomKind::Public,
    };
    let epoch = Epoch::parse(context.random.id()).unwrap_or_else(|reason| unreachable!("a random epoch {reason}"));
    let fresh = RoomFacts { room: room.clone(), epoch: epoch.clone(), head: 0, head_id: None, time: 0, n: 0 };
    facts.taken_names.insert(name_key);
    facts.rooms.insert(room.id.clone(), fresh.clone());
    decision.rooms.push(NewRoom { room: room.clone(), epoch, creator: write.author.id.clone(), client_id: create.client_id.clone() });
    let stored = push(facts, &fresh, write, Body::Create(Create { name: create.name.clone() }), context, decision);
    facts.creations.insert(key, Creation { room: room.clone(), stored: stored.clone(), digest: Some(write.digest) });
    Ok(Written::Created(RoomCreated { room, stored }))
}

/// Gives the entry its place, and lets the facts know.
fn push(facts: &mut Facts, room: &RoomFacts, write: &Write, body: Body, context: &mut Context<'_>, decision: &mut Decision) -> Stored {
    let id = &room.room.id;
    let (seq, time) = (room.head + 1, room.time.max(context.now));
    let n = room.n + u64::from(matches!(body, Body::Message(_)));
    let entry = Entry {
        seq,
        id: EntryId::parse(context.random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}")),
        time,
        author: write.author.author(),
        client_id: write.request.client_id().clone(),
        n,
        body,
    };
    let stored = Stored { seq, id: entry.id.clone(), time, n };
    if let Some(room) = facts.rooms.get_mut(id) {
        (room.head, room.time, room.n) = (seq, time, n);
        room.head_id = Some(entry.id.clone());
        if let Body::Topic(topic) = &entry.body {
            room.room.topic = topic.topic.clone();
        }
    }
    let key = (id.clone(), write.author.id.clone(), entry.client_id.clone());
    facts.known.insert(key, Known { stored: stored.clone(), digest: Some(write.digest) });
    remember(facts, id, &entry);
    let by_server = write.author.kind == UserKind::Server;
    decision.entries.push(NewEntry { room: id.clone(), epoch: room.epoch.clone(), entry, digest: write.digest, by_server });
    stored
}

/// What the entry changes for the writes behind it in the same batch.
fn remember(facts: &mut Facts, room: &RoomId, entry: &Entry) {
    let author = &entry.author.id;
    match &entry.body {
        Body::Message(message) => {
            let target = Target {
                id: entry.id.clone(),
                author: entry.author.clone(),
                is_message: true,
                deleted: false,
                text: message.content.text.clone(),
            };
            facts.targets.insert((room.clone(), entry.seq), target);
        }
        Body::Edit(edit) => {
            if let Some(target) = facts.targets.get_mut(&(room.clone(), edit.target.seq)) {
                target.text.clone_from(&edit.content.text);
            }
        }
        Body::Delete(delete) => {
            let key = (room.clone(), delete.target.seq);
            facts.reactions.remove(&key);
            if let Some(target) = facts.targets.get_mut(&key) {
                target.deleted = true;
                target.text.clear();
            }
        }
        Body::React(react) => {
            let standing = facts.reactions.entry((room.clone(), react.target.seq)).or_default();
            let people = standing.entry(react.emoji.clone()).or_default();
            if react.on {
                people.insert(author.clone());
            } else {
                people.remove(author);
            }
        }
        Body::Join(_) | Body::Create(_) => {
            facts.members.insert((room.clone(), author.clone()));
        }
        Body::Leave(_) => {
            facts.members.remove(&(room.clone(), author.clone()));
        }
        Body::Topic(_) | Body::Unknown(_) => {}
    }
}

fn charge(context: &mut Context<'_>, author: &UserId) -> Result<(), Error> {
    context.rates.take(author, context.now).map_err(|wait| {
        let seconds = wait.div_ceil(1_000);
        Error::new(Code::SlowDown, format!("That is too much at once. Go on in {seconds} s.")).after(wait)
    })
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

fn mark(place: &Place) -> chat_proto::place::Mark {
    chat_proto::place::Mark { seq: place.seq, id: place.id.clone() }
}

fn gone(message: &str) -> Error {
    Error::new(Code::Deleted, message)
}

/// The same words for a room that does not exist and for one that the caller may not know of.
#[must_use]
pub fn no_such_room() -> Error {
    let mut error = Error::new(Code::NotFound, "There is no such room.");
    error.field = Some("room".to_owned());
    error
}
