//! Posts of Engine.IO 3 on their way to the engine.
//!
//! A post of text is taken apart here, put right, and handed on in the binary framing, which the
//! engine reads byte by byte. Its reader of text is not for strangers: a length that ends within a
//! pair of surrogates (`1:👋x`) keeps it busy for ever.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chat_proto::limits;

use crate::transport::engine::answer::BINARY;
use crate::transport::engine::connect::without_query;
use crate::transport::engine::names::{marked, marked_post};
use crate::transport::engine::payload;
use crate::transport::engine::query;
use crate::transport::engine::repair::{Reading, read, repair};

/// How many sessions one generation remembers.
const REMEMBERED: usize = 4_096;
/// A body that the engine cannot read, so that it ends the session that posted it.
const UNREADABLE: &[u8] = &[2, 255];

/// A session's id.
type Session = [u8; 16];

/// What is known of the sessions that post.
#[derive(Debug, Default)]
pub struct Posts {
    encode_once: Mutex<Sessions>,
}

impl Posts {
    /// Hands a post on to the engine.
    pub async fn pass(&self, request: Request, next: Next) -> Response {
        // Compared as the engine does. What is posted in binary was encoded once by every client.
        if request.headers().get(header::CONTENT_TYPE) == Some(&BINARY) {
            return next.run(marked_post(request)).await;
        }
        let session = request.uri().query().and_then(|query| query::value(query, "sid=")?.as_bytes().try_into().ok());
        let (head, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, limits::PACKET).await else {
            // Too long; or cut off on its way, and then nobody is there to be told.
            next.run(with_body(head, UNREADABLE.to_vec())).await;
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let Some((reading, framed)) = self.reframe(session, &body) else {
            return next.run(with_body(head, UNREADABLE.to_vec())).await;
        };
        let response = next.run(with_body(head, framed)).await;
        if let (Reading::Once, Some(session), true) = (reading, session, response.status().is_success()) {
            self.sessions().insert(session);
        }
        response
    }

    /// How a text payload was encoded, and the same packets as a binary one; none where it is malformed.
    fn reframe(&self, session: Option<Session>, body: &[u8]) -> Option<(Reading, Vec<u8>)> {
        let packets = payload::split(std::str::from_utf8(body).ok()?).ok()?;
        let reading = read(&packets);
        let twice = reading == Reading::Twice && !session.is_some_and(|session| self.sessions().contains(&session));
        let packets: Vec<Cow<'_, str>> = packets.into_iter().map(|packet| put_right(packet, twice)).collect();
        Some((reading, payload::binary(packets.iter().map(AsRef::as_ref))))
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.encode_once.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put_right(packet: &str, twice: bool) -> Cow<'_, str> {
    let packet = if twice { repair(packet) } else { Cow::Borrowed(packet) };
    // No packet both joins a namespace and is an event.
    let changed = match (without_query(&packet), marked(&packet)) {
        (Cow::Owned(changed), _) | (_, Cow::Owned(changed)) => Some(changed),
        _ => None,
    };
    changed.map_or(packet, Cow::Owned)
}

fn with_body(mut head: Parts, body: Vec<u8>) -> Request {
    head.headers.insert(header::CONTENT_TYPE, BINARY);
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Request::from_parts(head, Body::from(body))
}

/// Sessions in two generations. Nobody tells when a session ends; so once there are enough, those
/// that were named longest ago are forgotten.
#[derive(Debug, Default)]
struct Sessions {
    young: HashSet<Session>,
    old: HashSet<Session>,
}

impl Sessions {
    fn contains(&self, session: &Session) -> bool {
        self.young.contains(session) || self.old.contains(session)
    }

    fn insert(&mut self, session: Session) {
        if self.young.len() == REMEMBERED && !self.young.contains(&session) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(session);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SESSION: Option<Session> = Some(*b"hT9-yT7Yx_NLmqp0");

    fn framed(posts: &Posts, session: Option<Session>, body: &str) -> Option<String> {
        let (_, framed) = posts.reframe(session, body.as_bytes())?;
        Some(String::from_utf8_lossy(&framed).into_owned())
    }

    #[test]
    fn a_post_reaches_the_engine_as_it_was_meant() {
        let posts = Posts::default();
        let (_, bytes) = posts.reframe(SESSION, "7:4hÃ©llo1:2".as_bytes()).unwrap();
        assert_eq!(bytes, b"\x00\x07\xff4h\xc3\xa9llo\x00\x01\xff2");
        let (_, bytes) = posts.reframe(SESSION, "6:4héllo1:2".as_bytes()).unwrap();
        assert_eq!(bytes, b"\x00\x07\xff4h\xc3\xa9llo\x00\x01\xff2");
        assert_eq!(posts.reframe(SESSION, b"0:").unwrap().1, b"");
        let (_, bytes) = posts.reframe(SESSION, "18:40/chat?sid=1234567:4hÃ©llo".as_bytes()).unwrap();
        assert_eq!(bytes, b"\x00\x08\xff40/chat,\x00\x07\xff4h\xc3\xa9llo");
    }

    #[test]
    fn who_once_encoded_once_does_so_for_ever() {
        let posts = Posts::default();
        assert!(framed(&posts, SESSION, "3:4Ã©").unwrap().ends_with("4é"));
        posts.sessions().insert(SESSION.unwrap());
        assert!(framed(&posts, SESSION, "3:4Ã©").unwrap().ends_with("4Ã©"));
        assert!(framed(&posts, None, "3:4Ã©").unwrap().ends_with("4é"));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut sessions = Sessions::default();
        let session = |number: usize| -> Session { format!("{number:016}").into_bytes().try_into().unwrap() };
        for number in 0..10 * REMEMBERED {
            sessions.insert(session(number));
            assert!(sessions.young.len() <= REMEMBERED && sessions.old.len() <= REMEMBERED);
        }
        for number in 9 * REMEMBERED..10 * REMEMBERED {
            assert!(sessions.contains(&session(number)));
        }
        assert!(!sessions.contains(&session(0)));
    }

    #[test]
    fn a_malformed_post_is_none() {
        for body in ["1:👋x", "4hello", "9:4", "4:4"] {
            assert!(framed(&Posts::default(), SESSION, body).is_none(), "{body}");
        }
        assert!(Posts::default().reframe(SESSION, b"2:4\xff").is_none());
    }

    proptest! {
        #[test]
        fn no_post_brings_it_down(body in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Posts::default().reframe(SESSION, &body);
        }
    }
}
