//! What comes with an event: all of its arguments as JSON, and the number of its acknowledgement.

use std::convert::Infallible;
use std::sync::Arc;

use serde::Serialize;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::{FromMessageParts, Value};
use socketioxide::socket::Socket;

/// All arguments of an event. socketioxide's own extractors give the first one alone, or a tuple of
/// a length that is known before.
pub(super) struct Raw(pub Vec<serde_json::Value>);

impl FromMessageParts<LocalAdapter> for Raw {
    type Error = Infallible;

    fn from_message_parts(_: &Arc<Socket<LocalAdapter>>, value: &mut Value, _: &Option<i64>) -> Result<Self, Infallible> {
        let all = match value {
            // The event's name stands before its arguments.
            Value::Str(text, _) => serde_json::from_str::<Vec<serde_json::Value>>(text.as_str()).unwrap_or_default(),
            Value::Bytes(_) => Vec::new(),
        };
        Ok(Self(all.into_iter().skip(1).collect()))
    }
}

/// The way to acknowledge, where that was asked for.
pub(super) struct Ack(Option<AckSender<LocalAdapter>>);

impl FromMessageParts<LocalAdapter> for Ack {
    type Error = Infallible;

    fn from_message_parts(socket: &Arc<Socket<LocalAdapter>>, value: &mut Value, ack: &Option<i64>) -> Result<Self, Infallible> {
        let asked = ack.is_some().then(|| {
            let Ok(sender) = AckSender::from_message_parts(socket, value, ack);
            sender
        });
        Ok(Self(asked))
    }
}

impl Ack {
    /// Acknowledges; nothing where nobody asked for it.
    pub(super) fn send(self, outcome: &impl Serialize) {
        if let Some(Err(error)) = self.0.map(|sender| sender.send(outcome)) {
            tracing::debug!(%error, "a classic client could not be answered");
        }
    }
}
