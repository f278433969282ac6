//! Lines of Engine.IO 3 that open as a WebSocket, for a page with a query of its own.
//!
//! What comes over them has to be looked into (see [`connect`](super::connect)), and an engine
//! takes its bytes from the line itself. So the engine answers the handshake with nothing behind
//! it, and another one with the same namespaces is given the line with [`Frames`] around it. That
//! one knows no session but those, so a session that opened by polling is none of its business;
//! such a client has joined its namespace in a post before it upgrades.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use socketioxide::layer::SocketIoLayer;
use socketioxide::service::SocketIoService;
use tower::{Layer, Service};

use crate::transport::engine::frames::Frames;
use crate::transport::slim::own_copies;

/// An engine for lines that it has not opened itself.
#[derive(Clone)]
pub struct WebSockets(SocketIoService<()>);

impl WebSockets {
    /// With the namespaces of that layer.
    #[must_use]
    pub fn new(layer: &SocketIoLayer) -> Self {
        Self(layer.layer(()))
    }

    /// Hands a handshake on to the engine, and then its line.
    pub async fn pass(&self, mut request: Request, next: Next) -> Response {
        let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
            return next.run(request).await;
        };
        own_copies(&mut request);
        let (head, body) = request.into_parts();
        let handshake = axum::http::Request::from_parts(head.clone(), ());
        let response = next.run(Request::from_parts(head, body)).await;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let mut engine = self.0.clone();
            tokio::spawn(async move {
                match upgrade.await {
                    Ok(line) => {
                        // The same handshake has just been answered, so nothing is wrong with it.
                        let _ = engine.call((Frames::new(TokioIo::new(line)), handshake)).await;
                    }
                    Err(error) => tracing::debug!(%error, "a line ended before it was a WebSocket"),
                }
            });
        }
        response
    }
}
