//! What the core wants done. Effects are data; the runtime does them in order.

use std::fmt;

use chat_proto::Request;
use chat_proto::handshake::Auth;
use chat_proto::id::{ClientId, Rid};
use chat_proto::name::DisplayName;
use serde_json::Value;

use crate::credentials::Known;
use crate::storage::{Cached, Change, Pair};

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a connection under this number; the one before it is closed.
    Connect(u64, Auth),
    /// Close the connection.
    Disconnect,
    /// Send a request on the connection.
    Emit(Emit),
    /// Keep a change; kept before the effects after it are done, or they are not done.
    Store(Pair, Box<Change>),
    /// Make durable what was stored so far.
    Seal,
    /// Tell what is kept for the pair.
    Load(Pair),
    /// Keep a copy of what the server has.
    Cache(Pair, Cached),
    /// Tell what waits here for others than the pair.
    FindStranded(Pair),
    /// Discard what waits for somebody else.
    DiscardStranded(Pair),
    /// Keep an account, durably.
    KeepAccount(Known),
    /// Forget the account's token.
    ForgetAccount,
    /// Make and keep a new guest's token under this name; the one before it is worthless now.
    NewGuest(DisplayName),
    /// Keep beside the token in use whose it is: the pair is shown at the next start, before the
    /// server has said so.
    KeepPair(Pair),
    /// Keep the guest's name.
    NameGuest(DisplayName),
    /// Put a text into the clipboard.
    Copy(String),
    /// Open a link in the browser.
    Open(String),
    /// Write this text on in the editor.
    Editor(String),
    /// Draw every cell anew.
    Redraw,
    /// End the program.
    Quit,
}

/// A request on its way. Its `Debug` never shows a password, or the code by which a server is claimed.
#[derive(Clone, PartialEq)]
pub struct Emit {
    /// Pairs the answer with it.
    pub rid: Rid,
    /// The event's name.
    pub name: &'static str,
    /// Its fields.
    pub payload: Value,
    /// The item of the outbox that it sends: it leaves only once that is kept.
    pub item: Option<ClientId>,
}

impl Emit {
    /// A request under this `rid`.
    #[must_use]
    pub fn new<R: Request>(rid: Rid, request: &R) -> Self {
        Self { rid, name: R::NAME, payload: serde_json::to_value(request).unwrap_or(Value::Null), item: None }
    }
}

impl fmt::Debug for Emit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = self.name.starts_with("account:") || self.name == "server:claim";
        write!(f, "Emit({} {} {})", self.rid, self.name, if secret { "…".to_owned() } else { self.payload.to_string() })
    }
}
