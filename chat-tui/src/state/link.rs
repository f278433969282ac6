//! The connection, as the core sees it.
//!
//! ```text
//! Opening ── welcome ──▶ Online ── down, closing ──▶ Waiting ── in time, or /reconnect ──▶ Opening
//!    └── refused, down ─────────────────────────────────┘ └── retry: never ──▶ Failed ── /reconnect ──▶ Opening
//! ```

use chat_proto::error::{Code, Error, Retry};
use chat_proto::place::Millis;
use chat_proto::words;

use super::random::Random;

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

/// What the clock alone asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Another attempt begins.
    Open,
    /// The connection says nothing any more: it counts as down.
    Down,
}

impl Farewell {
    /// What the server's goodbye means.
    #[must_use]
    pub fn of(error: Error) -> Self {
        match error {
            Error { code: Code::SignedOut, .. } => Self::SignedOut,
            Error { retry: Retry::Never, message, .. } => Self::Never(message),
            Error { retry_after_ms, .. } => Self::Later(retry_after_ms),
        }
    }
}

impl Link {
    /// An attempt begins; gives its number.
    pub fn open(&mut self, now: Millis) -> u64 {
        self.number += 1;
        self.phase = Phase::Opening(now);
        self.heard_at = now;
        self.farewell = None;
        self.is_silent = true;
        self.number
    }

    /// `welcome` was read.
    pub fn welcomed(&mut self, now: Millis) {
        self.phase = Phase::Online;
        self.online_since = now;
        self.tokens_refused = 0;
        self.reason = None;
        self.was_online = true;
    }

    /// The connection is gone: whatever the old one still says is about nothing that is known. Tells
    /// whether it had come as far as `welcome`.
    pub fn forget(&mut self) -> bool {
        self.number += 1;
        self.is_online()
    }

    /// Waits before the next attempt: as long as the server said, else longer each time.
    pub fn wait(&mut self, after: Option<Millis>, now: Millis, random: &mut Random) {
        if self.online_since > 0 && self.online_since + LASTING_MS <= now {
            (self.attempts, self.online_since) = (0, 0);
        }
        let most = (BACKOFF_MIN_MS << self.attempts.min(6)).min(BACKOFF_MAX_MS);
        let own = random.between(BACKOFF_MIN_MS.max(most / 2), most + 1);
        self.attempts += 1;
        self.phase = Phase::Waiting(now + after.unwrap_or(own).max(BACKOFF_MIN_MS));
    }

    /// When the clock alone asks for something.
    #[must_use]
    pub fn due_at(&self) -> Option<Millis> {
        match self.phase {
            Phase::Waiting(until) => Some(until),
            Phase::Opening(since) => Some(since + OPEN_MS),
            Phase::Online => Some(self.heard_at + SILENCE_MS),
            Phase::Idle | Phase::Failed(_) => None,
        }
    }

    /// What the clock asks for by now.
    #[must_use]
    pub fn due(&self, now: Millis) -> Option<Due> {
        self.due_at().filter(|at| *at <= now)?;
        Some(if matches!(self.phase, Phase::Waiting(_)) { Due::Open } else { Due::Down })
    }

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
