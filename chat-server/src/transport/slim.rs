//! What keeps an idle connection small.
//!
//! socketioxide keeps the handshake's request with its socket, and that keeps hyper's read buffer
//! alive: 16 KiB a connection, through the header values, the URI and axum's `OriginalUri`. Copies
//! of the few bytes that are needed let the buffer go.

use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::Response;

/// Replaces what points into the read buffer by copies.
pub async fn slim(mut request: Request, next: Next) -> Response {
    let copies: HeaderMap = request
        .headers()
        .iter()
        .map(|(name, value)| {
            let own_name = HeaderName::from_bytes(name.as_str().as_bytes()).unwrap_or_else(|_| name.clone());
            (own_name, HeaderValue::from_bytes(value.as_bytes()).unwrap_or_else(|_| value.clone()))
        })
        .collect();
    *request.headers_mut() = copies;
    if let Ok(uri) = request.uri().to_string().parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().remove::<OriginalUri>();
    next.run(request).await
}
