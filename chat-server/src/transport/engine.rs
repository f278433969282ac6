//! The Engine.IO edge: what stands between clients and Socket.IO's own engines, mostly for old ones.
//!
//! The engine speaks Engine.IO 3 and 4 as their specifications have it. Pages written years ago
//! need more: they name a `sid` of their own, they cannot read the engine's answers, and they
//! encode what they post twice. What is put right here:
//!
//! - [`query`]: what a request asks of the engine; [`sid`]: a page's own `sid` is moved aside;
//! - [`payload`]: the two framings of Engine.IO 3; [`answer`]: answers in a framing that every old
//!   client reads; [`post`]: posts on their way in; [`repair`]: UTF-8 that was encoded twice;
//! - [`connect`]: a query where a namespace's name should end; [`refused`]: a namespace's refusal
//!   as they know it; [`frames`]: both over a WebSocket; [`websocket`]: the engines that allow it;
//! - [`cors`]: pages from other places; [`refusal`]: what is not served, in plain words.
//!
//! And for everybody: [`names`] of events with an escape in them; [`line`]: those over a WebSocket. That is all
//! that is done to Engine.IO 4.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use socketioxide::layer::SocketIoLayer;
use socketioxide::socket::Sid;

use crate::transport::engine::names::marked_post;
use crate::transport::engine::post::Posts;
use crate::transport::engine::query::{Asked, Protocol};
use crate::transport::engine::websocket::WebSockets;
use crate::transport::patience::{PATH, PROMPT_PATH};

pub mod answer;
pub mod connect;
pub mod cors;
pub mod frames;
pub mod line;
pub mod names;
pub mod payload;
pub mod post;
pub mod query;
pub mod refusal;
pub mod refused;
pub mod repair;
pub mod sid;
pub mod websocket;

/// What the edge needs for a request, and remembers of those before it.
pub struct Edge {
    posts: Posts,
    prompt: WebSockets,
    patient: WebSockets,
}

/// The inner layer: what is an engine's goes there.
pub async fn engines(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    match request.uri().path() {
        path if path.starts_with(PROMPT_PATH) => edge.prompt.serve(request).await,
        path if is_engines(path) => edge.patient.serve(request).await,
        _ => next.run(request).await,
    }
}

/// The outermost layer: what comes in is made fit for the engine, and its answers for old clients.
pub async fn edge(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // That address is for requests that come by the other one, and past this layer.
    if path.starts_with(PROMPT_PATH) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if !is_engines(path) {
        return next.run(request).await;
    }
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return edge.serve(request, next).await;
    };
    if *request.method() == Method::OPTIONS {
        return cors::preflight(origin, request.headers());
    }
    cors::allow(edge.serve(request, next).await, origin)
}

impl Edge {
    /// In front of the namespaces of those layers, the prompt one and the patient one.
    #[must_use]
    pub fn new([prompt, patient]: [&SocketIoLayer; 2]) -> Arc<Self> {
        Arc::new(Self { posts: Posts::default(), prompt: WebSockets::new(prompt), patient: WebSockets::new(patient) })
    }

    /// Ends a session that polls, as its page would end it. Only the patient engine has such sessions.
    pub async fn end(&self, sid: Sid, protocol: Protocol) {
        let (version, close) = if protocol == Protocol::Three { (3, "1:1") } else { (4, "1") };
        let address = format!("{PATH}/?EIO={version}&transport=polling&sid={sid}");
        let request = Request::post(address).header(header::CONTENT_TYPE, "text/plain;charset=UTF-8").body(Body::from(close));
        match request {
            Ok(request) => drop(self.patient.serve(request).await),
            Err(error) => tracing::error!(%error, "a session that polls no longer could not be ended"),
        }
    }

    async fn serve(&self, mut request: Request, next: Next) -> Response {
        let asked = Asked::of(&request);
        if let Some(refusal) = refusal::refusal(request.uri().path(), &asked) {
            return refusal;
        }
        sid::move_aside(&mut request);
        match (asked.protocol, request.method()) {
            (Protocol::Three, &Method::POST) => self.posts.pass(request, next).await,
            (_, &Method::POST) => next.run(marked_post(request)).await,
            (Protocol::Three, &Method::GET) if asked.polling => answer::reframe(next.run(request).await, asked.text).await,
            _ => next.run(request).await,
        }
    }
}

/// The engine's own rule: `/socket.io-admin` is none of its business.
fn is_engines(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
