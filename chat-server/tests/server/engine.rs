//! The edge for old clients: what goes over the line, byte by byte, and the clients of their day.

mod clients;
mod echo;
pub mod raw;

use std::time::Duration;

use chat_proto::limits;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use self::echo::{SAID, echo};
use self::raw::{PLAIN, Polling, ask};
use crate::running::Running;

/// An event of the echo as one packet.
fn packet(event: &str, argument: &str) -> String {
    format!("42{}", serde_json::json!([event, argument]))
}

/// Packets in the binary framing, built another way than the server builds it.
fn binary(packets: &[&str]) -> Vec<u8> {
    let frame = |packet: &&str| {
        let digits = packet.len().to_string().into_bytes().into_iter().map(|digit| digit - 48);
        [vec![0], digits.collect(), vec![255], packet.as_bytes().to_vec()].concat()
    };
    packets.iter().flat_map(frame).collect()
}

#[tokio::test]
async fn a_browser_is_answered_in_bytes() {
    let query = "EIO=3&transport=polling&t=1416498176000-0";
    let session = Polling::open(echo().await, query).await;
    assert_eq!(session.opening.header("content-type"), "application/octet-stream");
    let digits = (session.opening.body.len() - 5).to_string().into_bytes();
    let head: Vec<u8> = [0].into_iter().chain(digits.iter().map(|digit| digit - b'0')).chain(*b"\xff0{").collect();
    assert!(session.opening.body.starts_with(&head), "{:?}", session.opening.body);

    let expected = binary(&["40", &packet("message", SAID), &packet("query", query)]);
    assert_eq!(session.poll_all(&expected).await, expected);
    // The answer to a post is no payload, and no client reads it as one.
    let posted = session.post(PLAIN, b"1:2").await;
    assert_eq!((posted.status, posted.text()), (200, "ok"));
    assert_eq!(session.poll().await.body, [0, 1, 255, b'3']);
}

#[tokio::test]
async fn who_reads_text_alone_is_answered_in_ascii() {
    let query = "EIO=3&transport=polling&b64=1";
    let session = Polling::open(echo().await, query).await;
    assert_eq!(session.opening.header("content-type"), "text/plain; charset=UTF-8");
    assert!(session.opening.text().contains(":0{\"sid\":"), "{:?}", session.opening);
    let expected =
        concat!(r#"2:4052:42["message","h\u00e9llo \u4f60\u597d \ud83d\udc4b"]"#, r#"43:42["query","EIO=3&transport=polling&b64=1"]"#);
    assert_eq!(String::from_utf8(session.poll_all(expected.as_bytes()).await).unwrap(), expected);
}

#[tokio::test]
async fn todays_clients_are_left_alone() {
    let query = "EIO=4&transport=polling";
    let session = Polling::open(echo().await, query).await;
    assert_eq!(session.opening.header("content-type"), "text/plain; charset=UTF-8");
    assert!(session.opening.text().starts_with("0{"), "{:?}", session.opening);
    assert_eq!(session.post(PLAIN, b"40").await.status, 200);
    let connect = format!("40{{\"sid\":\"{}\"}}", session.sid);
    let mut found = Vec::new();
    while found.len() < 3 {
        let answer = session.poll().await;
        // A heartbeat is no matter here.
        found.extend(answer.text().split('\u{1e}').filter(|packet| *packet != "2").map(str::to_owned));
    }
    assert_eq!(found, [connect, packet("message", SAID), packet("query", query)]);
    // What looks as if it was encoded twice is what was written.
    assert_eq!(session.post(PLAIN, "42[\"message\",\"Ã©\"]".as_bytes()).await.status, 200);
    assert!(session.poll().await.text().contains("\"Ã©\""));
}

/// How the server heard a post.
async fn heard(session: &Polling) -> Value {
    loop {
        let answer = session.poll().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if let Some(at) = text.find("42[\"heard\",") {
            let mut values = serde_json::Deserializer::from_str(&text[at + 2..]).into_iter::<Value>();
            return values.next().unwrap().unwrap()[1].take();
        }
    }
}

#[tokio::test]
async fn a_post_is_heard_as_it_was_written() {
    let address = echo().await;
    let said = packet("message", SAID);
    let twice: String = said.bytes().map(char::from).collect();
    let once_posted = format!("{}:{said}", said.encode_utf16().count());
    let twice_posted = format!("{}:{twice}", twice.chars().count());
    let in_bytes = binary(&[&said]);
    let bytes = ("content-type", "application/octet-stream");
    for (kind, body) in [(PLAIN, once_posted.as_bytes()), (PLAIN, twice_posted.as_bytes()), (bytes, &in_bytes)] {
        let session = Polling::open(address, "EIO=3&transport=polling").await;
        assert_eq!(session.post(kind, body).await.status, 200);
        assert_eq!(heard(&session).await["right"], true);
    }

    // Who was once heard to encode once is believed to have written what others only seem to have written.
    let session = Polling::open(address, "EIO=3&transport=polling").await;
    let imitation = "19:42[\"message\",\"Ã©!\"]".as_bytes();
    assert_eq!(session.post(PLAIN, once_posted.as_bytes()).await.status, 200);
    assert_eq!(heard(&session).await["text"], SAID);
    assert_eq!(session.post(PLAIN, imitation).await.status, 200);
    assert_eq!(heard(&session).await["text"], "Ã©!");
}

#[tokio::test]
async fn a_broken_post_ends_its_session_alone() {
    let address = echo().await;
    let other = Polling::open(address, "EIO=3&transport=polling").await;
    let long = format!("{}:4{}", limits::PACKET + 1, "x".repeat(limits::PACKET));
    let bodies: [(&[u8], u16); 6] =
        [("1:👋x".as_bytes(), 400), (b"9:2", 400), (b"hello", 400), (b"2:4\xff", 400), (b"1:9", 400), (long.as_bytes(), 413)];
    for (body, status) in bodies {
        let session = Polling::open(address, "EIO=3&transport=polling").await;
        assert_eq!(session.post(PLAIN, body).await.status, status, "{:?}", String::from_utf8_lossy(&body[..body.len().min(20)]));
        // Its end is told once, to the poll that waits or to the next one; then it is unknown.
        let gone = async { while session.poll().await.status == 200 {} };
        tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the session ends");
    }
    assert_eq!(other.post(PLAIN, b"1:2").await.status, 200);
}

#[tokio::test]
async fn a_pages_own_sid_is_moved_aside() {
    let address = echo().await;
    let both = [(3, "EIO=3", b"1:2".as_slice()), (4, "EIO=4", b"3")];
    for (version, engine, ping) in both {
        for order in 0..3 {
            let session = Polling::open(address, &format!("{engine}&transport=polling&sid=123456")).await;
            let real = &session.sid;
            let with_sids = |transport: &str| match order {
                0 => format!("{engine}&transport={transport}&sid={real}"),
                1 => format!("sid=123456&{engine}&transport={transport}&sid={real}"),
                _ => format!("sid={real}&{engine}&transport={transport}&sid=123456"),
            };
            let posted = ask(address, "POST", &format!("/socket.io/?{}", with_sids("polling")), &[PLAIN], ping).await;
            assert_eq!(posted.status, 200, "{version} {order}: {posted:?}");
            let url = format!("ws://{address}/socket.io/?{}", with_sids("websocket"));
            let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
            socket.send(Message::text("2probe")).await.unwrap();
            let answer = socket.next().await.unwrap();
            assert_eq!(answer.ok(), Some(Message::text("3probe")), "{version} {order}");
        }
    }
    for version in [3, 4] {
        let url = format!("ws://{address}/socket.io/?sid=123456&EIO={version}&transport=websocket");
        let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        let Some(Ok(Message::Text(open))) = socket.next().await else { panic!("no opening") };
        assert!(open.starts_with("0{"), "{open}");
    }
    // A session that is not there is none of the page's.
    let unknown = ask(address, "GET", "/socket.io/?EIO=3&transport=polling&sid=AAAAAAAAAAAAAAAA", &[], &[]).await;
    assert_eq!((unknown.status, unknown.text()), (400, r#"{"code":"1","message":"Session ID unknown"}"#));
}

#[tokio::test]
async fn what_is_not_served_is_refused_in_plain_words() {
    let address = echo().await;
    for (path, code, words) in [
        ("/socket.io/1/?t=1416498176000", "5", "this is a Socket.IO 0.9 client"),
        ("/socket.io/1/websocket/4d4f185e96a7b", "5", "this is a Socket.IO 0.9 client"),
        ("/socket.io/?EIO=2&transport=polling&t=1416498176000-0", "5", "this is a Socket.IO 1.0 client"),
        ("/socket.io/?EIO=3&transport=polling&j=0&t=x", "3", "JSONP"),
    ] {
        let answer = ask(address, "GET", path, &[("origin", "http://old.example")], &[]).await;
        let error: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"));
        assert_eq!((answer.status, answer.header("content-type")), (400, "application/json"));
        assert_eq!(error["code"], code);
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
        // The page that is refused may read why.
        assert_eq!(answer.header("access-control-allow-origin"), "http://old.example");
    }
}

#[tokio::test]
async fn pages_of_any_origin_and_files_may_ask() {
    let address = echo().await;
    for origin in ["null", "http://old.example:8080"] {
        for query in ["EIO=3&transport=polling", "EIO=4&transport=polling"] {
            let answer = ask(address, "GET", &format!("/socket.io/?{query}"), &[("origin", origin)], &[]).await;
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, origin));
            assert_eq!(answer.header("access-control-allow-credentials"), "true");
            assert_eq!(answer.header("vary"), "origin");
        }
        let asked = [("origin", origin), ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")];
        let answer = ask(address, "OPTIONS", "/socket.io/?EIO=3&transport=polling&sid=AAAAAAAAAAAAAAAA", &asked, &[]).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, origin));
        assert_eq!(answer.header("access-control-allow-headers"), "content-type");
    }
    let own = ask(address, "GET", "/socket.io/?EIO=3&transport=polling", &[], &[]).await;
    assert_eq!(own.header("access-control-allow-origin"), "");
}

/// In the real server: the script is everybody's, and what belongs to a signed-in user is nobody else's.
#[tokio::test]
async fn only_socket_io_is_open_to_other_origins() {
    let server = Running::start().await;
    let origin = [("origin", "http://old.example")];
    let script = ask(server.address, "GET", "/socket.io/socket.io.js", &origin, &[]).await;
    assert_eq!((script.status, script.header("access-control-allow-origin")), (200, "http://old.example"));
    let polled = ask(server.address, "GET", "/socket.io/?EIO=3&transport=polling", &origin, &[]).await;
    assert_eq!((polled.status, polled.header("content-type")), (200, "application/octet-stream"));
    // The inner address of the engine for today's clients has no edge in front of it.
    for path in ["/.prompt/socket.io/?EIO=3&transport=polling", "/.prompt/socket.io?EIO=4&transport=polling"] {
        assert_eq!(ask(server.address, "GET", path, &[], &[]).await.status, 404, "{path}");
    }
    for path in ["/", "/api/session", "/healthz", "/socket.io-admin/"] {
        let answer = ask(server.address, "GET", path, &origin, &[]).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
    server.stop().await;
}
