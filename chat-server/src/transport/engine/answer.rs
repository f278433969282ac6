//! Answers to the polls of Engine.IO 3, in a framing that every old client reads.
//!
//! The engine answers in text, which the clients read in three ways. In a browser 1.1 to 1.3
//! expect the binary framing and take a text for no answer at all; 1.4 to 1.7 count the bytes of a
//! text where the engine counts UTF-16. Outside browsers, where they ask with `b64=1`, 1.1 to 1.7
//! decode UTF-8 once more. All of them read the binary framing in a browser, and all of them read
//! ASCII outside; so that is what they get, and nobody needs to know which client it is.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chat_proto::limits;

use crate::transport::engine::{payload, refused};

/// Longest answer that is framed anew, in bytes: many times what the engine puts into one that
/// holds more than one packet.
const LONGEST: usize = 8 * limits::PACKET;
/// How the clients compare it: exactly.
pub const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Frames an answer of the engine anew, as ASCII text or as binary.
pub async fn reframe(response: Response, text: bool) -> Response {
    let is_text = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/plain"));
    // Errors are for people, and a session that ended while it was asked after is told by nothing at all.
    if response.status() != StatusCode::OK || !is_text {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let body = match axum::body::to_bytes(body, LONGEST).await {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "an answer was too long to be framed for an old client");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let Some(packets) = std::str::from_utf8(&body).ok().and_then(|body| payload::split(body).ok()) else {
        tracing::error!("the engine has answered an old client in no framing of Engine.IO 3");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if packets.is_empty() {
        return Response::from_parts(head, Body::from(body));
    }
    let packets: Vec<Cow<'_, str>> = packets.into_iter().map(refused::as_text).collect();
    let packets = packets.iter().map(AsRef::as_ref);
    let framed = if text { payload::text(packets).into_bytes() } else { payload::binary(packets) };
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(framed.len()));
    if !text {
        head.headers.insert(header::CONTENT_TYPE, BINARY);
    }
    Response::from_parts(head, Body::from(framed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "text/plain; charset=UTF-8";

    async fn reframed(status: StatusCode, kind: &'static str, body: &'static str, text: bool) -> (StatusCode, String, Vec<u8>) {
        let response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        let (head, body) = reframe(response, text).await.into_parts();
        let kind = head.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        (head.status, kind, axum::body::to_bytes(body, LONGEST).await.unwrap().to_vec())
    }

    #[tokio::test]
    async fn a_browser_gets_bytes() {
        let (status, kind, body) = reframed(StatusCode::OK, TEXT, "6:4héllo1:6", false).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/octet-stream"));
        assert_eq!(body, b"\x00\x07\xff4h\xc3\xa9llo\x00\x01\xff6");
    }

    #[tokio::test]
    async fn who_reads_text_alone_gets_ascii() {
        let (_, kind, body) = reframed(StatusCode::OK, TEXT, "6:4héllo1:6", true).await;
        assert_eq!((kind.as_str(), body.as_slice()), (TEXT, br"11:4h\u00e9llo1:6".as_slice()));
    }

    #[tokio::test]
    async fn what_is_no_payload_of_text_passes() {
        for (status, kind, body) in [
            (StatusCode::BAD_REQUEST, "application/json", r#"{"code":"1"}"#),
            (StatusCode::OK, "application/octet-stream", "\u{1}\u{2}"),
            (StatusCode::OK, TEXT, ""),
        ] {
            let (found_status, found_kind, found) = reframed(status, kind, body, false).await;
            assert_eq!((found_status, found_kind.as_str(), found.as_slice()), (status, kind, body.as_bytes()));
        }
    }
}
