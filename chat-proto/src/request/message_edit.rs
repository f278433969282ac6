//! `message:edit`: change what an own message says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bounds;
use crate::entry::NewContent;
use crate::id::{ClientId, RoomId, UserId};
use crate::limits;
use crate::place::Place;

/// Changes what an own message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct MessageEdit {
    /// The room.
    pub room: RoomId,
    /// Made by the client before it is first sent; the same in each repeat.
    pub client_id: ClientId,
    /// The request before it in the same outbox and room while that one has no final answer, else null.
    pub after: Option<ClientId>,
    /// The message.
    pub target: Place,
    /// What it says from now on.
    pub content: NewContent,
    /// Who is mentioned from now on.
    #[serde(default, deserialize_with = "bounds::list::<{ limits::MENTIONS }, _, _>")]
    #[schemars(length(max = limits::MENTIONS))]
    pub mentions: Vec<UserId>,
}
