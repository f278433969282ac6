//! The end of a connection that is not its own wish: it hears why, nothing more of any room, and is cut.

use std::time::Duration;

use chat_proto::error::{Error, Retry};
use chat_proto::event::{Closing, Event};
use socketioxide::SocketError;
use socketioxide::extract::SocketRef;

use super::{Peer, SocketIoFanOut, lock};
use crate::domain::presence::ConnectionId;

/// How long `closing` waits for the answer of the request that caused it.
const ANSWER_FIRST: Duration = Duration::from_millis(30);
/// How long a connection has for reading `closing` before it is cut.
const LAST_WORDS: Duration = Duration::from_millis(250);

impl SocketIoFanOut {
    /// Tells connections why they are closed, and cuts them.
    pub(super) fn close_now(&self, connections: &[ConnectionId], error: &Error) {
        for connection in connections {
            if self.close_classic(*connection, error) {
                continue;
            }
            let closing = |peer: &mut Peer| {
                peer.is_closing = true;
                peer.socket.clone()
            };
            let Some(socket) = lock(&self.sockets).get_mut(connection).map(closing) else { continue };
            // From here on it hears nothing more of any room.
            lock(&self.opening).end(*connection);
            socket.leave_all();
            let closing = Closing { error: error.clone() };
            tokio::spawn(async move {
                // The request that ended the session may be its own: its answer goes first.
                tokio::time::sleep(ANSWER_FIRST).await;
                if let Err(error) = socket.emit(Closing::NAME, &closing) {
                    tracing::debug!(%error, "a connection was closed without its last words");
                }
                tokio::time::sleep(LAST_WORDS).await;
                cut(socket);
            });
        }
    }

    /// Tells a classic connection why in its own words, and closes it; false if it is none. One that is to come back
    /// is not closed here but by the server's end, which ends its line: who is told by Socket.IO that the server
    /// closed it stays away for good.
    fn close_classic(&self, connection: ConnectionId, error: &Error) -> bool {
        let (socket, dialects) = {
            let mut classic = lock(&self.classic);
            let Some(socket) = classic.socket(connection).cloned() else { return false };
            classic.detach(connection);
            (socket, classic.hears(connection))
        };
        for dialect in dialects {
            let frame = dialect.notice(&error.message, &self.manners);
            if let Err(error) = socket.emit(frame.event, &frame.arguments) {
                tracing::debug!(%error, "a connection was closed without its last words");
            }
        }
        if error.retry == Retry::Later {
            return true;
        }
        tokio::spawn(async move {
            tokio::time::sleep(LAST_WORDS).await;
            cut(socket);
        });
        true
    }
}

/// Ends a connection. It hears no room any more from here on. One whose buffer is full cannot be
/// ended before there is room in it (socketioxide does nothing then): that is tried until it
/// reads, or until TCP gives up a peer that does not.
pub fn cut(socket: SocketRef) {
    socket.leave_all();
    if let Err(SocketError::InternalChannelFull) = socket.clone().disconnect() {
        tokio::spawn(async move {
            while socket.connected() {
                tokio::time::sleep(LAST_WORDS).await;
                if !matches!(socket.clone().disconnect(), Err(SocketError::InternalChannelFull)) {
                    return;
                }
            }
        });
    }
}
