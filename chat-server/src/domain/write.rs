//! What a caller wants written into a room's log, and what comes of it.

use chat_proto::id::{ClientId, RoomId};
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::stored::Stored;
use chat_proto::request::{
    AnyRequest, DirectOpen, FriendAccept, FriendAsk, FriendRefuse, FriendRemove, MessageDelete, MessageEdit, MessageReact, MessageSend,
    Request, RoomAdd, RoomConfigure, RoomCreate, RoomInvite, RoomJoin, RoomLeave, RoomRemove, RoomSetRole, RoomSetTopic,
};
use chat_proto::user::User;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// One request that writes an entry, and who makes it.
#[derive(Clone, Debug)]
pub struct Write {
    /// The author, as they are called at this moment.
    pub author: User,
    /// What they want.
    pub request: EntryRequest,
    /// Tells a repeat of the request from another one under the same client id.
    pub digest: i64,
    /// Whether the author visits rooms without being their member, and may speak in public ones.
    pub visiting: bool,
    /// Whether the author is a guest without a token, who keeps nothing.
    pub passing: bool,
    /// Whether the author's account is being deleted: they leave what nobody else leaves.
    pub for_good: bool,
}

/// The table of the requests that write an entry: those that name the room, and those that make or find it.
macro_rules! entry_requests {
    ($($variant:ident($type:ident)),* $(,)?; without a room: $($roomless:ident($roomless_type:ident)),* $(,)?) => {
        /// The requests that write an entry.
        #[derive(Clone, Debug, Serialize)]
        #[serde(untagged)]
        pub enum EntryRequest {
            /// The server's own: the room in which its author speaks to their friends.
            OpenFriends(OpenFriends),
            $(#[doc = concat!("The request [`", stringify!($roomless_type), "`].")] $roomless($roomless_type),)*
            $(#[doc = concat!("The request [`", stringify!($type), "`].")] $variant($type),)*
        }

        impl EntryRequest {
            /// The entry request in any request; none when it writes no entry.
            #[must_use]
            pub fn from_any(request: AnyRequest) -> Option<Self> {
                match request {
                    $(AnyRequest::$roomless_type(request) => Some(Self::$roomless(request)),)*
                    $(AnyRequest::$type(request) => Some(Self::$variant(request)),)*
                    _ => None,
                }
            }

            /// What it is called on the wire.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    Self::OpenFriends(_) => "friends:open",
                    $(Self::$roomless(_) => $roomless_type::NAME,)*
                    $(Self::$variant(_) => $type::NAME,)*
                }
            }

            /// The id that the client gave it.
            #[must_use]
            pub fn client_id(&self) -> &ClientId {
                match self {
                    Self::OpenFriends(request) => &request.client_id,
                    $(Self::$roomless(request) => &request.client_id,)*
                    $(Self::$variant(request) => &request.client_id,)*
                }
            }

            /// The room that it writes to; none for one that makes or finds its room.
            #[must_use]
            pub fn room(&self) -> Option<&RoomId> {
                match self {
                    Self::OpenFriends(_) => None,
                    $(Self::$roomless(_) => None,)*
                    $(Self::$variant(request) => Some(&request.room),)*
                }
            }

            /// What must be stored before it.
            #[must_use]
            pub fn after(&self) -> Option<&ClientId> {
                match self {
                    Self::OpenFriends(_) => None,
                    $(Self::$roomless(_) => None,)*
                    $(Self::$variant(request) => request.after.as_ref(),)*
                }
            }

            fn without_after(&self) -> Self {
                let mut request = self.clone();
                match &mut request {
                    Self::OpenFriends(_) => {}
                    $(Self::$roomless(_) => {})*
                    $(Self::$variant(request) => request.after = None,)*
                }
                request
            }
        }
    };
}

entry_requests! {
    Send(MessageSend),
    Edit(MessageEdit),
    Delete(MessageDelete),
    React(MessageReact),
    Topic(RoomSetTopic),
    Configure(RoomConfigure),
    Join(RoomJoin),
    Leave(RoomLeave),
    Invite(RoomInvite),
    Add(RoomAdd),
    Remove(RoomRemove),
    Role(RoomSetRole);
    without a room:
    Create(RoomCreate),
    Direct(DirectOpen),
    FriendAsk(FriendAsk),
    FriendAccept(FriendAccept),
    FriendRefuse(FriendRefuse),
    FriendRemove(FriendRemove),
}

/// Finds the room in which its author speaks to their friends, or makes it. No client asks for it: to them the room
/// comes with the first friend.
#[derive(Clone, Debug, Serialize)]
pub struct OpenFriends {
    /// Made for this request.
    pub client_id: ClientId,
}

/// What came of a write.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Written {
    /// The entry stands there.
    Stored(Stored),
    /// The room was made.
    Created(RoomCreated),
}

impl Write {
    /// The write of that author; its digest covers everything but `after`.
    #[must_use]
    pub fn new(author: User, request: EntryRequest) -> Self {
        let digest = digest(&request);
        Self { author, request, digest, visiting: false, passing: false, for_good: false }
    }
}

/// Stored with the entry, and compared with repeats that may come after an upgrade: it is made of
/// nothing but the request's name and its fields as they go over the wire.
fn digest(request: &EntryRequest) -> i64 {
    let mut hasher = Sha256::new();
    hasher.update(request.name());
    hasher.update(serde_json::to_vec(&request.without_after()).unwrap_or_default());
    let hash: [u8; 32] = hasher.finalize().into();
    i64::from_le_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
}
