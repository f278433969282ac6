//! Friends, as the server has them: questions, answers, and a room for each in which they speak.

use chat_proto::entry::{Body, Content, Entry, FriendChange, FriendNews, FriendNote, Message};
use chat_proto::error::{Code, Error};
use chat_proto::event::AnyEvent;
use chat_proto::id::{ClientId, RoomId, UserId};
use chat_proto::request::friend_list::{Friend, FriendListReply, Friendship};
use chat_proto::request::stored::Stored;
use chat_proto::room::{RoomKind, RoomRole};
use chat_proto::user::{User, UserKind};
use serde_json::Value;

use super::{MORNING, Server, json};

impl Server {
    /// `me` has an account, and is a friend of these.
    pub fn with_friends(names: &[&str]) -> Self {
        let mut server = Self::new();
        server.my_user().kind = UserKind::Account;
        for name in names {
            if !server.users.iter().any(|user| user.name.as_str() == *name) {
                server.users.push(super::account(name, "#e5b567"));
            }
            server.make_account(name);
            server.befriend(name);
        }
        server
    }

    pub fn make_account(&mut self, name: &str) {
        let named = self.users.iter_mut().find(|user| user.name.as_str() == name).unwrap();
        named.kind = UserKind::Account;
        named.identity = chat_proto::name::Identity::parse(name).ok();
    }

    /// From now on the two read what the other one says to friends.
    pub fn befriend(&mut self, name: &str) -> RoomId {
        let mine = self.friends_room("me");
        let theirs = self.friends_room(name);
        let (me, them) = (self.me.clone(), self.person(name).id.clone());
        self.log(&mine).members.push(them.clone());
        self.log(&theirs).members.push(me);
        self.stand(&them, Friendship::Friends);
        theirs
    }

    /// They are friends no longer.
    pub fn part(&mut self, name: &str) {
        let (me, them) = (self.me.clone(), self.person(name).id.clone());
        let theirs = self.friends_room(name);
        self.log(&theirs).members.retain(|member| *member != me);
        self.stand(&them, Friendship::None);
    }

    /// The room in which somebody speaks to their friends; made where there is none.
    pub fn friends_room(&mut self, name: &str) -> RoomId {
        let id = RoomId::parse(format!("r-friends-{name}")).unwrap();
        if !self.rooms.iter().any(|log| log.info.id == id) {
            let made = ClientId::parse(format!("made-friends-{name}")).unwrap();
            self.make_room_of(&[name], &format!("friends-{name}"), "", RoomKind::Friends, made, name);
            let user = self.person(name).id.clone();
            self.log(&id).roles.insert(user, RoomRole::Owner);
        }
        id
    }

    /// Somebody says something to their friends, at this second of the morning.
    pub fn tell_friends(&mut self, name: &str, second: u64, text: &str) -> Entry {
        let room = self.friends_room(name);
        self.time = MORNING + second * 1_000;
        let number = self.log(&room).entries.len();
        let mentions = if text.contains("@me") { vec![self.me.clone()] } else { vec![] };
        let body = Body::Message(Message { content: Content::text(text), mentions, reply_to: None });
        self.write(name, &room, ClientId::parse(format!("f-{number}")).unwrap(), body)
    }

    /// Somebody asks `me` to be friends.
    pub fn asks_me(&mut self, name: &str) -> AnyEvent {
        self.make_account(name);
        let user = self.person(name).id.clone();
        self.stand(&user, Friendship::AsksYou);
        let inbox = self.inbox();
        self.time += 1_000;
        let client_id = ClientId::parse(format!("asks-{name}")).unwrap();
        let entry = self.write(name, &inbox, client_id, Body::FriendNews(FriendNews { change: FriendChange::Asked }));
        self.told(&inbox, vec![entry])
    }

    /// What `me` does about being friends with somebody is noted in the own inbox.
    pub(super) fn friend(
        &mut self,
        client_id: ClientId,
        user: &UserId,
        wish: FriendChange,
        frames: &mut Vec<AnyEvent>,
    ) -> Result<Value, Error> {
        if let Some(error) = self.refusals.pop_front() {
            return Err(error);
        }
        let stands = self.friendship(user);
        let change = match (wish, stands) {
            (FriendChange::Asked | FriendChange::Accepted, Friendship::AsksYou) => FriendChange::Accepted,
            (FriendChange::Asked, Friendship::None) => FriendChange::Asked,
            (FriendChange::Refused, Friendship::AsksYou) => FriendChange::Refused,
            (FriendChange::Ended, Friendship::Friends) => FriendChange::Ended,
            (FriendChange::Ended, Friendship::YouAsked) => FriendChange::Withdrawn,
            _ => return Err(Error::new(Code::NotFound, "They did not ask you.")),
        };
        let them = self.by_id(user).clone();
        match change {
            FriendChange::Accepted => drop(self.befriend(them.name.as_str())),
            FriendChange::Ended => self.part(them.name.as_str()),
            FriendChange::Asked => self.stand(user, Friendship::YouAsked),
            _ => self.stand(user, Friendship::None),
        }
        let inbox = self.inbox();
        let me = self.my_user().name.clone();
        let note = Body::FriendNote(FriendNote { user: them.author(), change });
        let entry = self.write(me.as_str(), &inbox, client_id, note);
        let told = self.told(&inbox, vec![entry.clone()]);
        frames.push(told);
        Ok(json(&Stored { seq: entry.seq, id: entry.id, time: entry.time, n: entry.n }))
    }

    pub(super) fn friends(&self) -> Value {
        let friend = |(id, state): &(UserId, Friendship)| Friend { user: self.by_id(id).clone(), state: *state, since: MORNING };
        let mut friends: Vec<_> = self.friends.iter().map(friend).collect();
        let order = |friend: &Friend| match friend.state {
            Friendship::AsksYou => 0,
            Friendship::YouAsked => 1,
            _ => 2,
        };
        friends.sort_by_key(|friend| (order(friend), friend.user.name.as_str().to_owned()));
        json(&FriendListReply { friends })
    }

    pub(super) fn friendship(&self, user: &UserId) -> Friendship {
        self.friends.iter().find(|(id, _)| id == user).map_or(Friendship::None, |(_, state)| *state)
    }

    /// Whose friends' room it is, unless it is the own one.
    pub(super) fn owner_of(&self, room: &RoomId) -> Vec<User> {
        let name = room.as_str().strip_prefix("r-friends-").unwrap_or("me");
        self.users.iter().filter(|user| user.name.as_str() == name && user.id != self.me).cloned().collect()
    }

    fn stand(&mut self, user: &UserId, state: Friendship) {
        self.friends.retain(|(id, _)| id != user);
        if state != Friendship::None {
            self.friends.push((user.clone(), state));
        }
    }

    fn inbox(&mut self) -> RoomId {
        let inbox = RoomId::parse("r-inbox").unwrap();
        if !self.rooms.iter().any(|log| log.info.id == inbox) {
            let made = ClientId::parse("made-inbox").unwrap();
            let me = self.my_user().name.as_str().to_owned();
            self.make_room_of(&[&me], "inbox", "", RoomKind::Inbox, made, &me);
        }
        inbox
    }
}
