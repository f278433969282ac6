//! Friends: who they are, and the one place where all of them speak. What each says stands in a room of
//! their own; the place is the own one, in which this person writes, with the others' lines among its
//! own (see [`shown`](super::shown)).

use std::collections::BTreeMap;

use chat_proto::entry::{FriendChange, FriendNews};
use chat_proto::fold::{Line, LineBody};
use chat_proto::id::{RoomId, UserId};
use chat_proto::request::friend_list::{Friend, Friendship};
use chat_proto::room::RoomKind;
use chat_proto::user::{Author, Member, Presence, UserKind};

use super::State;
use super::room::Room;

/// What can stand behind `/friend` in place of a name; a name with `@` before it is none of them.
pub const WORDS: [&str; 4] = ["accept", "refuse", "remove", "list"];

/// What somebody does about being friends with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Asks.
    Ask,
    /// Says yes.
    Accept,
    /// Says no.
    Refuse,
    /// Ends it, or takes the own question back.
    Remove,
}

/// Who asks in a line of the inbox to be friends.
#[must_use]
pub fn asks_to_be_friends(line: &Line) -> Option<&Author> {
    match &line.body {
        LineBody::FriendNews(FriendNews { change: FriendChange::Asked }) => Some(&line.author),
        _ => None,
    }
}

impl State {
    /// The rooms in which friends speak, this person's own among them, in the order of their ids.
    pub fn friends_rooms(&self) -> impl Iterator<Item = &Room> {
        self.rooms.values().filter(|room| room.is_friends())
    }

    /// The room that stands for all of them: this person's own.
    #[must_use]
    pub fn friends_home(&self) -> Option<&Room> {
        self.friends_rooms().min_by_key(|room| !room.others.is_empty())
    }

    /// Whether what friends say is on the screen.
    #[must_use]
    pub fn is_among_friends(&self) -> bool {
        self.room().is_some_and(Room::is_friends)
    }

    /// The room that stands in the list for this one.
    #[must_use]
    pub fn place_of(&self, id: &RoomId) -> RoomId {
        let is_friends = self.rooms.get(id).is_some_and(Room::is_friends);
        self.friends_home().filter(|_| is_friends).map_or_else(|| id.clone(), |home| home.id().clone())
    }

    /// The rooms whose lines are on the screen.
    #[must_use]
    pub fn shown_rooms(&self) -> Vec<&Room> {
        if self.is_among_friends() { self.friends_rooms().collect() } else { self.room().into_iter().collect() }
    }

    /// The same by their ids.
    #[must_use]
    pub fn shown_ids(&self) -> Vec<RoomId> {
        self.shown_rooms().into_iter().map(|room| room.id().clone()).collect()
    }

    /// What is unread of a room in the list, and how often this person is mentioned in it.
    #[must_use]
    pub fn unread(&self, room: &Room) -> (u64, u64) {
        if room.info.kind != RoomKind::Friends {
            return (room.read.unread, room.read.mentions);
        }
        self.friends_rooms().fold((0, 0), |(unread, mentions), room| (unread + room.read.unread, mentions + room.read.mentions))
    }

    /// Who is typing on the screen.
    #[must_use]
    pub fn typists(&self) -> Vec<&Author> {
        self.shown_rooms().into_iter().flat_map(|room| &room.typing.0).collect()
    }

    /// People by whose names one can be mentioned in what is written now.
    #[must_use]
    pub fn people_here(&self) -> BTreeMap<UserId, String> {
        if !self.is_among_friends() {
            return self.room().map(Room::known_people).unwrap_or_default();
        }
        let friends = self.friends_rooms().flat_map(|room| &room.others);
        friends.map(|user| (user.id.clone(), user.name.as_str().to_owned())).collect()
    }

    /// Whether this person has an account: guests have no friends.
    #[must_use]
    pub fn may_have_friends(&self) -> bool {
        self.me.as_ref().is_some_and(|me| me.kind != UserKind::Guest)
    }

    /// How somebody and this person stand to one another, as far as that was told.
    #[must_use]
    pub fn friendship(&self, user: &UserId) -> Option<Friendship> {
        let told = self.friends.as_ref()?;
        Some(told.iter().find(|friend| friend.user.id == *user).map_or(Friendship::None, |friend| friend.state))
    }

    /// The friends, with whether they are here, as they are listed: here, away, gone; then by name.
    #[must_use]
    pub fn friends_here(&self) -> Vec<Member> {
        let home = self.friends_home();
        let presence =
            |user: &UserId| home.and_then(|home| home.people.members.get(user)).map_or(Presence::Offline, |member| member.presence);
        let friends = self.friends.iter().flatten().filter(|friend| friend.state == Friendship::Friends);
        let member = |friend: &Friend| Member { user: friend.user.clone(), presence: presence(&friend.user.id), room_role: None };
        let mut members: Vec<_> = friends.map(member).collect();
        members.sort_by_cached_key(|member| (member.presence, member.user.name.as_str().to_lowercase()));
        members
    }
}
