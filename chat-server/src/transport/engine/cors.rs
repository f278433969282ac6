//! Pages from other places.
//!
//! An old page lives on another host or is opened from a file (its Origin is then `null`), and a
//! page of any origin may join as a guest. Old clients ask with credentials, and then a browser
//! accepts no `*`: the answer names the origin and allows credentials.
//!
//! That gives a foreign page nothing of the user whose browser shows it. The session cookie counts
//! only where `Origins::is_ours` says that the request comes from a page of ours, so the foreign
//! page is a guest whether the cookie came along or not; and what it reads under `/socket.io/` is
//! the script, which is everybody's, and its own connection. Nothing else gets these headers: the
//! account's routes stay closed to other origins.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// How long a browser may go without asking again, in seconds.
const MAX_AGE: &str = "600";

/// Lets that origin read the answer. A WebSocket asks nobody.
#[must_use]
pub fn allow(mut response: Response, origin: HeaderValue) -> Response {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// The answer to a browser that asks whether it may ask: 1.2 does before each of its binary posts.
#[must_use]
pub fn preflight(origin: HeaderValue, asked: &HeaderMap) -> Response {
    let mut response = allow(StatusCode::NO_CONTENT.into_response(), origin);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_named_and_credentials_are_allowed() {
        for origin in ["null", "http://old.example:8080", "file://"] {
            let origin = HeaderValue::from_static(origin);
            let response = allow("ok".into_response(), origin.clone());
            assert_eq!(response.headers()["access-control-allow-origin"], origin);
            assert_eq!(response.headers()["access-control-allow-credentials"], "true");
            assert_eq!(response.headers()["vary"], "origin");
        }
    }

    #[test]
    fn a_browser_may_ask_first() {
        let asked: HeaderMap = [
            (header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST")),
            (header::ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("content-type")),
        ]
        .into_iter()
        .collect();
        let response = preflight(HeaderValue::from_static("null"), &asked);
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(response.headers()["access-control-allow-origin"], "null");
        assert_eq!(response.headers()["access-control-allow-methods"], "GET, POST");
        assert_eq!(response.headers()["access-control-allow-headers"], "content-type");
    }
}
