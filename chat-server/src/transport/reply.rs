//! Where a request's answer goes.

use std::sync::Arc;

use chat_proto::error::Error;
use chat_proto::id::Rid;
use serde::Serialize;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::{FromMessageParts, Value};
use socketioxide::socket::Socket;
use socketioxide::{SendError, SocketError};

use crate::service::Reply;

/// The way back to whoever asked: the acknowledgement if one was asked for, else an `answer` event.
///
/// Kept as the acknowledgement's number, since socketioxide's own `AckSender` is gone after one
/// attempt, and an answer that finds the buffer full must be tried again.
#[derive(Clone)]
pub struct ReplyTo {
    socket: Arc<Socket<LocalAdapter>>,
    ack: Option<i64>,
    /// The request's `rid`, once it is read.
    pub rid: Option<Rid>,
}

/// What came of a request, as it is serialised.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome<'a> {
    Ok(&'a Reply),
    Error(&'a Error),
}

#[derive(Serialize)]
struct Answer<'a> {
    rid: &'a Option<Rid>,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

impl FromMessageParts<LocalAdapter> for ReplyTo {
    type Error = std::convert::Infallible;

    fn from_message_parts(socket: &Arc<Socket<LocalAdapter>>, _: &mut Value, ack: &Option<i64>) -> Result<Self, Self::Error> {
        Ok(Self { socket: socket.clone(), ack: *ack, rid: None })
    }
}

impl ReplyTo {
    /// Sends the answer; false when the buffer is full and it must be tried again.
    #[must_use]
    pub fn try_send(&self, result: &Result<Reply, Error>) -> bool {
        let outcome = match result {
            Ok(reply) => Outcome::Ok(reply),
            Err(error) => Outcome::Error(error),
        };
        let sent = match self.ack {
            Some(_) => self.ack_sender().send(&outcome),
            None => self.socket.emit("answer", &Answer { rid: &self.rid, outcome }),
        };
        !matches!(sent, Err(SendError::Socket(SocketError::InternalChannelFull)))
    }

    fn ack_sender(&self) -> AckSender<LocalAdapter> {
        let mut nothing = Value::Str("".into(), None);
        let Ok(sender) = AckSender::from_message_parts(&self.socket, &mut nothing, &self.ack);
        sender
    }
}
