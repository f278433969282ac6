//! The connection, as the core sees it.
//!
//! ```text
//! Opening ── welcome ──▶ Online ── down, closing ──▶ Waiting ── in time, or /reconnect ──▶ Opening
//!    └── refused, down ─────────────────────────────────┘ └── retry: never ──▶ Failed ── /reconnect ──▶ Opening
//! ```

use chat_proto::place::Millis;
use chat_proto::words;

/// How long opening a connection may take until `welcome`.
pub const OPEN_MS: Millis = 15_000;
/// The longest silence on a live link: the server's ping interval and timeout.
pub const SILENCE_MS: Millis = 45_000;
/// The shortest wait before a new attempt.
pub const BACKOFF_MIN_MS: Millis = 500;
/// A connection that lived so long counts as a good one.
pub const LASTING_MS: Millis = 10_000;
/// The longest wait before a new attempt.
pub const BACKOFF_MAX_MS: Millis = 10_000;

/// The connection.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// How far it is.
    pub phase: Phase,
    /// The number of the connection that counts; events of older ones are ignored.
    pub number: u64,
    /// How many connections in a row came to nothing, or did not last.
    pub attempts: u32,
    /// When `welcome` was last read.
    pub online_since: Millis,
    /// How many tokens in a row were refused.
    pub tokens_refused: u32,
    /// Whether there was ever a `welcome`.
    pub was_online: bool,
    /// Why the last connection came to nothing.
    pub reason: Option<String>,
    /// When something last came.
    pub heard_at: Millis,
    /// Nothing of the protocol has come from this connection yet.
    pub is_silent: bool,
    /// The server said goodbye, and when to come back; `None` means not by itself.
    pub farewell: Option<Farewell>,
}

/// What the server said before it closed the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// Come back after so many milliseconds.
    Later(Option<Millis>),
    /// Do not come back by yourself.
    Never(String),
    /// This session is over.
    SignedOut,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was tried yet.
    #[default]
    Idle,
    /// An attempt is under way since this moment.
    Opening(Millis),
    /// `welcome` was read.
    Online,
    /// The next attempt begins at this moment.
    Waiting(Millis),
    /// It will not be tried again by itself.
    Failed(String),
}

impl Link {
    /// Whether requests can be sent.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.phase == Phase::Online
    }

    /// Why the server was not reached since the program started: the address may be a wrong one.
    #[must_use]
    pub fn unreached(&self, url: &str) -> Option<String> {
        let reason = self.reason.as_ref().filter(|_| !self.was_online)?;
        Some(format!("{url} cannot be reached: {}. Is the server running there?", reason.trim_end_matches('.')))
    }

    /// Its state in the words that both clients use.
    #[must_use]
    pub fn words(&self, now: Millis) -> String {
        match &self.phase {
            Phase::Idle => words::DISCONNECTED.to_owned(),
            Phase::Opening(_) if !self.was_online && self.attempts == 0 => words::CONNECTING.to_owned(),
            Phase::Opening(_) => words::RECONNECTING.to_owned(),
            Phase::Online => words::CONNECTED.to_owned(),
            Phase::Waiting(until) => {
                let seconds = until.saturating_sub(now).div_ceil(1000).max(1);
                words::fill(words::RECONNECTING_IN, &[("seconds", &seconds.to_string())])
            }
            Phase::Failed(reason) => words::fill(words::FAILED, &[("reason", reason)]),
        }
    }
}
