//! Who is whose friend.

use chat_proto::id::UserId;
use chat_proto::place::Millis;
use chat_proto::request::friend_list::{Friend, Friendship};

use crate::domain::decide::FriendshipChange;
use crate::domain::facts::mirrored;
use crate::storage::memory::Tables;

impl Tables {
    /// The user's friends and open questions, as they are told.
    pub(super) fn friends(&self, user: &UserId) -> Vec<Friend> {
        let mine = self.friendships.iter().filter(|((one, _), _)| one == user);
        let friend = |((_, other), (state, since)): (&(UserId, UserId), &(Friendship, Millis))| {
            Some(Friend { user: self.users.get(other)?.user.clone(), state: *state, since: *since })
        };
        let mut friends: Vec<Friend> = mine.filter_map(friend).collect();
        friends.sort_by_cached_key(|friend| (rank(friend.state), friend.user.name.clone(), friend.user.id.clone()));
        friends
    }

    /// How the second stands to the first.
    pub(super) fn friendship(&self, user: &UserId, other: &UserId) -> Friendship {
        self.friendships.get(&(user.clone(), other.clone())).map_or(Friendship::None, |(state, _)| *state)
    }

    /// To how many people the user stands like that.
    pub(super) fn count_friends(&self, user: &UserId, state: Friendship) -> u32 {
        self.friendships.iter().filter(|((one, _), (known, _))| one == user && *known == state).count() as u32
    }

    pub(super) fn note_friendship(&mut self, change: FriendshipChange) {
        let FriendshipChange { user, other, state, since } = change;
        for (pair, state) in [((user.clone(), other.clone()), state), ((other, user), mirrored(state))] {
            if state == Friendship::None {
                self.friendships.remove(&pair);
            } else {
                self.friendships.insert(pair, (state, since));
            }
        }
    }

    pub(super) fn forget_friends(&mut self, user: &UserId) {
        self.friendships.retain(|(one, other), _| one != user && other != user);
    }
}

fn rank(state: Friendship) -> u8 {
    match state {
        Friendship::AsksYou => 0,
        Friendship::YouAsked => 1,
        Friendship::Friends => 2,
        Friendship::None | Friendship::Unknown => 3,
    }
}
