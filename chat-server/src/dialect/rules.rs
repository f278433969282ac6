//! What the operator chose for classic clients.

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
    /// What a handshake must carry.
    pub require: Option<Require>,
    /// How they are spoken to.
    pub manners: Manners,
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
