//! A page's own `sid`.
//!
//! A tutorial lets its page ask with `sid=123456` and lets the server look at that. But `sid` is
//! the engine's own parameter: it takes the value for a session, finds none, and refuses before
//! any handler sees the request. So a `sid` that no session can have is renamed for the engine,
//! and the query as it came is kept with the connection.

use axum::extract::Request;
use axum::http::request::Parts;

use crate::transport::engine::query;

/// The query of an opening request as it came, where the engine got another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalQuery(pub String);

/// The query that a connection was opened with, as its page wrote it.
#[must_use]
pub fn original_query(parts: &Parts) -> &str {
    let moved = parts.extensions.get::<OriginalQuery>().map(|original| original.0.as_str());
    moved.or_else(|| parts.uri.query()).unwrap_or("")
}

/// Renames every `sid` but the session's in the request's query.
pub fn move_aside(request: &mut Request) {
    let Some(original) = request.uri().query() else { return };
    let Some(Moved { query, opening }) = moved(original) else { return };
    let original = original.to_owned();
    // An address that would get too long stays as it is, and the engine refuses it.
    let Some(uri) = query::with_query(request.uri(), &query) else { return };
    *request.uri_mut() = uri;
    if opening {
        request.extensions_mut().insert(OriginalQuery(original));
    }
}

/// What becomes of a query.
#[derive(Debug, PartialEq, Eq)]
struct Moved {
    /// For the engine.
    query: String,
    /// Whether no session is left in it.
    opening: bool,
}

/// None where the query may stay as it is: without a `sid`, or with one that a session can have.
///
/// Clients put the session's id in the place of the page's own, so that a query has one of them
/// alone; a page that writes its own into the address or the path may send both, in any order.
fn moved(original: &str) -> Option<Moved> {
    let sids = || original.split('&').filter_map(|pair| pair.strip_prefix("sid="));
    let session = sids().rfind(|sid| is_session(sid));
    if sids().count() == usize::from(session.is_some()) {
        return None;
    }
    let mut kept = false;
    let pairs = original.split('&').map(|pair| match pair.strip_prefix("sid=") {
        Some(sid) if !kept && Some(sid) == session => {
            kept = true;
            pair.to_owned()
        }
        Some(sid) => format!("classic_sid={sid}"),
        None => pair.to_owned(),
    });
    Some(Moved { query: pairs.collect::<Vec<_>>().join("&"), opening: session.is_none() })
}

/// Whether it has the shape of the engine's session ids: 96 bits in the URL's base64.
fn is_session(sid: &str) -> bool {
    sid.len() == 16 && sid.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use proptest::prelude::*;

    use super::*;

    const REAL: &str = "hT9-yT7Yx_NLmqp0";

    fn query_of(original: &str) -> String {
        moved(original).map_or_else(|| original.to_owned(), |moved| moved.query)
    }

    #[test]
    fn only_the_sessions_id_is_left() {
        let cases = [
            ("EIO=3&transport=polling", "EIO=3&transport=polling", false),
            ("EIO=3&sid=hT9-yT7Yx_NLmqp0", "EIO=3&sid=hT9-yT7Yx_NLmqp0", false),
            ("sid=123456&EIO=3", "classic_sid=123456&EIO=3", true),
            ("EIO=4&transport=websocket&sid=", "EIO=4&transport=websocket&classic_sid=", true),
            ("sid=123456&EIO=3&sid=hT9-yT7Yx_NLmqp0", "classic_sid=123456&EIO=3&sid=hT9-yT7Yx_NLmqp0", false),
            ("sid=hT9-yT7Yx_NLmqp0&EIO=3&sid=123456", "sid=hT9-yT7Yx_NLmqp0&EIO=3&classic_sid=123456", false),
            ("sid=1&sid=2", "classic_sid=1&classic_sid=2", true),
            ("sid=hT9-yT7Yx_NLmqp0&sid=hT9-yT7Yx_NLmqp0", "sid=hT9-yT7Yx_NLmqp0&classic_sid=hT9-yT7Yx_NLmqp0", false),
            ("sid=hT9-yT7Yx_NLmq%30", "classic_sid=hT9-yT7Yx_NLmq%30", true),
        ];
        for (original, expected, opening) in cases {
            assert_eq!(query_of(original), expected);
            assert_eq!(moved(original).is_some_and(|moved| moved.opening), opening, "{original}");
        }
    }

    #[test]
    fn the_query_as_it_came_stays_readable() {
        let original = "EIO=3&transport=polling&sid=123456&a=%20";
        let mut request = Request::builder().uri(format!("/socket.io/?{original}")).body(Body::empty()).unwrap();
        move_aside(&mut request);
        assert_eq!(request.uri(), "/socket.io/?EIO=3&transport=polling&classic_sid=123456&a=%20");
        let (parts, _) = request.into_parts();
        assert_eq!(original_query(&parts), original);

        let mut request = Request::builder().uri("/socket.io/?EIO=4").body(Body::empty()).unwrap();
        move_aside(&mut request);
        assert_eq!(original_query(&request.into_parts().0), "EIO=4");
    }

    proptest! {
        /// Whatever is asked, the engine finds one session at most, and nothing else is lost.
        #[test]
        fn the_engine_finds_one_session_at_most(pairs in prop::collection::vec("(sid=|EIO=|)([a-z0-9]{0,3}|[A-Za-z0-9_-]{16})", 0..6)) {
            let original = pairs.join("&");
            let query = query_of(&original);
            let sids: Vec<&str> = query.split('&').filter_map(|pair| pair.strip_prefix("sid=")).collect();
            prop_assert!(sids.len() <= 1 && sids.iter().all(|sid| is_session(sid)), "{query}");
            prop_assert_eq!(query.replace("classic_sid=", "sid="), original);
        }

        #[test]
        fn a_session_is_found_beside_the_pages_own(own in "[0-9]{1,8}", first in any::<bool>()) {
            let pairs = if first { [format!("sid={own}"), format!("sid={REAL}")] } else { [format!("sid={REAL}"), format!("sid={own}")] };
            let query = query_of(&pairs.join("&EIO=3&"));
            prop_assert_eq!(query::value(&query, "sid="), Some(REAL));
        }
    }
}
