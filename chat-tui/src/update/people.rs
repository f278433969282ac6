//! People by name: `/invite bob`, `/whois @bob`. The server is asked for those who are called so; who
//! is known here is enough where it cannot be asked, or where only those in the room are meant.

use std::collections::BTreeMap;

use chat_proto::id::{RoomId, UserId};
use chat_proto::request::user_find::UserFindReply;
use chat_proto::request::user_read::Profile;
use chat_proto::request::{UserFind, UserRead, UserSetRole};
use chat_proto::text::Query;
use chat_proto::user::{Presence, User, UserKind};
use chat_proto::words;

use super::ask::ask_now;
use super::{Fx, direct, friends, queue};
use crate::state::State;
use crate::state::asked::{Question, Wish};
use crate::state::friends::Step;
use crate::state::outbox::Work;
use crate::state::people::called;
use crate::state::popup::{Confirm, Popup};
use crate::state::room::Room;
use crate::time;

/// Somebody, and what they are called.
type Person = (UserId, String);

/// Looks for somebody, and does what is wished once they are found.
pub(super) fn find(state: &mut State, name: &str, wish: Wish, fx: &mut Fx) {
    let name = name.trim().trim_start_matches('@');
    let here = match &wish {
        Wish::Kick(room) | Wish::Role(room, _) => known(state.rooms.get(room).into_iter(), name),
        // Whoever asks, or is a friend, is told as that.
        Wish::Friend(Step::Accept | Step::Refuse | Step::Remove) if !told_as_friend(state, name).is_empty() => told_as_friend(state, name),
        _ if state.link.is_online() => Vec::new(),
        Wish::Invite(_) | Wish::ServerRole(_) | Wish::Whois | Wish::Direct(_) | Wish::Friend(_) => known(state.rooms.values(), name),
    };
    if let [person] = here.as_slice() {
        return found(state, person.clone(), wish, fx);
    }
    match Query::parse(name) {
        Ok(query) => ask_now(state, &UserFind { query, limit: None }, Question::People(name.to_owned(), wish), fx),
        Err(reason) => state.complain(format!("The name {reason}.")),
    }
}

/// The server tells who is called so, or begins so.
pub(super) fn told(state: &mut State, name: &str, wish: Wish, reply: UserFindReply, fx: &mut Fx) {
    let told = called(reply.users.iter(), name);
    let users = if told.is_empty() { called(state.rooms.values().flat_map(Room::met), name) } else { told };
    let meant = match users.as_slice() {
        // Guests are told by the rooms alone, and those who went by what they said there.
        [] => spoke(state.rooms.values(), name),
        users => users.iter().map(|user| person(user)).collect(),
    };
    match meant.as_slice() {
        [person] => found(state, person.clone(), wish, fx),
        [] => state.complain(words::fill(words::NOBODY, &[("user", name)])),
        _ => {
            let identity =
                |id: &UserId| users.iter().find(|user| user.id == *id)?.identity.as_ref().map(|identity| identity.as_str().to_owned());
            let names: Vec<String> = meant.iter().map(|(id, _)| identity(id).unwrap_or_else(|| words::GUEST.to_owned())).collect();
            state.complain(words::fill(words::SEVERAL_PEOPLE, &[("user", name), ("names", &names.join(", "))]));
        }
    }
}

/// The one who is meant.
fn found(state: &mut State, (user, name): Person, wish: Wish, fx: &mut Fx) {
    match wish {
        Wish::Invite(room) => {
            queue::queue(state, Work::Invite { room, user, name }, false, fx);
        }
        Wish::Kick(room) => state.popup = Some(Popup::Confirm(Confirm::Kick(room, user, name))),
        Wish::Role(room, role) => {
            queue::queue(state, Work::Role { room, user, role }, false, fx);
        }
        Wish::ServerRole(role) => ask_now(state, &UserSetRole { user, role }, Question::ServerRole(name, role), fx),
        Wish::Whois => ask_now(state, &UserRead { user }, Question::Profile, fx),
        Wish::Friend(step) => friends::take(state, user, name, step, fx),
        Wish::Direct(mut wanted) => {
            wanted.found.push((user, name));
            direct::go_on(state, wanted, fx);
        }
    }
}

/// Who of the friends, and of those with an open question, is called so.
fn told_as_friend(state: &State, name: &str) -> Vec<Person> {
    called(state.friends.iter().flatten().map(|friend| &friend.user), name).into_iter().map(person).collect()
}

/// Who said something under that name, as far as it is held.
fn spoke<'a>(rooms: impl Iterator<Item = &'a Room>, name: &str) -> Vec<Person> {
    let lower = name.to_lowercase();
    let people: BTreeMap<_, _> = rooms.flat_map(Room::known_people).filter(|(_, known)| known.to_lowercase() == lower).collect();
    people.into_iter().collect()
}

/// Who in these rooms is called so.
fn known<'a>(rooms: impl Iterator<Item = &'a Room> + Clone, name: &str) -> Vec<Person> {
    match called(rooms.clone().flat_map(Room::met), name).as_slice() {
        [] => spoke(rooms, name),
        users => users.iter().map(|user| person(user)).collect(),
    }
}

fn person(user: &User) -> Person {
    (user.id.clone(), user.name.as_str().to_owned())
}

/// Tells who somebody is.
pub(super) fn profile(state: &mut State, Profile { user, presence, since, rooms, friendship }: &Profile) {
    let presence = match presence {
        Presence::Online => words::CONNECTED,
        Presence::Away => words::AWAY,
        Presence::Offline | Presence::Unknown => words::DISCONNECTED,
    };
    let name = user.name.as_str();
    let who = match &user.identity {
        Some(identity) => {
            let since = time::date(*since, &state.settings.zone);
            words::fill(words::PROFILE, &[("name", name), ("identity", identity.as_str()), ("presence", presence), ("since", &since)])
        }
        None => words::fill(words::PROFILE_GUEST, &[("name", name), ("presence", presence)]),
    };
    let mut sentences = vec![format!("{who}.")];
    let in_common = shared(state, rooms);
    if !in_common.is_empty() {
        sentences.push(format!("{}.", words::fill(words::PROFILE_ROOMS, &[("rooms", &in_common)])));
    }
    let is_me = state.me.as_ref().is_some_and(|me| me.id == user.id);
    if state.may_have_friends() && user.kind != UserKind::Guest && !is_me {
        sentences.push(friends::of_profile(*friendship, name));
    }
    state.say(sentences.join(" ").trim_end());
}

fn shared(state: &State, rooms: &[RoomId]) -> String {
    let listed = state.listed();
    let names: Vec<_> = listed.iter().filter(|room| room.has_name() && rooms.contains(room.id())).map(|room| room.label()).collect();
    names.join(", ")
}
