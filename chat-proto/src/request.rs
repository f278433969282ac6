//! Every request of the protocol, each in a file of its own beside its reply.
//!
//! Names are `noun:verb`, imperative. A payload is one JSON object; `rid` beside its fields asks
//! for an `answer` event with the same `rid` where no Socket.IO acknowledgement is asked for.
//! Unknown fields are ignored. A new request is a file here and a row in the table below.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Code, Error};
use crate::id::Rid;

pub mod account_login;
pub mod account_logout;
pub mod account_register;
pub mod account_set_password;
pub mod code_create;
pub mod code_end;
pub mod code_find;
pub mod code_list;
pub mod direct_open;
pub mod friend_accept;
pub mod friend_ask;
pub mod friend_list;
pub mod friend_refuse;
pub mod friend_remove;
pub mod history_read;
pub mod message_delete;
pub mod message_edit;
pub mod message_react;
pub mod message_send;
pub mod presence_set;
pub mod room_add;
pub mod room_configure;
pub mod room_create;
pub mod room_find;
pub mod room_invite;
pub mod room_join;
pub mod room_leave;
pub mod room_list;
pub mod room_mark_read;
pub mod room_members;
pub mod room_remove;
pub mod room_set_role;
pub mod room_set_topic;
pub mod search_read;
pub mod server_announce;
pub mod server_claim;
pub mod session_list;
pub mod session_revoke;
pub mod stored;
pub mod sync;
pub mod token_create;
pub mod token_list;
pub mod token_revoke;
pub mod typing_set;
pub mod user_find;
pub mod user_read;
pub mod user_rename;
pub mod user_set_role;

/// A request, paired with the reply that its `ok` carries.
pub trait Request: Serialize + DeserializeOwned {
    /// The event's name.
    const NAME: &'static str;
    /// What it does to the server.
    const EFFECT: Effect;
    /// What `ok` holds.
    type Reply: Serialize + DeserializeOwned;
}

/// What a request does to the server, which decides how it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Writes an entry into a room's log; carries a `client_id` and obeys `after`.
    Entry,
    /// Changes something else, in order with the connection's other requests.
    State,
    /// Reads only; nothing waits behind it.
    Read,
}

macro_rules! requests {
    ($($name:literal => $module:ident :: $type:ident : $effect:ident -> $reply:ty),* $(,)?) => {
        $(impl Request for $module::$type {
            const NAME: &'static str = $name;
            const EFFECT: Effect = Effect::$effect;
            type Reply = $reply;
        })*

        $(pub use $module::$type;)*

        /// Any request, parsed.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum AnyRequest {
            $(#[doc = concat!("`", $name, "`.")] $type($type),)*
        }

        impl AnyRequest {
            /// The names of all requests, in the order of the table.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The request's name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$type(_) => $name,)* }
            }

            /// What it does to the server.
            #[must_use]
            pub fn effect(&self) -> Effect {
                match self { $(Self::$type(_) => Effect::$effect,)* }
            }

            /// Parses a request by its event's name.
            ///
            /// # Errors
            /// `unknown_event`, or `invalid` with the field at fault.
            pub fn parse(name: &str, payload: serde_json::Value) -> Result<Self, Error> {
                match name {
                    $($name => parse_object(payload).map(Self::$type),)*
                    _ => {
                        let shown: String = name.chars().take(60).collect();
                        Err(Error::new(Code::UnknownEvent, format!("There is no event {shown:?} in this protocol.")))
                    }
                }
            }
        }

        $(impl From<$type> for AnyRequest {
            fn from(request: $type) -> Self { Self::$type(request) }
        })*

        pub(crate) fn describe(visit: &mut impl crate::schema::Visit) {
            $(visit.request::<$type, $reply>($name);)*
        }
    };
}

requests! {
    "sync" => sync::SyncRequest: Read -> sync::SyncReply,
    "message:send" => message_send::MessageSend: Entry -> stored::Stored,
    "message:edit" => message_edit::MessageEdit: Entry -> stored::Stored,
    "message:delete" => message_delete::MessageDelete: Entry -> stored::Stored,
    "message:react" => message_react::MessageReact: Entry -> stored::Stored,
    "history:read" => history_read::HistoryRead: Read -> history_read::Page,
    "search:read" => search_read::SearchRead: Read -> search_read::SearchReply,
    "room:list" => room_list::RoomList: Read -> room_list::RoomListReply,
    "room:find" => room_find::RoomFind: Read -> room_list::RoomSummary,
    "room:create" => room_create::RoomCreate: Entry -> room_create::RoomCreated,
    "room:join" => room_join::RoomJoin: Entry -> stored::Stored,
    "room:leave" => room_leave::RoomLeave: Entry -> stored::Stored,
    "room:invite" => room_invite::RoomInvite: Entry -> stored::Stored,
    "room:add" => room_add::RoomAdd: Entry -> stored::Stored,
    "room:remove" => room_remove::RoomRemove: Entry -> stored::Stored,
    "room:set_role" => room_set_role::RoomSetRole: Entry -> stored::Stored,
    "room:configure" => room_configure::RoomConfigure: Entry -> stored::Stored,
    "direct:open" => direct_open::DirectOpen: Entry -> room_create::RoomCreated,
    "friend:ask" => friend_ask::FriendAsk: Entry -> stored::Stored,
    "friend:accept" => friend_accept::FriendAccept: Entry -> stored::Stored,
    "friend:refuse" => friend_refuse::FriendRefuse: Entry -> stored::Stored,
    "friend:remove" => friend_remove::FriendRemove: Entry -> stored::Stored,
    "friend:list" => friend_list::FriendList: Read -> friend_list::FriendListReply,
    "code:create" => code_create::CodeCreate: State -> code_create::InviteCode,
    "code:find" => code_find::CodeFind: Read -> room_list::RoomSummary,
    "code:list" => code_list::CodeList: Read -> code_list::CodeListReply,
    "code:end" => code_end::CodeEnd: State -> stored::Done,
    "room:set_topic" => room_set_topic::RoomSetTopic: Entry -> stored::Stored,
    "room:members" => room_members::RoomMembers: Read -> room_members::RoomMembersReply,
    "room:mark_read" => room_mark_read::RoomMarkRead: State -> room_mark_read::ReadPosition,
    "typing:set" => typing_set::TypingSet: State -> stored::Done,
    "presence:set" => presence_set::PresenceSet: State -> stored::Done,
    "user:rename" => user_rename::UserRename: State -> crate::user::User,
    "user:find" => user_find::UserFind: Read -> user_find::UserFindReply,
    "user:read" => user_read::UserRead: Read -> user_read::Profile,
    "user:set_role" => user_set_role::UserSetRole: State -> stored::Done,
    "account:register" => account_register::AccountRegister: State -> account_login::SignedIn,
    "account:login" => account_login::AccountLogin: State -> account_login::SignedIn,
    "account:logout" => account_logout::AccountLogout: State -> stored::Done,
    "account:set_password" => account_set_password::AccountSetPassword: State -> stored::Done,
    "server:announce" => server_announce::ServerAnnounce: State -> stored::Done,
    "server:claim" => server_claim::ServerClaim: State -> crate::user::User,
    "session:list" => session_list::SessionList: Read -> session_list::SessionListReply,
    "session:revoke" => session_revoke::SessionRevoke: State -> stored::Done,
    "token:create" => token_create::TokenCreate: State -> token_create::TokenCreated,
    "token:list" => token_list::TokenList: Read -> token_list::TokenListReply,
    "token:revoke" => token_revoke::TokenRevoke: State -> stored::Done,
}

/// Takes the `rid` out of a request's payload. A payload that is no object has none; the request's
/// own parser refuses it.
///
/// # Errors
/// `invalid` for a `rid` that is not an id.
pub fn take_rid(payload: &mut serde_json::Value) -> Result<Option<Rid>, Error> {
    let Some(rid) = payload.as_object_mut().and_then(|object| object.remove("rid")) else {
        return Ok(None);
    };
    match rid {
        serde_json::Value::Null => Ok(None),
        serde_json::Value::String(text) => Rid::parse(text).map(Some).map_err(|reason| Error::invalid("rid", reason)),
        _ => Err(Error::invalid("rid", "is not a string")),
    }
}

/// Parses a payload that must be one JSON object.
///
/// # Errors
/// `invalid` with the path of the field at fault.
pub fn parse_object<T: DeserializeOwned>(payload: serde_json::Value) -> Result<T, Error> {
    if !payload.is_object() {
        return Err(Error::invalid("payload", "is not one JSON object"));
    }
    serde_path_to_error::deserialize(payload).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        explain(path, &error.inner().to_string())
    })
}

/// Turns serde's words into ours: which field, and what is wrong with it.
fn explain(path: String, words: &str) -> Error {
    if let Some(field) = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        let path = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        return Error::invalid(path, "is missing");
    }
    let path = if path.is_empty() { "payload".to_owned() } else { path };
    for kind in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, wanted)) = words.strip_prefix(kind).and_then(|rest| rest.split_once(", expected ")) {
            let found: String = found.chars().take(80).collect();
            return Error::invalid(path, format_args!("is {found}, but {wanted} is needed"));
        }
    }
    if let Some(rest) = words.strip_prefix("unknown variant ") {
        let rest: String = rest.chars().take(200).collect();
        return Error::invalid(path, format_args!("has an unknown value: {rest}"));
    }
    let words: String = words.chars().take(200).collect();
    Error::invalid(path, words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_name_the_field() {
        let send = |content: serde_json::Value| {
            AnyRequest::parse("message:send", json!({"room": "r", "client_id": "c", "after": null, "content": content}))
        };
        assert!(send(json!({"type": "text", "text": "hello"})).is_ok());
        let cases = [
            (send(json!({"type": "text"})), "content.text", "`content.text` is missing."),
            (send(json!({"type": "text", "text": 5})), "content.text", "`content.text` is integer `5`, but a string is needed."),
            (
                send(json!({"type": "text", "text": "a\0b"})),
                "content.text",
                "`content.text` holds the character U+0000, which nothing can store.",
            ),
            (send(json!({"type": "text", "text": " "})), "content.text", "`content.text` is empty."),
            (send(json!({"type": "film", "text": "x"})), "content.type", "`content.type` has an unknown value: `film`, expected `text`."),
            (AnyRequest::parse("message:send", json!({})), "room", "`room` is missing."),
            (AnyRequest::parse("sync", json!("x")), "payload", "`payload` is not one JSON object."),
        ];
        for (result, field, message) in cases {
            let error = result.unwrap_err();
            assert_eq!((error.field.as_deref(), error.message.as_str()), (Some(field), message));
        }
        assert_eq!(AnyRequest::parse("nonsense", json!({})).unwrap_err().code, Code::UnknownEvent);
    }
}
