//! Where a scenario is played: who acts there, what they see, and the server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::scenario::{Actor, Deed, Kind, Line, Power};

/// Somebody who acts. Errors are sentences for people.
pub trait Player {
    /// Does something, and waits until it is done; what comes of it at others is not its concern.
    ///
    /// # Errors
    /// Why it could not be done.
    fn act(&mut self, deed: &Deed, pace: Pace) -> Result<(), String>;

    /// The text on its screen, or all that it has received.
    ///
    /// # Errors
    /// Why it cannot be seen.
    fn sees(&mut self) -> Result<String, String>;

    /// How it is with its connection.
    ///
    /// # Errors
    /// Why that cannot be told.
    fn line(&mut self) -> Result<Line, String>;

    /// Writes a picture of its screen into a file of that name, and of the ending that it has.
    ///
    /// # Errors
    /// Why it could not be written.
    fn picture(&mut self, stem: &Path) -> Result<PathBuf, String>;

    /// All that its terminal has shown, as an asciicast; `None` without a terminal.
    fn cast(&mut self) -> Option<String>;

    /// Goes for good, and tells whether it went as it should.
    ///
    /// # Errors
    /// How it went instead.
    fn leave(&mut self) -> Result<(), String>;
}

/// Where a scenario is played.
pub trait Stage {
    /// Whether actors of that kind can be there.
    fn has(&self, kind: Kind) -> bool;

    /// Whether the server is its own, to be killed and started.
    fn owns_server(&self) -> bool;

    /// Brings an actor, who is there when this returns; with its connection or on the way to one.
    ///
    /// # Errors
    /// Why it could not come.
    fn enter(&mut self, actor: &Actor) -> Result<Box<dyn Player>, String>;

    /// Does something to the server, and waits until it is done.
    ///
    /// # Errors
    /// Why it could not be done.
    fn power(&mut self, power: Power) -> Result<(), String>;

    /// Everybody has gone: tells what is not as it should be at the end.
    ///
    /// # Errors
    /// What that is.
    fn finish(&mut self) -> Result<(), String>;
}

/// How fast people type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two keys.
    pub key: Duration,
}

impl Pace {
    /// As fast as it goes.
    pub const FAST: Self = Self { key: Duration::ZERO };
    /// As people do.
    pub const REAL: Self = Self { key: Duration::from_millis(45) };

    /// Waits as long as between two keys.
    pub fn rest(self) {
        if !self.key.is_zero() {
            std::thread::sleep(self.key);
        }
    }
}

/// The line by which people do that in a composer; `None` for what is no line.
#[must_use]
pub fn command(deed: &Deed) -> Option<String> {
    match deed {
        Deed::Say(text) => Some(text.clone()),
        Deed::Edit(text) => Some(format!("/edit {text}")),
        Deed::React(emoji) => Some(format!("/react {emoji}")),
        Deed::Reply(text) => Some(format!("/reply {text}")),
        Deed::Join(room) => Some(format!("/join {room}")),
        Deed::Connect | Deed::Disconnect | Deed::Type(_) | Deed::Press(_) | Deed::Run(_) | Deed::Emit(_) => None,
    }
}
