//! What the operator chose for classic clients.

use std::time::Duration;

use chat_proto::name::RoomName;

/// Everything that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether classic clients may join at all.
    pub enabled: bool,
    /// Where connections to `/` start.
    pub room: RoomName,
    /// Where connections to `/chat` start.
    pub chat_room: RoomName,
    /// To whom those of dialect C speak who have a session.
    pub c_audience: Audience,
    /// What a handshake must carry.
    pub require: Option<Require>,
    /// How they are spoken to.
    pub manners: Manners,
    /// How long one of whom nothing is heard is waited for.
    pub waits: Waits,
}

/// To whom somebody speaks in dialect C who has a session; without one everybody speaks in their room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// To their friends, as in the tutorial.
    #[default]
    Friends,
    /// In their room, like everybody.
    Room,
}

/// How long somebody of whom nothing is heard is waited for. No setting, but tests are in a hurry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Who was silent for so long has missed a heartbeat, which comes every 25 s.
    pub missed: Duration,
    /// Who was silent for so long is gone, unless they may sit in a prompt: a heartbeat, the 20 s that Socket.IO
    /// gives them for it, and a little more for the way.
    pub silent: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self { missed: Duration::from_secs(30), silent: Duration::from_secs(50) }
    }
}

/// What a handshake must carry, as the first steps tutorial's middleware wants it; else the
/// connection is refused with `Authentication error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Require {
    /// Any cookie, the tutorial's own check.
    AnyCookie,
    /// A cookie of that name.
    Cookie(String),
    /// That value in the query, whatever the origin.
    Query {
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
    },
}

/// How classic clients are spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// The server's name, under which it speaks where a dialect wants a name.
    pub server: String,
    /// What greets a connection in dialect A.
    pub welcome: String,
    /// Whether A and D, whose pages know no names, get `NAME: ` before what others say.
    pub names: bool,
}
