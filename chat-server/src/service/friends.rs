//! Friends: who they are, and the room in which one speaks to them.

use chat_proto::error::{Code, Error};
use chat_proto::id::RoomId;
use chat_proto::request::friend_list::FriendListReply;
use chat_proto::room::RoomKind;
use chat_proto::text::MessageText;
use chat_proto::user::{User, UserKind};

use crate::domain::rates::Rates;
use crate::domain::write::{EntryRequest, OpenFriends, Written};
use crate::service::{Caller, Service, unavailable};
use crate::storage::OwnRoom;

/// People whom one account asks to be friends at once; then one in half a minute.
const QUESTION_BURST: u32 = 50;
const QUESTION_INTERVAL_MS: u64 = 30_000;

/// How often each account may ask somebody to be friends.
pub(super) fn question_rates() -> Rates {
    Rates::every_ms(QUESTION_BURST, QUESTION_INTERVAL_MS)
}

impl Service {
    /// The caller's friends and open questions.
    pub(super) async fn friends(&self, caller: &Caller) -> Result<FriendListReply, Error> {
        if caller.user.kind != UserKind::Account {
            return Err(Error::new(Code::Forbidden, "Only accounts have friends. Make one first: /register NAME."));
        }
        let friends = self.store.friends(&caller.user).await.map_err(|error| unavailable(&error))?;
        Ok(FriendListReply { friends })
    }

    /// The rooms in which the user's friends, and the user, speak to their friends.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn friends_rooms(&self, user: &User) -> Result<Vec<OwnRoom>, Error> {
        let rooms = self.store.room_ids_of(user).await.map_err(|error| unavailable(&error))?;
        Ok(rooms.into_iter().filter(|room| room.kind == RoomKind::Friends).collect())
    }

    /// Says something to the caller's friends, and waits until it is stored. The room for that is made for somebody
    /// who has none yet.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn say_to_friends(&self, caller: &Caller, text: MessageText) -> Result<Written, Error> {
        let room = self.own_friends_room(caller).await?;
        self.say(caller, &room, text).await
    }

    async fn own_friends_room(&self, caller: &Caller) -> Result<RoomId, Error> {
        let open = EntryRequest::OpenFriends(OpenFriends { client_id: self.client_id() });
        match self.write_now(caller, open).await? {
            Written::Created(created) => Ok(created.room.id),
            Written::Stored(_) => unreachable!("a room is answered by a room"),
        }
    }
}
