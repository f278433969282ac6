//! What a request asks of the engine, read as the engine reads it.

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};

/// The generation of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Socket.IO 1.0 and before.
    TooOld,
    /// Socket.IO 1.1 to 2.x.
    Three,
    /// What the engine itself knows how to answer: Engine.IO 4, something newer, or no protocol.
    Other,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The generation of its protocol.
    pub protocol: Protocol,
    /// Whether it is long polling.
    pub polling: bool,
    /// Whether it wants an answer in the form of a script.
    pub jsonp: bool,
    /// Whether its client can read answers in text only.
    pub text: bool,
}

impl Asked {
    /// Reads it from a request's query and headers.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        Self::read(request.uri().query().unwrap_or(""), request.headers())
    }

    /// The same of a request without its body.
    #[must_use]
    pub fn of_head(head: &Parts) -> Self {
        Self::read(head.uri.query().unwrap_or(""), &head.headers)
    }

    fn read(query: &str, headers: &HeaderMap) -> Self {
        let protocol = match engines(query, "EIO=") {
            Some("1" | "2") => Protocol::TooOld,
            Some("3") => Protocol::Three,
            _ => Protocol::Other,
        };
        let polling = engines(query, "transport=") == Some("polling");
        // The client numbers its scripts: a page's own parameter of that name is likely something else.
        let jsonp = polling && value(query, "j=").is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        let text = matches!(value(query, "b64="), Some("1" | "true")) || is_node(headers);
        Self { protocol, polling, jsonp, text }
    }
}

/// Old clients in Node cannot read binary answers, and say so by `b64=1`; but not when the page's
/// own query has a `sid`, which their code takes for a session that has said so before.
fn is_node(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).is_some_and(|agent| agent.as_bytes().starts_with(b"node-XMLHttpRequest"))
}

/// A parameter as the engine reads those two: what stands after the first `=`, up to the next one.
fn engines<'a>(query: &'a str, prefix: &str) -> Option<&'a str> {
    value(query, prefix)?.split('=').next()
}

/// The first parameter of that name; `prefix` is the name with its `=`.
#[must_use]
pub fn value<'a>(query: &'a str, prefix: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(prefix))
}

/// The address with another query; none where that makes it longer than an address may be.
#[must_use]
pub fn with_query(uri: &Uri, query: &str) -> Option<Uri> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{}?{query}", uri.path()).parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        Asked::read(query, &HeaderMap::new())
    }

    #[test]
    fn what_the_clients_of_each_year_ask_for() {
        let polling = |protocol, text| Asked { protocol, polling: true, jsonp: false, text };
        let cases = [
            ("EIO=2&transport=polling&t=1416498176000-0", polling(Protocol::TooOld, false)),
            ("EIO=3&transport=polling&t=1416498176000-0", polling(Protocol::Three, false)),
            ("EIO=3&transport=polling&t=LYqPWx1&b64=1", polling(Protocol::Three, true)),
            ("b64=true&transport=polling&EIO=3", polling(Protocol::Three, true)),
            ("EIO=4&transport=polling&t=abc", polling(Protocol::Other, false)),
            // As the engine reads them.
            ("EIO=3=4&transport=polling=x", polling(Protocol::Three, false)),
            ("EIO=3&EIO=4&transport=polling", polling(Protocol::Three, false)),
            ("EIO=03&transport=polling", polling(Protocol::Other, false)),
            ("xEIO=3&transport=polling", polling(Protocol::Other, false)),
        ];
        for (query, expected) in cases {
            assert_eq!(asked(query), expected, "{query}");
        }
        assert!(!asked("EIO=3&transport=websocket").polling);
        assert_eq!(asked("").protocol, Protocol::Other);
    }

    #[test]
    fn a_script_is_asked_for_by_number() {
        assert!(asked("EIO=3&transport=polling&j=0").jsonp);
        assert!(asked("EIO=3&transport=polling&j=12&sid=x").jsonp);
        assert!(!asked("EIO=3&transport=polling&j=").jsonp);
        assert!(!asked("EIO=3&transport=polling&j=jane").jsonp);
        assert!(!asked("EIO=3&transport=websocket&j=0").jsonp);
    }

    #[test]
    fn node_reads_text_whatever_it_says() {
        let headers: HeaderMap = [(header::USER_AGENT, "node-XMLHttpRequest".parse().unwrap())].into_iter().collect();
        assert!(Asked::read("EIO=3&transport=polling&sid=123456", &headers).text);
    }

    #[test]
    fn an_address_gets_another_query() {
        let uri: Uri = "http://chat:3000/socket.io/?sid=1".parse().unwrap();
        assert_eq!(with_query(&uri, "a=b&c").unwrap(), "http://chat:3000/socket.io/?a=b&c");
        let uri: Uri = "/socket.io/?sid=1".parse().unwrap();
        assert_eq!(with_query(&uri, "a").unwrap(), "/socket.io/?a");
        assert_eq!(with_query(&uri, &"a".repeat(70_000)), None);
    }
}
