//! The native namespace.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chat_proto::NAMESPACE;
use chat_proto::error::Error;
use chat_proto::event::{Closing, Event as _, Welcome};
use chat_proto::handshake::Auth;
use chat_proto::limits;
use serde_json::Value;
use socketioxide::extract::{Event, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::layer::SocketIoLayer;
use socketioxide::{SendError, SocketError, SocketIo, SocketIoBuilder};
use tokio::time::Instant;

use crate::fanout::socketio::{Engines, SocketIoFanOut, cut};
use crate::service::{Caller, Opening, Service};
use crate::transport::connection::Connection;
use crate::transport::engine::names::meant;
use crate::transport::origin::{Origins, peer};
use crate::transport::patience::{PATH, PATIENT, PROMPT, PROMPT_PATH};
use crate::transport::reply::ReplyTo;

/// How many packets wait for one reader before entries are dropped for it.
const BUFFER: usize = 256;
/// How long a `welcome` that finds the buffer full is tried again.
const PATIENCE: Duration = Duration::from_secs(10);

/// The layers of the two engines, the prompt one and the patient one, and their handle.
#[must_use]
pub fn layers() -> ([SocketIoLayer; 2], Engines) {
    let (prompt_layer, prompt) = builder().req_path(PROMPT_PATH).ping_timeout(PROMPT).build_layer();
    // A prompt may open in the middle of an upgrade, too.
    let (patient_layer, patient) = builder().req_path(PATH).ping_timeout(PATIENT).upgrade_timeout(PATIENT).build_layer();
    ([prompt_layer, patient_layer], Engines { prompt, patient })
}

fn builder() -> SocketIoBuilder {
    SocketIo::builder()
        .max_buffer_size(BUFFER)
        .max_payload(limits::PACKET as u64)
        // The payload limit covers polling alone; without these a WebSocket may send 64 MiB.
        .ws_max_message_size(limits::PACKET)
        .ws_max_frame_size(limits::PACKET)
        // An idle WebSocket keeps its read buffer: 4 KiB by default.
        .ws_read_buffer_size(512)
}

/// What the namespace's handlers share.
#[derive(Clone)]
pub struct Native {
    /// The chat.
    pub service: Arc<Service>,
    /// Where connections are registered.
    pub fanout: Arc<SocketIoFanOut>,
    /// Who may use a cookie.
    pub origins: Arc<Origins>,
}

/// The number of the next connection, of whatever namespace.
pub(super) static NEXT: AtomicU64 = AtomicU64::new(1);

/// Serves the native namespace on both engines.
pub fn serve(engines: &Engines, native: &Native) {
    serve_on(&engines.prompt, native.clone(), false);
    serve_on(&engines.patient, native.clone(), true);
}

fn serve_on(io: &SocketIo, native: Native, is_patient: bool) {
    let (for_identity, for_connection) = (native.clone(), native);
    let identify = move |socket: SocketRef, TryData(auth): TryData<Value>| {
        let native = for_identity.clone();
        async move { native.identify(&socket, auth.unwrap_or(Value::Null)).await.map_err(|error| refusal(&error)) }
    };
    // A plain function that registers before it returns: an async body loses the first events.
    let connect = move |socket: SocketRef| {
        for_connection.connected(socket, is_patient);
        std::future::ready(())
    };
    io.ns(NAMESPACE, connect.with(identify));
}

impl Native {
    async fn identify(&self, socket: &SocketRef, auth: Value) -> Result<(), Error> {
        let auth = Auth::parse(auth)?;
        let parts = socket.req_parts();
        let cookie = self.origins.session_cookie(parts);
        let opening = Opening { connection: NEXT.fetch_add(1, Ordering::Relaxed), auth, cookie };
        let caller = self.service.open(&opening).await?;
        socket.extensions.insert(Arc::new(caller));
        Ok(())
    }

    fn connected(&self, socket: SocketRef, is_patient: bool) {
        let Some(caller) = socket.extensions.remove::<Arc<Caller>>() else {
            return cut(socket);
        };
        let caller = self.service.enter(Arc::unwrap_or_clone(caller));
        let id = caller.connection;
        let parts = socket.req_parts();
        let from = self.origins.client_address(parts, peer(parts));
        let connection = Arc::new(Connection::new(id, self.service.clone(), socket.clone(), from));
        self.fanout.register(id, socket.clone(), is_patient);

        // Weak, since the socket keeps this handler for as long as it is itself kept, and the
        // connection keeps the socket. What keeps the connection is the next handler, which the
        // socket lets go of when it calls it.
        let queue = Arc::downgrade(&connection);
        socket.on_fallback(move |Event(name): Event, TryData(payload): TryData<Value>, reply: ReplyTo| {
            if let Some(queue) = queue.upgrade() {
                queue.enqueue(&meant(name), payload.unwrap_or(Value::Null), reply);
            }
            std::future::ready(())
        });
        let (service, fanout) = (self.service.clone(), self.fanout.clone());
        let kept = connection.clone();
        socket.on_disconnect(move |_: SocketRef| {
            let _ = &kept;
            service.closed(id);
            fanout.unregister(id);
            std::future::ready(())
        });
        if !socket.connected() {
            // It ended before its handler was there to be told, which nobody calls any more.
            socket.on_disconnect(|_: SocketRef| std::future::ready(()));
            self.service.closed(id);
            self.fanout.unregister(id);
            return;
        }
        let native = self.clone();
        tokio::spawn(async move { native.welcome(socket, connection).await });
    }

    async fn welcome(&self, socket: SocketRef, connection: Arc<Connection>) {
        match self.service.welcome(connection.id()).await {
            Ok(welcome) => {
                if send_welcome(&socket, &welcome).await {
                    connection.opened();
                } else {
                    cut(socket);
                }
            }
            Err(error) => {
                if let Err(error) = socket.emit(Closing::NAME, &Closing { error }) {
                    tracing::debug!(%error, "a connection could not be told why it ends");
                }
                cut(socket);
            }
        }
    }
}

/// Sends the `welcome`, again and again while the buffer is full; false when that takes too long.
async fn send_welcome(socket: &SocketRef, welcome: &Welcome) -> bool {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match socket.emit(Welcome::NAME, welcome) {
            Err(SendError::Socket(SocketError::InternalChannelFull)) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(SendError::Socket(SocketError::InternalChannelFull)) => return false,
            // A closed socket needs no welcome; its end is told elsewhere.
            Ok(()) | Err(_) => return true,
        }
    }
}

/// A refused connection gets a string: the JSON of our error object.
fn refusal(error: &Error) -> String {
    serde_json::to_string(error).unwrap_or_else(|_| error.message.clone())
}
