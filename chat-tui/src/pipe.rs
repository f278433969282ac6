//! The chat as a tool in the shell: `send`, `tail`, `wait` and `export`, with no screen.
//!
//! In reading order:
//!
//! - [`send`], [`tail`], [`wait`], [`export`]: one verb a file;
//! - [`session`]: a connection through all that interrupts it, by the rules of the client on the screen;
//! - [`sending`]: what is on its way, by the rules of its [outbox](crate::state::outbox), held in memory
//!   alone: what a command had not sent when it ended is never sent;
//! - [`follow`]: one room's log, each entry once and in order; [`reading`] follows several;
//! - [`target`], [`who`], [`since`], [`split`]: what the words of a command line mean;
//! - [`input`], [`output`], [`notes`], [`stops`]: the shell around it;
//! - [`plain`], [`json`]: entries as lines.
//!
//! All of it is a library: a [`Session`](session::Session) as somebody, an [`Input`](input::Input), an
//! [`Output`](output::Output) and [`Stops`](stops::Stops) of one's own do for others than the shell.
//!
//! Pure are `follow`, `sending`, `split`, `since`, `plain` and `json`; the rest is driven by them.

use chat_proto::error::Error;

pub mod export;
pub mod follow;
pub mod input;
pub mod json;
pub mod notes;
pub mod output;
pub mod plain;
pub mod reading;
pub mod send;
pub mod sending;
pub mod session;
pub mod since;
pub mod split;
pub mod stops;
pub mod tail;
pub mod target;
pub mod wait;
pub mod who;

use stops::Stop;

/// Where the server is, and what chance is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's address.
    pub url: String,
    /// Whether the line is encrypted, or never leaves this machine.
    pub private_line: bool,
    /// Where random numbers begin.
    pub seed: u64,
}

/// Why a command did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Something went wrong here, or on the way.
    Failed(String),
    /// The time that it was given was over first.
    TimeIsUp(String),
    /// The server refused a request for good.
    Refused(Error),
    /// The server refused the connection for good.
    NotLetIn(String),
    /// Something may be done or not: it was sent and not answered.
    Unknown(String),
    /// A signal came first.
    Signal(u8, String),
}

impl Failure {
    /// What is told to people; nothing where whoever ended it knows.
    #[must_use]
    pub fn sentence(&self) -> &str {
        match self {
            Self::Refused(error) => &error.message,
            Self::Failed(sentence)
            | Self::TimeIsUp(sentence)
            | Self::NotLetIn(sentence)
            | Self::Unknown(sentence)
            | Self::Signal(_, sentence) => sentence,
        }
    }

    /// It is to end, and there is nothing to tell beside that.
    #[must_use]
    pub fn stopped(stop: Stop, sentence: impl Into<String>) -> Self {
        match stop {
            Stop::TimeIsUp => Self::TimeIsUp(sentence.into()),
            Stop::Signal(number) => Self::Signal(number, String::new()),
        }
    }
}
