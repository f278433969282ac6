//! Events whose names are written with an escape, which Socket.IO's layer alone would end the connection for.

use serde_json::json;

use crate::classic_client::ClassicClient;
use crate::client::Client;
use crate::engine::raw::{PLAIN, Polling};
use crate::running::Running;

/// Names that no event has; JSON escapes something in each.
const NAMES: [&str; 4] = ["a\"b", "\\", "line\nfeed", "<img src=\"x\" onerror=\"y\">"];

#[tokio::test]
async fn a_classic_connection_is_told_that_there_is_no_such_event() {
    let server = Running::start().await;
    for (version, namespace) in [(3, "/"), (3, "/chat"), (4, "/"), (4, "/chat")] {
        let mut client = ClassicClient::connect_to(server.address, version, namespace).await;
        client.emit("chat message", json!(["mine"])).await;
        client.hears("chat message", json!(["mine"])).await;
        for name in NAMES {
            client.emit(name, json!(["x".repeat(10_000)])).await;
            // Control characters are for nobody's screen.
            let shown = name.replace('\n', "");
            client.hears("chat message", json!([format!("There is no event `{shown}` here.")])).await;
            let refused = client.ask(name, json!([])).await;
            assert_eq!(refused["error"]["code"], "unknown_event", "{name}");
        }
        // What only is written in another way is the same.
        client.send_frame(&format!("42{}[\"chat\\u0020message\",\"a\\\"b\"]", if namespace == "/" { "" } else { "/chat," })).await;
        client.hears("chat message", json!(["a\"b"])).await;
    }
}

#[tokio::test]
async fn over_polling_too() {
    let server = Running::start().await;
    let name = NAMES[0];
    let event = format!("42{}", json!([name]));
    let binary = [&[0, 1, 0, 255][..], event.as_bytes()].concat();
    assert_eq!(event.len(), 10, "the length that its frame has");
    let bytes = ("content-type", "application/octet-stream");
    let cases: [(&str, (&str, &str), Vec<u8>); 3] = [
        ("EIO=4&transport=polling", PLAIN, format!("42[\"join\",\"den\"]\u{1e}{event}").into_bytes()),
        ("EIO=3&transport=polling&b64=1", PLAIN, format!("16:42[\"join\",\"den\"]10:{event}").into_bytes()),
        ("EIO=3&transport=polling&b64=1", bytes, binary),
    ];
    for (query, kind, body) in cases {
        let session = Polling::open(server.address, query).await;
        if query.contains("EIO=4") {
            assert_eq!(session.post(PLAIN, b"40").await.status, 200);
        }
        // Who has not come in cannot speak.
        while !session.poll().await.text().contains("Welcome!") {}
        assert_eq!(session.post(kind, &body).await.status, 200);
        let mut heard = String::new();
        while !heard.contains("There is no event `a\\\"b` here.") {
            let answer = session.poll().await;
            assert_eq!(answer.status, 200, "{query}: {heard}");
            heard.push_str(answer.text());
        }
    }
}

#[tokio::test]
async fn a_native_connection_is_answered_with_an_error() {
    let server = Running::start().await;
    let mut native = Client::guest(server.address, "ada").await;
    for name in NAMES {
        let error = native.request(name, json!({})).await.unwrap_err();
        assert_eq!(error["code"], "unknown_event");
        assert!(error["message"].as_str().unwrap().contains(&format!("{name:?}")), "{error}");
    }
    let lobby = native.lobby();
    native.say(&lobby, "1", "still here").await.unwrap();
}
