//! What only the server's operator asks for: typed requests like those of the protocol, but of the admin
//! socket alone. What the protocol has a request for is asked by that one.
//!
//! A new request is a struct here, a row in the table, and its doing in `people` or `rooms`.

use chat_proto::error::{Code, Error};
use chat_proto::id::{RoomId, UserId};
use chat_proto::name::Identity;
use chat_proto::place::Millis;
use chat_proto::request::stored::Done;
use chat_proto::request::{AnyRequest, Effect, Request, parse_object};
use chat_proto::room::Room;
use chat_proto::secret::Password;
use chat_proto::user::{ServerRole, User};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::write::EntryRequest;
use crate::service::Service;

mod people;
mod rooms;

/// Makes an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserAdd {
    /// The name to sign in by.
    pub identity: Identity,
    /// The password.
    pub password: Password,
    /// What it may do on the whole server.
    pub role: ServerRole,
}

/// Asks for all accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserList {}

/// All accounts, by the name to sign in by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserListReply {
    /// The accounts.
    pub accounts: Vec<AccountLine>,
}

/// One account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountLine {
    /// Who.
    #[serde(flatten)]
    pub user: User,
    /// How many sessions are open: places where it is signed in.
    pub sessions: u32,
    /// Whether it is connected now.
    pub online: bool,
    /// When the server first knew them.
    pub created: Millis,
    /// When they were last here.
    pub seen: Millis,
}

/// Sets an account's password and ends all of its sessions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserSetPassword {
    /// Whose.
    pub user: UserId,
    /// The password from now on.
    pub password: Password,
}

/// Deletes an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserDelete {
    /// Whose.
    pub user: UserId,
}

/// Asks for all rooms, private ones too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoomListAll {}

/// All rooms but inboxes, the lobby first, then by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoomListAllReply {
    /// The rooms.
    pub rooms: Vec<RoomLine>,
    /// How many conversations there are; which, and of whom, is told to nobody.
    pub conversations: u64,
}

/// One room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoomLine {
    /// The room.
    #[serde(flatten)]
    pub room: Room,
    /// How many members it has: in the lobby the accounts, elsewhere everybody.
    pub members: u32,
    /// How many messages were said in it.
    pub messages: u64,
}

/// Deletes a room, with everything that was said in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoomDelete {
    /// The room.
    pub room: RoomId,
}

/// The table of the operator's own requests: name, request, effect, reply, and what does it.
macro_rules! operations {
    ($($name:literal => $type:ident : $effect:ident -> $reply:ty, $run:ident);* $(;)?) => {
        $(impl Request for $type {
            const NAME: &'static str = $name;
            const EFFECT: Effect = Effect::$effect;
            type Reply = $reply;
        })*

        /// Any request of the operator's own.
        #[derive(Clone, Debug)]
        pub enum Operation {
            $(#[doc = concat!("`", $name, "`.")] $type($type),)*
        }

        impl Operation {
            /// The names of all of them.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// Parses a request by its name; none for a name that is none of these.
            ///
            /// # Errors
            /// `invalid` with the field at fault.
            pub fn parse(name: &str, payload: &Value) -> Option<Result<Self, Error>> {
                match name {
                    $($name => Some(parse_object(payload.clone()).map(Self::$type)),)*
                    _ => None,
                }
            }
        }

        impl Service {
            /// Does what the operator alone may ask for.
            ///
            /// # Errors
            /// Why it was refused.
            pub async fn operate(&self, operation: Operation) -> Result<Value, Error> {
                match operation {
                    $(Operation::$type(request) => self.$run(request).await.map(told),)*
                }
            }
        }
    };
}

operations! {
    "user:add" => UserAdd: State -> User, add_user;
    "user:list" => UserList: Read -> UserListReply, list_users;
    "user:set_password" => UserSetPassword: State -> Done, set_password_of;
    "user:delete" => UserDelete: State -> Done, delete_user;
    "room:list_all" => RoomListAll: Read -> RoomListAllReply, list_all_rooms;
    "room:delete" => RoomDelete: State -> Done, delete_room;
}

impl Service {
    /// Does what the operator asks for by a request of the protocol, as the server itself.
    ///
    /// # Errors
    /// Why it was refused; `forbidden` for what a server does not do, such as to say something.
    pub async fn operate_by(&self, request: AnyRequest) -> Result<Value, Error> {
        let server = self.own_caller();
        match request {
            AnyRequest::RoomCreate(_)
            | AnyRequest::RoomConfigure(_)
            | AnyRequest::RoomSetTopic(_)
            | AnyRequest::RoomAdd(_)
            | AnyRequest::RoomRemove(_)
            | AnyRequest::RoomSetRole(_) => match EntryRequest::from_any(request) {
                Some(request) => self.write_now(&server, request).await.map(told),
                None => unreachable!("all of them write an entry"),
            },
            request if request.effect() == Effect::Entry || matches!(request, AnyRequest::RoomMarkRead(_)) => {
                Err(Error::new(Code::Forbidden, format!("{} is nothing that the server does itself.", request.name())))
            }
            request => self.run(&server, "the admin socket", request).await.map(told),
        }
    }
}

fn told(reply: impl Serialize) -> Value {
    serde_json::to_value(reply).unwrap_or_else(|error| unreachable!("a reply is JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_request_of_the_operators_hides_one_of_the_protocol() {
        assert!(Operation::NAMES.iter().all(|name| !AnyRequest::NAMES.contains(name)));
    }
}
