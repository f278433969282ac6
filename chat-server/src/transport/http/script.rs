//! `/socket.io/socket.io.js`, which everybody else's pages load from their server.
//!
//! A layer outside Socket.IO's own, which answers everything else under `/socket.io/`.

use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::transport::http::page::Dist;

/// Serves the script; everything else goes on.
pub async fn serve_script(request: Request, next: Next) -> Response {
    let is_script = request.uri().path() == "/socket.io/socket.io.js" && matches!(*request.method(), Method::GET | Method::HEAD);
    match Dist::get("client/socket.io.js").filter(|_| is_script) {
        Some(file) => {
            let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
            (headers, file.data).into_response()
        }
        None => next.run(request).await,
    }
}
