//! What is not served, said in plain words.
//!
//! In the engine's own form of an error, so that a client shows it where it shows the engine's.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::transport::engine::query::{Asked, Protocol};

/// Why a request is not served, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    /// The engine's number for it.
    code: u8,
    sentence: &'static str,
}

const VERSION_0_9: Refusal = Refusal {
    code: 5,
    sentence: "Unsupported protocol version: this is a Socket.IO 0.9 client. Clients from 1.1 on are served; \
               load /socket.io/socket.io.js from this server instead.",
};
const VERSION_1_0: Refusal = Refusal {
    code: 5,
    sentence: "Unsupported protocol version: this is a Socket.IO 1.0 client. Clients from 1.1 on are served; \
               load /socket.io/socket.io.js from this server instead.",
};
const JSONP: Refusal = Refusal {
    code: 3,
    sentence: "Bad request: polling by scripts (JSONP) is not served. Use a browser that can ask other hosts (CORS), \
               and leave forceJSONP out.",
};

/// The answer to a request that is not served.
#[must_use]
pub fn refusal(path: &str, asked: &Asked) -> Option<Response> {
    let Refusal { code, sentence } = why(path, asked)?;
    let body = format!(r#"{{"code":"{code}","message":"{sentence}"}}"#);
    Some((StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn why(path: &str, asked: &Asked) -> Option<Refusal> {
    // 0.9 says its version in the path: `/socket.io/1/`, and what it does afterwards below that.
    let is_0_9 = path.strip_prefix("/socket.io/1").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match asked.protocol {
        Protocol::Other if is_0_9 => Some(VERSION_0_9),
        Protocol::TooOld => Some(VERSION_1_0),
        _ if asked.jsonp => Some(JSONP),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(protocol: Protocol, jsonp: bool) -> Asked {
        Asked { protocol, polling: true, jsonp, text: false }
    }

    #[test]
    fn what_is_not_served_is_refused() {
        let (old, new) = (asked(Protocol::Three, false), asked(Protocol::Other, false));
        assert_eq!(why("/socket.io/1/", &new), Some(VERSION_0_9));
        assert_eq!(why("/socket.io/1", &new), Some(VERSION_0_9));
        assert_eq!(why("/socket.io/1/xhr-polling/12345", &new), Some(VERSION_0_9));
        assert_eq!(why("/socket.io/", &asked(Protocol::TooOld, false)), Some(VERSION_1_0));
        assert_eq!(why("/socket.io/", &asked(Protocol::Three, true)), Some(JSONP));
        assert_eq!(why("/socket.io/", &asked(Protocol::Other, true)), Some(JSONP));
        for (path, asked) in [("/socket.io/", &old), ("/socket.io/", &new), ("/socket.io/1/", &old), ("/socket.io/12", &new)] {
            assert_eq!(why(path, asked), None, "{path}");
        }
    }

    #[test]
    fn a_refusal_is_json_in_the_engines_form() {
        for refusal in [VERSION_0_9, VERSION_1_0, JSONP] {
            assert!(!refusal.sentence.contains(['"', '\\']), "{refusal:?}");
        }
    }
}
