//! The one error object of the wire, and what each code means.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a request was refused. `message` is for people and is never parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS, thiserror::Error)]
#[error("{message}")]
#[ts(optional_fields)]
pub struct Error {
    /// What happened, for programs.
    pub code: Code,
    /// What happened and what to do, for people.
    pub message: String,
    /// Whether sending it again can help.
    pub retry: Retry,
    /// The field at fault, with dots between levels (`content.text`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// With `retry: later`, how many milliseconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// Whether, and when, sending a request again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// The answer is final.
    Never,
    /// After `retry_after_ms`, or an own backoff.
    Later,
    /// After a `sync`.
    Now,
    /// A word that this program is too old to know; treat it as `later`.
    #[serde(other)]
    Unknown,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A field is missing, mistyped, too long or otherwise not what the schema says.
    Invalid,
    /// No such event.
    UnknownEvent,
    /// The token is unknown, ended or somebody else's: sign in again.
    SignedOut,
    /// Identity and password do not fit.
    WrongPassword,
    /// The caller may not do that.
    Forbidden,
    /// The room or the entry does not exist, or the caller may not know that it does.
    NotFound,
    /// The name is taken, or looks like one that is.
    NameTaken,
    /// The client id was used for something else.
    Conflict,
    /// The message before it in the same outbox is not stored yet.
    OutOfOrder,
    /// Too much at once: wait.
    SlowDown,
    /// The log was made anew, or another entry stands at that place.
    EpochChanged,
    /// The message is deleted.
    Deleted,
    /// The server cannot do it at the moment; nothing is known to be stored.
    Unavailable,
    /// The client is too old for this server, or too new.
    UpdateNeeded,
    /// A code that this program is too old to know.
    #[serde(other)]
    Unknown,
}

impl Error {
    /// An error of that code, with the code's own way to retry.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry: code.retry(), field: None, retry_after_ms: None }
    }

    /// A field that is not what the schema says.
    #[must_use]
    pub fn invalid(field: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        let field = field.into();
        let mut error = Self::new(Code::Invalid, format!("`{field}` {reason}."));
        error.field = Some(field);
        error
    }

    /// The same, to be tried again after so many milliseconds.
    #[must_use]
    pub fn after(mut self, milliseconds: u64) -> Self {
        self.retry = Retry::Later;
        self.retry_after_ms = Some(milliseconds);
        self
    }

    /// Whether the answer is final: sending the request again can only give it again.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.retry == Retry::Never
    }
}

impl Code {
    /// Whether sending again can help after an error of this code.
    #[must_use]
    pub fn retry(self) -> Retry {
        match self {
            Self::OutOfOrder | Self::SlowDown | Self::Unavailable => Retry::Later,
            Self::Invalid
            | Self::UnknownEvent
            | Self::SignedOut
            | Self::WrongPassword
            | Self::Forbidden
            | Self::NotFound
            | Self::NameTaken
            | Self::Conflict
            | Self::EpochChanged
            | Self::Deleted
            | Self::UpdateNeeded
            | Self::Unknown => Retry::Never,
        }
    }
}
