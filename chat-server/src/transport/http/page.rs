//! The page, from the binary.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What the page's build made; its folder is named by the build script.
#[derive(RustEmbed)]
#[folder = "$CHAT_WEB_DIST"]
pub(super) struct Dist;

/// A file of the page; for any other path a browser gets the page itself, and others a 404.
pub(super) async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_file = path != "index.html" && !path.is_empty() && !path.ends_with(".br");
    if is_file && let Some(response) = file(path, &headers) {
        return response;
    }
    let wants_html = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"));
    if path.starts_with("assets/") || path.starts_with("api/") || !wants_html {
        return (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response();
    }
    file("index.html", &headers).unwrap_or_else(|| (StatusCode::NOT_FOUND, "This server was built without its page.\n").into_response())
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Dist::get(path)?;
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    // Names in `assets/` carry a hash of their content.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = tag(&plain);
    let base = Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CACHE_CONTROL, cache)
        .header(header::VARY, "accept-encoding")
        .header(header::ETAG, &tag);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return base.status(StatusCode::NOT_MODIFIED).body(Body::empty()).ok();
    }
    let takes_brotli = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("br"));
    match Dist::get(&format!("{path}.br")).filter(|_| takes_brotli) {
        Some(small) => base.header(header::CONTENT_ENCODING, "br").body(Body::from(small.data)).ok(),
        None => base.body(Body::from(plain.data)).ok(),
    }
}

fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}
