//! Who is here. Several connections of one user are one person: online while one of them is at
//! the keys, away while all are away, offline thirty seconds after the last one ended.
//!
//! ```text
//!            connected            all connections away
//! (unknown) ───────────▶ online ◀──────────────────────▶ away
//!                          ▲   │ last connection ended      │
//!                connected │   ▼                            │
//!                        leaving ◀──────────────────────────┘
//!                          │ OFFLINE_MS later
//!                          ▼
//!                       offline, forgotten
//! ```
//! Somebody who is leaving is still shown as they were. Frames go out per room at most once a
//! second, with changes, or above [`PRESENCE_MEMBERS`](limits::PRESENCE_MEMBERS) with counts alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chat_proto::event::PresenceChanged;
use chat_proto::id::{RoomId, UserId};
use chat_proto::limits;
use chat_proto::place::Millis;
use chat_proto::request::sync::RoomPresence;
use chat_proto::user::{Member, Presence as State, User, UserKind};

/// One connection, by a number that this process gave it.
pub type ConnectionId = u64;

/// How often one room gets a frame at most.
const FRAME_MS: u64 = 1_000;

/// Everybody who is here, and the rooms they are in.
#[derive(Debug, Default)]
pub struct Presence {
    users: HashMap<UserId, Here>,
    rooms: HashMap<RoomId, Room>,
}

#[derive(Debug)]
struct Here {
    user: User,
    connections: BTreeMap<ConnectionId, bool>,
    leaving_at: Option<Millis>,
    shown: State,
    rooms: BTreeSet<RoomId>,
    /// The rooms that connections visit without being there by membership, as far as this process knows.
    visits: BTreeMap<ConnectionId, Vec<Visit>>,
}

#[derive(Debug)]
struct Visit {
    room: RoomId,
    /// They are a member of it all the same, by what is stored.
    is_member: bool,
}

/// Somebody who is in a room no longer.
#[derive(Debug)]
struct Gone {
    user: User,
    /// They are its member still, and offline.
    is_member: bool,
}

#[derive(Debug, Default)]
struct Room {
    present: BTreeSet<UserId>,
    /// Those who are gone or left since the last frame, for whom nothing else tells who they were.
    gone: HashMap<UserId, Gone>,
    changed: BTreeSet<UserId>,
    dirty: bool,
    last_frame: Millis,
    /// Members that are stored: in the lobby the accounts, elsewhere everybody.
    stored_members: u32,
    is_lobby: bool,
}

impl Here {
    /// The rooms that a connection visits.
    fn visited(&self, connection: ConnectionId) -> Vec<RoomId> {
        self.visits.get(&connection).into_iter().flatten().map(|visit| visit.room.clone()).collect()
    }

    /// Forgets visits, without a word to anybody.
    fn stop_visits(&mut self, ended: impl Fn(&Visit) -> bool) {
        self.visits.retain(|_, visits| {
            visits.retain(|visit| !ended(visit));
            !visits.is_empty()
        });
    }
}

impl Presence {
    /// A connection of that user, who is in those rooms.
    pub fn connected(&mut self, connection: ConnectionId, user: &User, rooms: impl IntoIterator<Item = RoomId>) {
        let here = self.users.entry(user.id.clone()).or_insert_with(|| Here {
            user: user.clone(),
            connections: BTreeMap::new(),
            leaving_at: None,
            shown: State::Offline,
            rooms: BTreeSet::new(),
            visits: BTreeMap::new(),
        });
        here.connections.insert(connection, false);
        here.leaving_at = None;
        for room in rooms {
            if here.rooms.insert(room.clone()) {
                self.rooms.entry(room).or_default().present.insert(user.id.clone());
            }
        }
        self.refresh(&user.id);
    }

    /// A connection ended.
    pub fn disconnected(&mut self, connection: ConnectionId, user: &UserId, now: Millis) {
        let Some(here) = self.users.get_mut(user) else { return };
        here.connections.remove(&connection);
        if here.connections.is_empty() {
            here.leaving_at = Some(now + limits::OFFLINE_MS);
        } else {
            self.refresh(user);
        }
    }

    /// A connection of that user, who is not there as a member, is in those rooms now, and no longer in
    /// others that it visited before. Beside each stands whether they are a member by what is stored.
    pub fn visits(&mut self, connection: ConnectionId, user: &User, rooms: &[(RoomId, bool)]) {
        let visited: Vec<RoomId> = self.users.get(&user.id).map(|here| here.visited(connection)).unwrap_or_default();
        for left in visited.iter().filter(|room| !rooms.iter().any(|(now, _)| now == *room)) {
            self.stop_visit(connection, &user.id, left);
        }
        self.connected(connection, user, []);
        for (room, is_member) in rooms.iter().filter(|(room, _)| !visited.contains(room)) {
            let is_there = self.users.get(&user.id).is_some_and(|here| here.rooms.contains(room));
            self.connected(connection, user, [room.clone()]);
            if let Some(here) = self.users.get_mut(&user.id) {
                let as_guest = here.visits.values().flatten().any(|visit| visit.room == *room);
                if !is_there || as_guest {
                    here.visits.entry(connection).or_default().push(Visit { room: room.clone(), is_member: *is_member });
                }
            }
            if !is_there {
                self.mark(room, &user.id);
            }
        }
    }

    /// A visitor's connection ended: without another one they are gone at once.
    pub fn visit_ended(&mut self, connection: ConnectionId, user: &UserId, now: Millis) {
        let visited = self.users.get(user).map(|here| here.visited(connection)).unwrap_or_default();
        visited.iter().for_each(|room| self.stop_visit(connection, user, room));
        self.disconnected(connection, user, now);
        if let Some(here) = self.users.get_mut(user).filter(|here| here.leaving_at.is_some() && here.user.kind == UserKind::Guest) {
            here.leaving_at = Some(now);
        }
    }

    fn stop_visit(&mut self, connection: ConnectionId, user: &UserId, room: &RoomId) {
        let Some(here) = self.users.get_mut(user) else { return };
        let Some(visits) = here.visits.get_mut(&connection) else { return };
        let Some(ended) = visits.iter().position(|visit| visit.room == *room).map(|index| visits.swap_remove(index)) else { return };
        if visits.is_empty() {
            here.visits.remove(&connection);
        }
        if here.visits.values().flatten().any(|visit| visit.room == *room) {
            return;
        }
        here.rooms.remove(room);
        let gone = Gone { user: here.user.clone(), is_member: ended.is_member };
        if let Some(known) = self.rooms.get_mut(room) {
            known.present.remove(user);
            known.gone.insert(user.clone(), gone);
        }
        self.mark(room, user);
    }

    /// One connection's user is away from it, or back.
    pub fn set_away(&mut self, connection: ConnectionId, user: &UserId, away: bool) {
        if let Some(known) = self.users.get_mut(user).and_then(|here| here.connections.get_mut(&connection)) {
            *known = away;
            self.refresh(user);
        }
    }

    /// The user is a member of that room from now on.
    pub fn joined(&mut self, user: &UserId, room: &RoomId) {
        let known = self.rooms.entry(room.clone()).or_default();
        known.stored_members += 1;
        known.dirty = true;
        if let Some(here) = self.users.get_mut(user) {
            // Who visited is there in their own right from now on.
            here.stop_visits(|visit| visit.room == *room);
            if here.rooms.insert(room.clone()) {
                known.present.insert(user.clone());
                known.changed.insert(user.clone());
            }
        }
    }

    /// The user is a member of that room no longer.
    pub fn left(&mut self, user: &UserId, room: &RoomId) {
        let Some(known) = self.rooms.get_mut(room) else { return };
        known.stored_members = known.stored_members.saturating_sub(1);
        known.dirty = true;
        if let Some(here) = self.users.get_mut(user)
            && here.rooms.remove(room)
        {
            // Who was there as a member has nothing to tell there by going.
            here.stop_visits(|visit| visit.room == *room && visit.is_member);
            known.present.remove(user);
            known.changed.insert(user.clone());
            known.gone.insert(user.clone(), Gone { user: here.user.clone(), is_member: false });
        }
    }

    /// The user is called or coloured differently from now on, or became an account.
    pub fn renamed(&mut self, user: &User) {
        let Some(here) = self.users.get_mut(&user.id) else { return };
        here.user = user.clone();
        for room in here.rooms.clone() {
            self.mark(&room, &user.id);
        }
    }

    /// A guest who is in that room became a stored member: of the lobby, by registering.
    pub fn settled(&mut self, room: &RoomId) {
        if let Some(known) = self.rooms.get_mut(room) {
            known.stored_members += 1;
            known.dirty = true;
        }
    }

    /// The room is no more.
    pub fn forget(&mut self, room: &RoomId) {
        self.rooms.remove(room);
        for here in self.users.values_mut() {
            here.rooms.remove(room);
            here.stop_visits(|visit| visit.room == *room);
        }
    }

    /// How many members of that room are stored, as just read.
    pub fn set_members(&mut self, room: &RoomId, is_lobby: bool, stored: u32) {
        let known = self.rooms.entry(room.clone()).or_default();
        known.stored_members = stored;
        known.is_lobby = is_lobby;
    }

    /// Who is here in that room.
    #[must_use]
    pub fn of_room(&self, room: &RoomId) -> RoomPresence {
        let Some(known) = self.rooms.get(room) else {
            return RoomPresence { room: room.clone(), online: 0, total: 0, members: Vec::new() };
        };
        let counts_only = known.present.len() as u32 > limits::PRESENCE_MEMBERS;
        let members = if counts_only { Vec::new() } else { self.present(room) };
        RoomPresence { room: room.clone(), online: known.present.len() as u32, total: self.total(known), members }
    }

    /// Everybody who is here in that room, however many.
    #[must_use]
    pub fn present(&self, room: &RoomId) -> Vec<Member> {
        let present = self.rooms.get(room).into_iter().flat_map(|known| &known.present);
        present
            .filter_map(|id| self.users.get(id))
            .map(|here| Member { user: here.user.clone(), presence: here.shown, room_role: None })
            .collect()
    }

    /// Whether somebody is here.
    #[must_use]
    pub fn of_user(&self, user: &UserId) -> State {
        self.users.get(user).map_or(State::Offline, |here| here.shown)
    }

    /// Somebody who is here, as they are called now.
    #[must_use]
    pub fn user(&self, user: &UserId) -> Option<&User> {
        self.users.get(user).map(|here| &here.user)
    }

    /// The rooms that this user is in, while they are here.
    #[must_use]
    pub fn rooms_of(&self, user: &UserId) -> Vec<RoomId> {
        self.users.get(user).map(|here| here.rooms.iter().cloned().collect()).unwrap_or_default()
    }

    /// Everybody who has a connection.
    pub fn connected_users(&self) -> impl Iterator<Item = &User> {
        self.users.values().filter(|here| !here.connections.is_empty()).map(|here| &here.user)
    }

    /// Lets those go whose time is over; gives the frames that are due.
    pub fn tick(&mut self, now: Millis) -> Vec<PresenceChanged> {
        let leaving = self.users.iter().filter(|(_, here)| here.leaving_at.is_some_and(|at| at <= now));
        let gone: Vec<UserId> = leaving.map(|(id, _)| id.clone()).collect();
        for id in gone {
            let Some(here) = self.users.remove(&id) else { continue };
            for room in &here.rooms {
                self.mark(room, &id);
                if let Some(known) = self.rooms.get_mut(room) {
                    known.present.remove(&id);
                    // Guests are members of the lobby only while they are here.
                    let is_member = !(known.is_lobby && here.user.kind == UserKind::Guest);
                    known.gone.insert(id.clone(), Gone { user: here.user.clone(), is_member });
                }
            }
        }
        let mut frames = Vec::new();
        let due: Vec<RoomId> =
            self.rooms.iter().filter(|(_, room)| room.dirty && room.last_frame + FRAME_MS <= now).map(|(id, _)| id.clone()).collect();
        for id in due {
            frames.extend(self.frame(&id, now));
        }
        frames
    }

    fn frame(&mut self, id: &RoomId, now: Millis) -> Option<PresenceChanged> {
        let known = self.rooms.get_mut(id)?;
        known.dirty = false;
        known.last_frame = now;
        let changed = std::mem::take(&mut known.changed);
        let gone = std::mem::take(&mut known.gone);
        let known = self.rooms.get(id)?;
        let counts_only = known.present.len() as u32 > limits::PRESENCE_MEMBERS;
        let member = |user: &UserId| match self.users.get(user).filter(|here| here.rooms.contains(id)) {
            Some(here) => Some(Member { user: here.user.clone(), presence: here.shown, room_role: None }),
            None => gone.get(user).map(|gone| Member { user: gone.user.clone(), presence: State::Offline, room_role: None }),
        };
        let changes: Vec<Member> = if counts_only { Vec::new() } else { changed.iter().filter_map(member).collect() };
        let offline = changes.iter().filter(|member| member.presence == State::Offline).map(|member| &member.user.id);
        let gone = offline.filter(|user| gone.get(*user).is_some_and(|gone| !gone.is_member)).cloned().collect();
        let frame = PresenceChanged { room: id.clone(), online: known.present.len() as u32, total: self.total(known), changes, gone };
        if known.present.is_empty() {
            self.rooms.remove(id);
        }
        Some(frame)
    }

    /// Guests are members of the lobby only while they are here; accounts are stored.
    fn total(&self, room: &Room) -> u32 {
        if !room.is_lobby {
            return room.stored_members.max(room.present.len() as u32);
        }
        let is_guest = |id: &&UserId| self.users.get(*id).is_some_and(|here| here.user.kind == UserKind::Guest);
        room.stored_members + room.present.iter().filter(is_guest).count() as u32
    }

    /// Works out anew what is shown of the user, and tells their rooms when it changed.
    fn refresh(&mut self, id: &UserId) {
        let Some(here) = self.users.get_mut(id) else { return };
        let state = if here.connections.values().all(|away| *away) { State::Away } else { State::Online };
        if here.shown == state {
            return;
        }
        here.shown = state;
        for room in here.rooms.clone() {
            self.mark(&room, id);
        }
    }

    fn mark(&mut self, room: &RoomId, user: &UserId) {
        if let Some(known) = self.rooms.get_mut(room) {
            known.dirty = true;
            known.changed.insert(user.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::name::DisplayName;
    use chat_proto::user::{Color, ServerRole};

    use super::*;

    fn guest(name: &str) -> User {
        User {
            id: UserId::parse(name).unwrap(),
            name: DisplayName::parse(name).unwrap(),
            color: Color::parse("#808080").unwrap(),
            kind: UserKind::Guest,
            identity: None,
            role: ServerRole::Member,
        }
    }

    fn room(name: &str) -> RoomId {
        RoomId::parse(name).unwrap()
    }

    fn online(presence: &Presence, name: &str) -> u32 {
        presence.of_room(&room(name)).online
    }

    #[test]
    fn a_visitor_is_in_one_room_at_a_time_and_gone_at_once() {
        let (mut presence, ada) = (Presence::default(), guest("ada"));
        presence.visits(1, &ada, &[(room("lobby"), false)]);
        presence.visits(1, &ada, &[(room("kitchen"), false)]);
        assert_eq!((online(&presence, "lobby"), online(&presence, "kitchen")), (0, 1));
        // The page's other half visits as well: one person, in both rooms.
        presence.visits(2, &ada, &[(room("lobby"), false)]);
        assert_eq!((online(&presence, "lobby"), online(&presence, "kitchen")), (1, 1));
        presence.visit_ended(1, &ada.id, 1_000);
        assert_eq!((online(&presence, "lobby"), online(&presence, "kitchen")), (1, 0));
        presence.visit_ended(2, &ada.id, 1_000);
        presence.tick(1_000);
        assert_eq!(online(&presence, "lobby"), 0);
    }

    #[test]
    fn a_room_that_is_no_more_is_told_of_no_more() {
        let (mut presence, ops, ada, bob) = (Presence::default(), room("ops"), guest("ada"), guest("bob"));
        presence.connected(1, &ada, [ops.clone()]);
        presence.visits(2, &bob, &[(ops.clone(), false)]);
        presence.forget(&ops);
        assert!(presence.rooms_of(&ada.id).is_empty() && presence.rooms_of(&bob.id).is_empty());
        presence.visit_ended(2, &bob.id, 1_000);
        assert_eq!(presence.tick(60_000), []);
    }

    #[test]
    fn who_becomes_a_member_stays_when_the_visit_ends() {
        let (mut presence, ada) = (Presence::default(), guest("ada"));
        presence.connected(1, &ada, [room("lobby")]);
        presence.visits(2, &ada, &[(room("lobby"), false)]);
        presence.visits(2, &ada, &[(room("kitchen"), false)]);
        assert_eq!((online(&presence, "lobby"), online(&presence, "kitchen")), (1, 1), "there by right is there still");
        presence.joined(&ada.id, &room("kitchen"));
        presence.visit_ended(2, &ada.id, 1_000);
        presence.tick(1_000);
        assert_eq!((online(&presence, "lobby"), online(&presence, "kitchen")), (1, 1));
    }

    /// The frame of a room, a while after the last one.
    fn frame_of(presence: &mut Presence, name: &str, now: Millis) -> PresenceChanged {
        let frames = presence.tick(now);
        frames.into_iter().find(|frame| frame.room == room(name)).unwrap()
    }

    fn told(frame: &PresenceChanged) -> (Vec<&str>, Vec<&str>) {
        let offline = frame.changes.iter().filter(|member| member.presence == State::Offline);
        (offline.map(|member| member.user.name.as_str()).collect(), frame.gone.iter().map(UserId::as_str).collect())
    }

    #[test]
    fn who_is_no_member_is_told_to_be_gone_and_who_is_one_to_be_offline() {
        let mut presence = Presence::default();
        presence.set_members(&room("lobby"), true, 1);
        presence.set_members(&room("kitchen"), false, 2);
        let account = |name: &str| User { kind: UserKind::Account, ..guest(name) };
        let (ada, bob, cyd, dan, eve) = (guest("ada"), guest("bob"), account("cyd"), account("dan"), guest("eve"));
        presence.visits(1, &ada, &[(room("kitchen"), false)]);
        presence.connected(2, &bob, [room("lobby"), room("kitchen")]);
        presence.visits(3, &cyd, &[(room("kitchen"), true)]);
        presence.connected(4, &dan, [room("lobby")]);
        presence.connected(5, &eve, [room("kitchen")]);
        presence.tick(10_000);
        presence.visit_ended(1, &ada.id, 20_000);
        presence.visit_ended(3, &cyd.id, 20_000);
        presence.left(&eve.id, &room("kitchen"));
        assert_eq!(told(&frame_of(&mut presence, "kitchen", 20_000)), (vec!["ada", "cyd", "eve"], vec!["ada", "eve"]));
        presence.disconnected(2, &bob.id, 30_000);
        presence.disconnected(4, &dan.id, 30_000);
        let frames = presence.tick(30_000 + limits::OFFLINE_MS);
        let of = |name: &str| told(frames.iter().find(|frame| frame.room == room(name)).unwrap());
        assert_eq!(of("kitchen"), (vec!["bob"], vec![]));
        assert_eq!(of("lobby"), (vec!["bob", "dan"], vec!["bob"]));
    }

    #[test]
    fn who_comes_back_before_the_frame_is_not_gone() {
        let (mut presence, ada) = (Presence::default(), guest("ada"));
        presence.visits(1, &ada, &[(room("lobby"), false)]);
        presence.tick(10_000);
        presence.visits(1, &ada, &[(room("kitchen"), false)]);
        presence.visits(1, &ada, &[(room("lobby"), false)]);
        assert_eq!(told(&frame_of(&mut presence, "lobby", 20_000)), (vec![], vec![]));
    }
}
