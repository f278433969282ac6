//! The operator's commands: what `chat-server user`, `room`, `token` and `announce` do.
//!
//! Each asks the server that runs on the data directory, by its admin socket ([`asking`]); where none runs,
//! it takes the directory's lock and asks the same service itself. [`terminal`] is where a person is asked.

use std::fmt;

use chat_proto::error::Error;

pub mod announce;
pub mod asking;
pub mod room;
pub mod table;
pub mod terminal;
pub mod token;
pub mod user;

/// Why a command could not do it.
#[derive(Debug)]
pub enum Problem {
    /// The server refused it.
    Refused(Error),
    /// Something else is wrong: a sentence for whoever gave the command.
    Failed(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => f.write_str(&error.message),
            Self::Failed(sentence) => f.write_str(sentence),
        }
    }
}

impl From<String> for Problem {
    fn from(sentence: String) -> Self {
        Self::Failed(sentence)
    }
}
