//! What happens to the client: keys, the network, the clock. Everything that the core learns
//! comes in as one of these.

use chat_proto::error::Error;
use chat_proto::event::AnyEvent;
use chat_proto::id::RoomId;
use chat_proto::place::{Millis, Seq};

use crate::credentials::Credentials;
use crate::keys::Key;
use crate::state::viewport::Viewport;
use crate::storage::{Change, Kept, Stranded};

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// It is this late now, by a clock that only goes forward and as fast as time does; comes before
    /// every other event. All that is waited for is waited for by it.
    Time(Millis),
    /// It is this late by the clock on the wall, which people set. It dates things, and no more.
    Date(Millis),
    /// The screen has this many columns and rows.
    Resize(u16, u16),
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal's window has the focus, or has lost it.
    Focus(bool),
    /// The mouse did something at a column and a row.
    Mouse(Mouse, u16, u16),
    /// Something came from a connection, told by the number that [`Effect::Connect`](crate::effect::Effect::Connect) gave it.
    Link(u64, Link),
    /// What the storage keeps for the pair that was asked for.
    Loaded(Kept),
    /// This waits here for somebody else.
    Stranded(Vec<Stranded>),
    /// These changes could not be kept, none of them, and the sentence says why.
    NotKept(Vec<Change>, String),
    /// Somebody wants to see this entry: a search's result, a link.
    Jump(RoomId, Seq),
    /// The credentials as they stand in their file now.
    Credentials(Credentials),
    /// The screen was drawn: what of it is seen.
    Drawn(Viewport),
    /// The editor was closed, with what was written, or why it could not be used.
    Edited(Result<String, String>),
    /// Something that was asked of the rim went wrong; the sentence says what.
    Trouble(String),
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The left button went down.
    Click,
    /// The wheel went up.
    WheelUp,
    /// The wheel went down.
    WheelDown,
}

/// What came from a connection.
#[derive(Clone, Debug)]
pub enum Link {
    /// The server refused the handshake.
    Refused(Error),
    /// It is down, and why.
    Down(String),
    /// An event of the protocol.
    Wire(AnyEvent),
    /// An event that is not as the schema says.
    Unreadable(String),
}
