//! People by name: `/invite bob`, `/whois @bob`. The server is asked for those who are called so; who
//! is known here is enough where it cannot be asked, or where only those in the room are meant.

use std::collections::BTreeMap;

use chat_proto::id::{RoomId, UserId};
use chat_proto::request::user_find::UserFindReply;
use chat_proto::request::user_read::Profile;
use chat_proto::request::{UserFind, UserRead, UserSetRole};
use chat_proto::text::Query;
use chat_proto::user::{Presence, User};
use chat_proto::words;

use super::ask::ask_now;
use super::{Fx, direct, queue};
use crate::state::State;
use crate::state::asked::{Question, Wish};
use crate::state::outbox::Work;
use crate::state::popup::{Confirm, Popup};
use crate::state::room::Room;
use crate::time;

/// Somebody, and what they are called.
type Person = (UserId, String);

/// Looks for somebody, and does what is wished once they are found.
pub(super) fn find(state: &mut State, name: &str, wish: Wish, fx: &mut Fx) {
    let name = name.trim().trim_start_matches('@');
    let known = match &wish {
        Wish::Kick(room) | Wish::Role(room, _) => state.rooms.get(room).map_or_else(Vec::new, |room| called(room, name)),
        Wish::Invite(_) | Wish::ServerRole(_) | Wish::Whois | Wish::Direct(_) if state.link.is_online() => Vec::new(),
        Wish::Invite(_) | Wish::ServerRole(_) | Wish::Whois | Wish::Direct(_) => called_anywhere(state, name),
    };
    if let [person] = known.as_slice() {
        return found(state, person.clone(), wish, fx);
    }
    match Query::parse(name) {
        Ok(query) => ask_now(state, &UserFind { query, limit: None }, Question::People(name.to_owned(), wish), fx),
        Err(reason) => state.complain(format!("The name {reason}.")),
    }
}

/// The server tells who is called so, or begins so.
pub(super) fn told(state: &mut State, name: &str, wish: Wish, reply: UserFindReply, fx: &mut Fx) {
    let lower = name.to_lowercase();
    if let Some(user) = reply.users.iter().find(|user| signs_in_as(user, &lower)) {
        return found(state, (user.id.clone(), user.name.as_str().to_owned()), wish, fx);
    }
    let same = reply.users.iter().filter(|user| user.name.as_str().to_lowercase() == lower);
    let (mut people, identities): (Vec<Person>, Vec<&str>) = same
        .map(|user| ((user.id.clone(), user.name.as_str().to_owned()), user.identity.as_ref().map_or("", |identity| identity.as_str())))
        .unzip();
    if people.is_empty() {
        // Guests are told by the rooms alone.
        people = called_anywhere(state, name);
    }
    match people.as_slice() {
        [person] => found(state, person.clone(), wish, fx),
        [] => state.complain(words::fill(words::NOBODY, &[("user", name)])),
        _ => state.complain(words::fill(words::SEVERAL_PEOPLE, &[("user", name), ("names", &identities.join(", "))])),
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
        Wish::Direct(mut wanted) => {
            wanted.found.push((user, name));
            direct::go_on(state, wanted, fx);
        }
    }
}

fn signs_in_as(user: &User, lower: &str) -> bool {
    user.identity.as_ref().is_some_and(|identity| identity.as_str() == lower)
}

/// Who in the room is called so.
fn called(room: &Room, name: &str) -> Vec<Person> {
    let lower = name.to_lowercase();
    let users = room.people.members.values().map(|member| &member.user).chain(&room.others);
    if let Some(user) = users.into_iter().find(|user| signs_in_as(user, &lower)) {
        return vec![(user.id.clone(), user.name.as_str().to_owned())];
    }
    room.known_people().into_iter().filter(|(_, known)| known.to_lowercase() == lower).collect()
}

/// Who in any of the rooms is called so.
fn called_anywhere(state: &State, name: &str) -> Vec<Person> {
    let people: BTreeMap<_, _> = state.rooms.values().flat_map(|room| called(room, name)).collect();
    people.into_iter().collect()
}

/// Tells who somebody is.
pub(super) fn profile(state: &mut State, Profile { user, presence, since, rooms }: &Profile) {
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
    let in_common = shared(state, rooms);
    state.say(match in_common.as_str() {
        "" => format!("{who}."),
        rooms => format!("{who}. {}", words::fill(words::PROFILE_ROOMS, &[("rooms", rooms)])),
    });
}

fn shared(state: &State, rooms: &[RoomId]) -> String {
    let listed = state.listed();
    let names: Vec<_> = listed.iter().filter(|room| room.has_name() && rooms.contains(room.id())).map(|room| room.label()).collect();
    names.join(", ")
}
