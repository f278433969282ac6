//! What the server tells without being asked. Events are past tense; `welcome` and `answer`
//! are the two that begin and end things.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::entry::Entry;
use crate::error::Error;
use crate::id::{Epoch, Rid, RoomId, ServerId, UserId};
use crate::limits::Limits;
use crate::place::Millis;
use crate::request::room_mark_read::ReadPosition;
use crate::request::sync::SyncReply;
use crate::text::MessageText;
use crate::user::{Author, Member, User};

/// An event from the server, with its name on the wire.
pub trait Event: Serialize + for<'de> Deserialize<'de> {
    /// The event's name.
    const NAME: &'static str;
}

macro_rules! events {
    ($($name:literal => $type:ident),* $(,)?) => {
        $(impl Event for $type { const NAME: &'static str = $name; })*

        /// Any event from the server.
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyEvent {
            $(#[doc = concat!("`", $name, "`.")] $type(Box<$type>),)*
        }

        impl AnyEvent {
            /// The names of all events, in the order of the table.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// Reads an event by its name; `None` for a name that this program is too old to know.
            ///
            /// # Errors
            /// What in the payload is not as the schema says.
            pub fn parse(name: &str, value: serde_json::Value) -> Option<Result<Self, serde_json::Error>> {
                match name {
                    $($name => Some(serde_json::from_value(value).map(|event| Self::$type(Box::new(event)))),)*
                    _ => None,
                }
            }
        }

        pub(crate) fn describe(visit: &mut impl crate::schema::Visit) {
            $(visit.event::<$type>($name);)*
        }
    };
}

events! {
    "welcome" => Welcome,
    "entries" => Entries,
    "answer" => Answer,
    "presence:changed" => PresenceChanged,
    "typing:changed" => TypingChanged,
    "read:changed" => ReadChanged,
    "user:changed" => UserChanged,
    "announced" => Announced,
    "closing" => Closing,
}

/// The first event of a connection: who the server is, who the client is, and where things stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Welcome {
    /// The protocol version that the server speaks.
    pub protocol: u32,
    /// The server.
    pub server: ServerInfo,
    /// Who the client is here.
    pub user: User,
    /// What the server allows.
    pub limits: Limits,
    /// The server's time.
    pub time: Millis,
    /// The answer of `sync` without cursors.
    pub sync: SyncReply,
}

/// The server, as told in `welcome`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ServerInfo {
    /// Made with its database.
    pub id: ServerId,
    /// The name that its operator gave it.
    pub name: String,
    /// Its version, such as `0.1.0`.
    pub version: String,
}

/// All entries of one room that were committed together, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Entries {
    /// The room.
    pub room: RoomId,
    /// The life of its log.
    pub epoch: Epoch,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// The answer to a request that carried a `rid` and asked for no acknowledgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Answer {
    /// The request's `rid`; null when it could not be read.
    pub rid: Option<Rid>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a request: `{"ok": …}` or `{"error": …}`; the Socket.IO acknowledgement is this alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done; the reply that the request is paired with.
    Ok(#[ts(type = "unknown")] serde_json::Value),
    /// Refused.
    Error(Error),
}

/// Something that an operator announces. It stands in no log: who is not here misses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Announced {
    /// What is announced.
    pub text: MessageText,
    /// The room, if it is for that room alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// When.
    pub time: Millis,
}

/// Who came, went or changed in a room; at most once a second. Above
/// [`PRESENCE_MEMBERS`](crate::limits::PRESENCE_MEMBERS) members `changes` stays empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PresenceChanged {
    /// The room.
    pub room: RoomId,
    /// How many are here now, away ones included.
    pub online: u32,
    /// How many are in the room now, here or not.
    pub total: u32,
    /// Those whose state changed.
    pub changes: Vec<Member>,
    /// Those of them who are in the room no longer, since it was a visit or they left: not even as somebody who is offline.
    #[serde(default)]
    pub gone: Vec<UserId>,
}

/// Who is typing in a room now: the whole list, so that a lost frame heals with the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TypingChanged {
    /// The room.
    pub room: RoomId,
    /// Who is typing, at most ten of them; the reader themself may be among them.
    pub users: Vec<Author>,
}

/// The reader's own read position moved, on this or another of their devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ReadChanged {
    /// The room.
    pub room: RoomId,
    /// Where it stands now.
    pub read: ReadPosition,
}

/// Somebody who shares a room with the reader, or the reader, has another name, colour or kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct UserChanged {
    /// The user as they are now.
    pub user: User,
}

/// The server is about to close this connection, and why. With `retry: later` the client comes
/// back after `retry_after_ms`; with `retry: never` it does not come back by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Closing {
    /// Why.
    pub error: Error,
}
