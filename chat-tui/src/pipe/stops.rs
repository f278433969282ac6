//! Why a command ends before it is done: its time is up, or the system wants it to end.

use std::time::Duration;

use tokio::time::Instant;

use crate::platform;

/// Why it is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The time that it was given is over.
    TimeIsUp,
    /// This signal came.
    Signal(u8),
}

/// Tells when to end.
pub struct Stops {
    deadline: Option<Instant>,
    signals: Option<platform::Signals>,
}

impl Stops {
    /// A program's: its signals, and its time if it was given one. To be called on a runtime.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn of_program(time: Option<Duration>) -> Result<Self, String> {
        let signals = platform::Signals::open().map_err(|error| format!("The system's signals cannot be heard: {error}."))?;
        Ok(Self { signals: Some(signals), ..Self::after(time) })
    }

    /// Only the time, if there is an end to it: for what is a part of a program.
    #[must_use]
    pub fn after(time: Option<Duration>) -> Self {
        // What is beyond the clock's end is never.
        let deadline = time.and_then(|time| Instant::now().checked_add(time));
        Self { deadline, signals: None }
    }

    /// Waits until it is to end; what was told once is told again, a second signal as such.
    pub async fn next(&mut self) -> Stop {
        let deadline = self.deadline;
        let time_is_up = async move {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let signal = async {
            match &mut self.signals {
                Some(signals) => signals.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            number = signal => Stop::Signal(number),
            () = time_is_up => Stop::TimeIsUp,
        }
    }

    /// The time does not matter any more: something else limits it.
    pub fn forget_time(&mut self) {
        self.deadline = None;
    }
}
