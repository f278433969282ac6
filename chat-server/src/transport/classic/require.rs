//! Whether a handshake carries what the operator requires.

use axum::http::request::Parts;
use axum_extra::extract::CookieJar;

use crate::dialect::Require;
use crate::transport::engine::sid::original_query;

/// Whether the handshake carries it.
pub(super) fn is_met(require: &Require, parts: &Parts) -> bool {
    let cookies = || CookieJar::from_headers(&parts.headers);
    match require {
        Require::AnyCookie => cookies().iter().next().is_some(),
        Require::Cookie(name) => cookies().get(name).is_some(),
        Require::Query { name, value } => {
            form_urlencoded::parse(original_query(parts).as_bytes()).any(|(known, found)| known == name.as_str() && found == value.as_str())
        }
    }
}
