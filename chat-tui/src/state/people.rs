//! Who is in a room, as far as that was told.

use std::collections::BTreeMap;

use chat_proto::id::UserId;
use chat_proto::room::RoomRole;
use chat_proto::user::{Member, Presence, User};

/// Who is in a room.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// How many are here.
    pub online: u32,
    /// How many are members.
    pub total: u32,
    /// Those who are known by name.
    pub members: BTreeMap<UserId, Member>,
    /// Who keeps order, once that was told: presence leaves it out.
    pub roles: Option<BTreeMap<UserId, RoomRole>>,
}

impl People {
    /// Takes a change in.
    pub fn change(&mut self, online: u32, total: u32, changes: Vec<Member>) {
        (self.online, self.total) = (online, total);
        for member in changes {
            if member.presence == Presence::Offline {
                self.members.remove(&member.user.id);
            } else {
                self.members.insert(member.user.id.clone(), member);
            }
        }
    }

    /// Replaces all of it.
    pub fn replace(&mut self, online: u32, total: u32, members: Vec<Member>) {
        self.members = members.into_iter().map(|member| (member.user.id.clone(), member)).collect();
        (self.online, self.total) = (online, total);
    }

    /// What somebody is in the room, as far as that was told.
    #[must_use]
    pub fn role(&self, user: &UserId) -> RoomRole {
        self.roles.as_ref().and_then(|roles| roles.get(user)).copied().unwrap_or_default()
    }

    /// Somebody is that in the room now.
    pub fn give(&mut self, user: &UserId, role: RoomRole) {
        if let Some(roles) = &mut self.roles {
            roles.insert(user.clone(), role);
        }
    }

    /// The server has told all members, with what they are in the room.
    pub fn told(&mut self, online: u32, total: u32, members: &[Member]) {
        (self.online, self.total) = (online, total);
        let role = |member: &Member| Some((member.user.id.clone(), member.room_role?));
        self.roles = Some(members.iter().filter_map(role).collect());
    }

    /// Somebody is in the room no longer.
    pub fn remove(&mut self, user: &UserId) {
        self.give(user, RoomRole::Member);
        let here = self.members.remove(user).is_some_and(|member| member.presence != Presence::Offline);
        self.online = self.online.saturating_sub(u32::from(here));
        self.total = self.total.saturating_sub(1);
    }

    /// Somebody is in the room now, and is here or not as it is known from another room.
    pub fn add(&mut self, member: Option<Member>) {
        self.total += 1;
        if let Some(member) = member.filter(|member| member.presence != Presence::Offline) {
            self.online += 1;
            self.members.insert(member.user.id.clone(), Member { room_role: None, ..member });
        }
    }

    /// In the order of the list: here, away, gone; then by name.
    #[must_use]
    pub fn listed(&self) -> Vec<&Member> {
        let mut members: Vec<_> = self.members.values().collect();
        members.sort_by_cached_key(|member| (member.presence, member.user.name.as_str().to_lowercase()));
        members
    }
}

/// Who of them is called so: the one who signs in by that name, else those whose name is drawn so.
#[must_use]
pub fn called<'a>(users: impl Iterator<Item = &'a User>, name: &str) -> Vec<&'a User> {
    let lower = name.to_lowercase();
    let users: BTreeMap<&UserId, &User> = users.map(|user| (&user.id, user)).collect();
    let signs_in_so = |user: &&&User| user.identity.as_ref().is_some_and(|identity| identity.as_str() == lower);
    match users.values().find(signs_in_so) {
        Some(user) => vec![user],
        None => users.into_values().filter(|user| user.name.as_str().to_lowercase() == lower).collect(),
    }
}
