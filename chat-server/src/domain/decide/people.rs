//! Who comes and goes, who is asked in, and who talks with whom.

use chat_proto::entry::{Add, Body, Create, Invite, Invited, Remove, Removed, Role};
use chat_proto::error::{Code, Error};
use chat_proto::id::UserId;
use chat_proto::limits;
use chat_proto::name::RoomName;
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::stored::Stored;
use chat_proto::request::{DirectOpen, RoomAdd, RoomInvite, RoomJoin, RoomRemove, RoomSetRole};
use chat_proto::room::{Room, RoomKind, RoomRole, RoomSettings};
use chat_proto::user::{User, UserKind};

use crate::domain::access::{Standing, What, may};
use crate::domain::decide::rooms::empty;
use crate::domain::decide::{Desk, Draft, Moves, Visits, field};
use crate::domain::facts::{Facts, RoomFacts, direct_key, inbox_key};
use crate::domain::write::{Write, Written};

impl Desk<'_, '_> {
    /// Somebody may join, if by a join code, then by using it.
    pub(super) fn come_in(&mut self, room: &RoomFacts, write: &Write, who: &Standing, join: &RoomJoin) -> Result<(), Error> {
        let Some(code) = &join.code else { return may(who, What::Join, &room.room) };
        let known = self.facts.codes.get_mut(code).filter(|known| known.room == room.room.id);
        let Some(known) = known.filter(|known| known.expires > self.context.now && known.uses_left > 0) else {
            return Err(no_such_code());
        };
        may(&Standing { invited: true, ..who.clone() }, What::Join, &room.room)?;
        if write.passing && room.room.kind == RoomKind::Private {
            return Err(Error::new(Code::Forbidden, "A guest who keeps nothing cannot be in a private room. Come in with a name first."));
        }
        known.uses_left -= 1;
        self.decision.codes.push(code.clone());
        Ok(())
    }

    /// What an account is told in its inbox of an entry that is about it.
    pub(super) fn notice(&self, room: &RoomFacts, body: &Body, write: &Write) -> Option<(User, Body)> {
        let (id, name) = (room.room.id.clone(), room.room.name.clone());
        let (user, body) = match body {
            Body::Invite(invite) => (&invite.user.id, Body::Invited(Invited { room: id, name })),
            Body::Remove(remove) => (&remove.user.id, Body::Removed(Removed { room: id, name })),
            _ => return None,
        };
        let user = self.facts.people.get(user).filter(|user| user.kind == UserKind::Account && user.id != write.author.id)?;
        Some((user.clone(), body))
    }

    /// Writes into somebody's inbox, which is made with its first notice.
    pub(super) fn tell(&mut self, user: &User, draft: Draft<'_>) -> Stored {
        let known = self.facts.inboxes.get(&user.id).and_then(|id| self.facts.rooms.get(id)).cloned();
        let inbox = known.unwrap_or_else(|| {
            let inbox = self.make_own(user, RoomKind::Inbox, RoomSettings::default(), inbox_key(&user.id), RoomRole::Member);
            self.facts.inboxes.insert(user.id.clone(), inbox.room.id.clone());
            inbox
        });
        self.push(&inbox, draft)
    }

    /// Makes a room that comes with an account, when it is first needed.
    pub(super) fn make_own(&mut self, user: &User, kind: RoomKind, settings: RoomSettings, key: String, role: RoomRole) -> RoomFacts {
        let name = if kind == RoomKind::Inbox { "inbox" } else { "friends" };
        let name = RoomName::parse(name).unwrap_or_else(|reason| unreachable!("a made name {reason}"));
        let room = Room { settings, ..self.quiet_room(name.clone(), kind) };
        let made = self.make(room, key, &user.id, None);
        let (client_id, body) = (self.client_id(), Body::Create(Create { name, people: Vec::new() }));
        self.push(&made, Draft::by(user, &client_id, body, Moves::joins(&user.id, role)));
        self.facts.rooms.get(&made.room.id).cloned().unwrap_or(made)
    }

    /// Somebody opens the conversation with these people.
    pub(super) fn open_direct(&mut self, write: &Write, direct: &DirectOpen) -> Result<Written, Error> {
        if write.passing || write.author.kind == UserKind::Server {
            return Err(Error::new(Code::Forbidden, "A guest who keeps nothing has no conversations. Come in with a name first."));
        }
        let mut others: Vec<User> = Vec::new();
        for id in direct.users.iter().filter(|id| **id != write.author.id) {
            let person = self.facts.people.get(id).filter(|person| matches!(person.kind, UserKind::Account | UserKind::Guest));
            let Some(person) = person else { return Err(field(nobody(), "users")) };
            if !others.contains(person) {
                others.push(person.clone());
            }
        }
        if others.is_empty() || others.len() >= limits::DIRECT_PEOPLE {
            let most = limits::DIRECT_PEOPLE - 1;
            return Err(Error::invalid("users", format_args!("names {} others; 1 to {most} are allowed", others.len())));
        }
        let key = direct_key(&write.author.id, &direct.users);
        let known = self.facts.directs.get(&key).and_then(|id| self.facts.rooms.get(id));
        if let Some(known) = known {
            // Nothing to write: it is there, and the answer is where it stands.
            let id = known.head_id.clone().ok_or_else(nobody)?;
            let stored = Stored { seq: known.head, id, time: known.time, n: known.n };
            return Ok(Written::Created(RoomCreated { room: known.room.clone(), stored }));
        }
        self.charge(write)?;
        // Nobody sees the name; it stands in exports and logs.
        let digits = key.split(' ').nth(1).unwrap_or(&key);
        let name = RoomName::parse(format!("direct-{}", &digits[..16.min(digits.len())]));
        let name = name.unwrap_or_else(|reason| unreachable!("a made name {reason}"));
        let room = self.quiet_room(name.clone(), RoomKind::Direct);
        let made = self.make(room, key.clone(), &write.author.id, Some(direct.client_id.clone()));
        self.facts.directs.insert(key, made.room.id.clone());
        let mut moves = Moves::joins(&write.author.id, RoomRole::Member);
        moves.joins.extend(others.iter().map(|person| (person.id.clone(), RoomRole::Member)));
        let body = Body::Create(Create { name, people: others.iter().map(User::author).collect() });
        let stored = self.push(&made, Draft::of(write, body, moves));
        Ok(Written::Created(RoomCreated { room: made.room, stored }))
    }

    fn quiet_room(&mut self, name: RoomName, kind: RoomKind) -> Room {
        Room { id: self.room_id(), name, title: empty(), topic: empty(), kind, settings: RoomSettings::default() }
    }
}

/// Somebody is asked in.
pub(super) fn invite(facts: &Facts, room: &RoomFacts, invite: &RoomInvite) -> Result<Invite, Error> {
    let user = person(facts, &invite.user)?;
    if user.kind != UserKind::Account {
        let message = "Only accounts are invited by name. A guest comes in by a join code: /invite makes one.";
        return Err(field(Error::new(Code::Forbidden, message), "user"));
    }
    if facts.members.contains_key(&(room.room.id.clone(), user.id.clone())) {
        return Err(Error::invalid("user", "is in the room already"));
    }
    Ok(Invite { user: user.author() })
}

/// Somebody is made a member who was not asked.
pub(super) fn add(facts: &Facts, room: &RoomFacts, add: &RoomAdd) -> Result<(Body, Moves), Error> {
    let user = person(facts, &add.user)?;
    if !matches!(user.kind, UserKind::Account | UserKind::Bot) {
        return Err(Error::invalid("user", "is neither an account nor a bot"));
    }
    if matches!(room.room.kind, RoomKind::Direct | RoomKind::Inbox | RoomKind::Friends) {
        return Err(Error::new(Code::Forbidden, "Nobody comes into a conversation."));
    }
    if facts.members.contains_key(&(room.room.id.clone(), user.id.clone())) {
        return Err(Error::invalid("user", "is in the room already"));
    }
    Ok((Body::Add(Add { user: user.author() }), Moves::joins(&user.id, RoomRole::Member)))
}

/// Somebody's membership ends, or their invitation.
pub(super) fn remove(facts: &Facts, room: &RoomFacts, write: &Write, who: &Standing, remove: &RoomRemove) -> Result<(Body, Moves), Error> {
    let key = (room.room.id.clone(), remove.user.clone());
    let role = facts.members.get(&key).copied();
    may(who, What::Remove(role.unwrap_or_default()), &room.room)?;
    if matches!(room.room.kind, RoomKind::Direct | RoomKind::Inbox | RoomKind::Friends) {
        return Err(Error::new(Code::Forbidden, "Nobody leaves a conversation."));
    }
    if remove.user == write.author.id {
        return Err(Error::invalid("user", "is yourself: leave the room instead"));
    }
    if role.is_none() && !facts.invited.contains(&key) {
        return Err(Error::invalid("user", "is not in the room"));
    }
    let user = person(facts, &remove.user)?;
    let moves = if role.is_some() { Moves::leaves(&user.id, Visits::OfLeaving) } else { Moves::default() };
    Ok((Body::Remove(Remove { user: user.author() }), moves))
}

/// Somebody gets a role.
pub(super) fn role(facts: &Facts, room: &RoomFacts, write: &Write, request: &RoomSetRole) -> Result<Role, Error> {
    if !facts.members.contains_key(&(room.room.id.clone(), request.user.clone())) {
        return Err(Error::invalid("user", "is not in the room"));
    }
    if request.user == write.author.id {
        // Else the last owner could leave a room without one.
        return Err(Error::invalid("user", "is yourself: another owner can do that"));
    }
    Ok(Role { user: person(facts, &request.user)?.author(), role: request.role })
}

fn person<'a>(facts: &'a Facts, user: &UserId) -> Result<&'a User, Error> {
    facts.people.get(user).ok_or_else(|| field(nobody(), "user"))
}

pub(super) fn nobody() -> Error {
    Error::new(Code::NotFound, "There is no such person.")
}

/// The same words for a code that never was and for one that is used up.
#[must_use]
pub fn no_such_code() -> Error {
    field(Error::new(Code::NotFound, "That join code lets nobody in: it is mistyped, used up or over."), "code")
}
