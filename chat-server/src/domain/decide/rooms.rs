//! Rooms are made and changed.

use chat_proto::entry::{Body, Create};
use chat_proto::error::{Code, Error};
use chat_proto::id::{Epoch, RoomId, UserId};
use chat_proto::name::RoomName;
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::{RoomConfigure, RoomCreate};
use chat_proto::room::{History, Room, RoomChanges, RoomKind, RoomRole, RoomSettings, Visibility};
use chat_proto::text::TopicText;
use chat_proto::user::UserKind;

use crate::domain::access::{Standing, What, is_open, may};
use crate::domain::decide::{Desk, Draft, Moves, NewRoom, field, repeat};
use crate::domain::facts::{Creation, Facts, RoomFacts, name_key, private_key};
use crate::domain::write::{Write, Written};

impl Desk<'_, '_> {
    /// Somebody makes a room.
    pub(super) fn create(&mut self, write: &Write, create: &RoomCreate) -> Result<Written, Error> {
        let key = (write.author.id.clone(), create.client_id.clone());
        if let Some(made) = self.facts.creations.get(&key) {
            let created = RoomCreated { room: made.room.clone(), stored: made.stored.clone() };
            return repeat(made.digest, write.digest).map(|()| Written::Created(created));
        }
        let is_private = create.visibility == Some(Visibility::Private);
        if is_private && write.passing {
            return Err(Error::new(Code::Forbidden, "A guest who keeps nothing cannot keep a private room. Come in with a name first."));
        }
        let name_key = name_key(create.name.as_str());
        if !is_private && self.facts.taken_names.contains(&name_key) {
            return Err(name_taken(&create.name));
        }
        self.charge(write)?;
        let room = Room {
            id: self.room_id(),
            name: create.name.clone(),
            title: create.title.clone().unwrap_or_else(empty),
            topic: create.topic.clone().unwrap_or_else(empty),
            kind: if is_private { RoomKind::Private } else { RoomKind::Public },
            settings: RoomSettings { history: create.history.unwrap_or(History::All), ..RoomSettings::default() },
        };
        let taken = if is_private { private_key(&room.id) } else { name_key };
        // What the server makes itself it is no member of.
        let by_server = write.author.kind == UserKind::Server;
        let moves = if by_server { Moves::default() } else { Moves::joins(&write.author.id, RoomRole::Owner) };
        let made = self.make(room, taken, &write.author.id, Some(create.client_id.clone()));
        let body = Body::Create(Create { name: create.name.clone(), people: Vec::new() });
        let stored = self.push(&made, Draft::of(write, body, moves));
        let room = made.room;
        self.facts.creations.insert(key, Creation { room: room.clone(), stored: stored.clone(), digest: Some(write.digest) });
        Ok(Written::Created(RoomCreated { room, stored }))
    }

    /// Puts a room where it will be found, still without an entry.
    pub(super) fn make(&mut self, room: Room, key: String, creator: &UserId, client_id: Option<chat_proto::id::ClientId>) -> RoomFacts {
        let epoch = Epoch::parse(self.context.random.id()).unwrap_or_else(|reason| unreachable!("a random epoch {reason}"));
        let fresh = RoomFacts { room: room.clone(), epoch: epoch.clone(), head: 0, head_id: None, time: 0, n: 0 };
        self.facts.taken_names.insert(key.clone());
        self.facts.rooms.insert(room.id.clone(), fresh.clone());
        self.decision.rooms.push(NewRoom { room, key, epoch, creator: creator.clone(), client_id });
        fresh
    }

    pub(super) fn room_id(&mut self) -> RoomId {
        RoomId::parse(self.context.random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"))
    }
}

/// What changes about a room.
pub(super) fn configure(facts: &Facts, room: &RoomFacts, who: &Standing, request: &RoomConfigure) -> Result<RoomChanges, Error> {
    let RoomChanges { name, title, visibility, post, invite, history, archived } = &request.changes;
    if request.changes.is_empty() {
        return Err(Error::invalid("changes", "is empty"));
    }
    if *archived == Some(false) {
        may(who, What::Reopen, &room.room)?;
    }
    // What is opened again by this very request can be changed by it.
    let mut open = room.room.clone();
    open.settings.archived &= *archived != Some(false);
    if title.is_some() || post.is_some() || invite.is_some() {
        may(who, What::Configure, &open)?;
    }
    if name.is_some() || visibility.is_some() || history.is_some() || *archived == Some(true) {
        may(who, What::Rule, &open)?;
    }
    let mut after = room.room.clone();
    request.changes.apply(&mut after);
    let is_new = !is_open(room.room.kind) || name_key(room.room.name.as_str()) != name_key(after.name.as_str());
    if is_open(after.kind) && is_new && facts.taken_names.contains(&name_key(after.name.as_str())) {
        return Err(name_taken(&after.name));
    }
    Ok(request.changes.clone())
}

fn name_taken(name: &RoomName) -> Error {
    let message = format!("There is a room #{name} already, or one that looks like it. /join takes you in.");
    field(Error::new(Code::NameTaken, message), "name")
}

pub(super) fn empty() -> TopicText {
    TopicText::parse("").unwrap_or_else(|_| unreachable!("an empty topic is a topic"))
}
