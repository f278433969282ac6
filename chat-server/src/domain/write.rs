//! What a caller wants written into a room's log, and what comes of it.

use chat_proto::id::{ClientId, RoomId};
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::stored::Stored;
use chat_proto::request::{
    AnyRequest, MessageDelete, MessageEdit, MessageReact, MessageSend, Request, RoomCreate, RoomJoin, RoomLeave, RoomSetTopic,
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
}

/// The requests that write an entry.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum EntryRequest {
    /// `message:send`.
    Send(MessageSend),
    /// `message:edit`.
    Edit(MessageEdit),
    /// `message:delete`.
    Delete(MessageDelete),
    /// `message:react`.
    React(MessageReact),
    /// `room:set_topic`.
    Topic(RoomSetTopic),
    /// `room:create`.
    Create(RoomCreate),
    /// `room:join`.
    Join(RoomJoin),
    /// `room:leave`.
    Leave(RoomLeave),
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
        Self { author, request, digest, visiting: false }
    }
}

impl EntryRequest {
    /// The entry request in any request; none when it writes no entry.
    #[must_use]
    pub fn from_any(request: AnyRequest) -> Option<Self> {
        match request {
            AnyRequest::MessageSend(request) => Some(Self::Send(request)),
            AnyRequest::MessageEdit(request) => Some(Self::Edit(request)),
            AnyRequest::MessageDelete(request) => Some(Self::Delete(request)),
            AnyRequest::MessageReact(request) => Some(Self::React(request)),
            AnyRequest::RoomSetTopic(request) => Some(Self::Topic(request)),
            AnyRequest::RoomCreate(request) => Some(Self::Create(request)),
            AnyRequest::RoomJoin(request) => Some(Self::Join(request)),
            AnyRequest::RoomLeave(request) => Some(Self::Leave(request)),
            _ => None,
        }
    }

    /// What it is called on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Send(_) => MessageSend::NAME,
            Self::Edit(_) => MessageEdit::NAME,
            Self::Delete(_) => MessageDelete::NAME,
            Self::React(_) => MessageReact::NAME,
            Self::Topic(_) => RoomSetTopic::NAME,
            Self::Create(_) => RoomCreate::NAME,
            Self::Join(_) => RoomJoin::NAME,
            Self::Leave(_) => RoomLeave::NAME,
        }
    }

    /// The id that the client gave it.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        match self {
            Self::Send(request) => &request.client_id,
            Self::Edit(request) => &request.client_id,
            Self::Delete(request) => &request.client_id,
            Self::React(request) => &request.client_id,
            Self::Topic(request) => &request.client_id,
            Self::Create(request) => &request.client_id,
            Self::Join(request) => &request.client_id,
            Self::Leave(request) => &request.client_id,
        }
    }

    /// The room that it writes to; a creation has none yet.
    #[must_use]
    pub fn room(&self) -> Option<&RoomId> {
        match self {
            Self::Send(request) => Some(&request.room),
            Self::Edit(request) => Some(&request.room),
            Self::Delete(request) => Some(&request.room),
            Self::React(request) => Some(&request.room),
            Self::Topic(request) => Some(&request.room),
            Self::Create(_) => None,
            Self::Join(request) => Some(&request.room),
            Self::Leave(request) => Some(&request.room),
        }
    }

    /// What must be stored before it.
    #[must_use]
    pub fn after(&self) -> Option<&ClientId> {
        match self {
            Self::Send(request) => request.after.as_ref(),
            Self::Edit(request) => request.after.as_ref(),
            Self::Delete(request) => request.after.as_ref(),
            Self::React(request) => request.after.as_ref(),
            Self::Topic(request) => request.after.as_ref(),
            Self::Create(_) => None,
            Self::Join(request) => request.after.as_ref(),
            Self::Leave(request) => request.after.as_ref(),
        }
    }

    fn without_after(&self) -> Self {
        let mut request = self.clone();
        match &mut request {
            Self::Send(request) => request.after = None,
            Self::Edit(request) => request.after = None,
            Self::Delete(request) => request.after = None,
            Self::React(request) => request.after = None,
            Self::Topic(request) => request.after = None,
            Self::Create(_) => {}
            Self::Join(request) => request.after = None,
            Self::Leave(request) => request.after = None,
        }
        request
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
