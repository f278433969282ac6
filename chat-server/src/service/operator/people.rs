//! Accounts, as the server's operator makes, lists, changes and deletes them.

use chat_proto::error::{Code, Error};
use chat_proto::id::UserId;
use chat_proto::request::friend_list::{Friend, Friendship};
use chat_proto::request::stored::Done;
use chat_proto::request::{FriendRefuse, FriendRemove, RoomLeave};
use chat_proto::room::RoomKind;
use chat_proto::secret::Password;
use chat_proto::user::{User, UserKind};
use tokio::sync::oneshot;

use crate::domain::write::EntryRequest;
use crate::service::operator::{AccountLine, UserAdd, UserDelete, UserList, UserListReply, UserSetPassword};
use crate::service::{Service, lock, unavailable};
use crate::storage::AccountFacts;

/// How often the rooms of an account that is being deleted are looked at: what it had asked for before its
/// connections were closed may still have brought it into another one, or made it a friend.
const ROUNDS: usize = 4;

impl Service {
    pub(super) async fn add_user(&self, request: UserAdd) -> Result<User, Error> {
        let UserAdd { identity, password, role } = request;
        let hash = self.passwords.hash(&password).await?;
        let stranger = self.stranger(&identity);
        let user = User { kind: UserKind::Account, identity: Some(identity), role, ..stranger };
        let user = self.store.add_account(&user, &hash, self.now()).await.map_err(|error| unavailable(&error))??;
        lock(&self.presence).settled(&self.lobby);
        Ok(user)
    }

    pub(super) async fn list_users(&self, _: UserList) -> Result<UserListReply, Error> {
        let accounts = self.store.accounts().await.map_err(|error| unavailable(&error))?;
        let (now, presence) = (self.now(), lock(&self.presence));
        let line = |AccountFacts { user, sessions, created, seen }| {
            let online = presence.user(&user.id).is_some();
            AccountLine { user, sessions, online, created, seen: if online { now } else { seen } }
        };
        Ok(UserListReply { accounts: accounts.into_iter().map(line).collect() })
    }

    pub(super) async fn set_password_of(&self, request: UserSetPassword) -> Result<Done, Error> {
        self.account_of(&request.user).await?;
        self.sign_out_everywhere(&request.user, &request.password).await?;
        Ok(Done {})
    }

    /// First nobody can come in by the account any more, then it has no friends and is in no room, then it is gone: a crash
    /// between two of these steps leaves an account that the same command deletes.
    pub(super) async fn delete_user(&self, request: UserDelete) -> Result<Done, Error> {
        let user = self.account_of(&request.user).await?;
        let nobodys = Password::parse(lock(&self.random).token()).unwrap_or_else(|reason| unreachable!("a random password {reason}"));
        self.sign_out_everywhere(&user.id, &nobodys).await?;
        self.end_bots_of(&user.id).await?;
        for _ in 0..ROUNDS {
            let parted = self.part(&user).await? + self.leave_everywhere(&user).await?;
            if parted == 0 {
                break;
            }
        }
        let deleted = self.store.delete_account(&user.id, self.now()).await.map_err(|error| unavailable(&error))?;
        if deleted { Ok(Done {}) } else { Err(no_such_account()) }
    }

    /// Ends the friendships of an account that is being deleted, and the questions; tells how many there were.
    async fn part(&self, user: &User) -> Result<usize, Error> {
        let friends = self.store.friends(user).await.map_err(|error| unavailable(&error))?;
        let end = |Friend { user, state, .. }: Friend| {
            let (client_id, user) = (self.client_id(), user.id);
            match state {
                Friendship::AsksYou => EntryRequest::FriendRefuse(FriendRefuse { client_id, user }),
                Friendship::YouAsked | Friendship::Friends | Friendship::None | Friendship::Unknown => {
                    EntryRequest::FriendRemove(FriendRemove { client_id, user })
                }
            }
        };
        self.write_all_for_good(user, friends.into_iter().map(end)).await
    }

    /// Lets an account that is being deleted, or a bot, leave all rooms but its inbox; tells how many there were.
    pub(in crate::service) async fn leave_everywhere(&self, user: &User) -> Result<usize, Error> {
        let rooms = self.store.room_ids_of(user).await.map_err(|error| unavailable(&error))?;
        let rooms = rooms.into_iter().filter(|room| room.kind != RoomKind::Inbox).map(|room| room.id);
        let leave = |room| EntryRequest::Leave(RoomLeave { room, client_id: self.client_id(), after: None });
        self.write_all_for_good(user, rooms.map(leave)).await
    }

    /// Writes all of it, and waits until it is stored; tells how much it was.
    async fn write_all_for_good(&self, user: &User, requests: impl Iterator<Item = EntryRequest>) -> Result<usize, Error> {
        let mut answers = Vec::new();
        for request in requests {
            let (responder, answer) = oneshot::channel();
            self.write_for_good(user, request, Box::new(move |result| drop(responder.send(result))));
            answers.push(answer);
        }
        let many = answers.len();
        for answer in answers {
            match answer.await.unwrap_or_else(|_| Err(Error::new(Code::Unavailable, "The server is stopping."))) {
                Ok(_) => {}
                // Meanwhile the other one has done it, or answered: the next round sees what is left.
                Err(error) if matches!(error.code, Code::NotFound | Code::Invalid) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(many)
    }

    /// Sets the password, ends all sessions, and closes their connections.
    async fn sign_out_everywhere(&self, user: &UserId, password: &Password) -> Result<(), Error> {
        let hash = self.passwords.hash(password).await?;
        let ended = self.store.set_password(user, &hash, None, self.now()).await.map_err(|error| unavailable(&error))?;
        self.end(&ended);
        Ok(())
    }

    async fn account_of(&self, id: &UserId) -> Result<User, Error> {
        let known = self.store.known(&self.own_caller().user, id).await.map_err(|error| unavailable(&error))?;
        known.map(|known| known.user).filter(|user| user.kind == UserKind::Account).ok_or_else(no_such_account)
    }
}

fn no_such_account() -> Error {
    let mut error = Error::new(Code::NotFound, "There is no such account.");
    error.field = Some("user".to_owned());
    error
}
