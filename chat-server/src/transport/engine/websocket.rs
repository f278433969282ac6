//! An engine, and the lines of its WebSockets.
//!
//! What goes over a WebSocket has to be looked into (see [`names`](super::names), and for Engine.IO 3
//! [`connect`](super::connect) and [`refused`](super::refused)), and an engine takes its bytes from the line itself. So
//! it answers the handshake with nothing behind it, and then is given the line with [`Line`] around it,
//! and for Engine.IO 3 with [`Frames`]. Engines know their own sessions alone: whoever polls here upgrades here.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use socketioxide::layer::SocketIoLayer;
use socketioxide::service::SocketIoService;
use tower::{Layer, Service};

use crate::transport::engine::frames::Frames;
use crate::transport::engine::line::Line;
use crate::transport::engine::query::{Asked, Protocol};

/// An engine whose WebSockets are looked into.
#[derive(Clone)]
pub struct WebSockets(SocketIoService<Router>);

impl WebSockets {
    /// With the namespaces of that layer.
    #[must_use]
    pub fn new(layer: &SocketIoLayer) -> Self {
        Self(layer.layer(Router::new()))
    }

    /// Answers a request, and takes its line over where it becomes a WebSocket.
    pub async fn serve(&self, mut request: Request) -> Response {
        let is_old = Asked::of(&request).protocol == Protocol::Three;
        let upgrade = request.extensions_mut().remove::<OnUpgrade>();
        let (head, body) = request.into_parts();
        let line = upgrade.map(|upgrade| (upgrade, axum::http::Request::from_parts(head.clone(), ())));
        let mut engine = self.0.clone();
        let response = match engine.call(Request::from_parts(head, body)).await {
            Ok(response) => response.map(Body::new),
            Err(never) => match never {},
        };
        if let (StatusCode::SWITCHING_PROTOCOLS, Some((upgrade, handshake))) = (response.status(), line) {
            tokio::spawn(async move {
                match upgrade.await {
                    Ok(line) => {
                        let line = Line::new(TokioIo::new(line));
                        // The same handshake has just been answered, so nothing is wrong with it.
                        let _ =
                            if is_old { engine.call((Frames::new(line), handshake)).await } else { engine.call((line, handshake)).await };
                    }
                    Err(error) => tracing::debug!(%error, "a line ended before it was a WebSocket"),
                }
            });
        }
        response
    }
}
