//! No request goes without an answer, and what is wrong is named.

use chat_proto::AnyRequest;
use serde_json::{Value, json};

use crate::client::{Client, send};
use crate::running::Running;

#[tokio::test]
async fn every_request_is_answered_however_wrong_it_is() {
    let server = Running::start().await;
    let mut client = Client::guest(server.address, "ada").await;
    for name in AnyRequest::NAMES.iter().copied().chain(["nonsense", "message:fly"]) {
        for (index, payload) in
            [json!({}), json!({ "room": 5 }), json!({ "room": "a\0b" }), json!({ "room": "x".repeat(70) })].into_iter().enumerate()
        {
            match client.request(name, payload).await {
                Ok(_) => assert!(["sync", "room:list", "account:logout", "session:list", "presence:set"].contains(&name), "{name} {index}"),
                Err(error) => {
                    assert!(error["code"].is_string() && error["retry"].is_string(), "{name} {index}: {error}");
                    assert!(!error["message"].as_str().unwrap().is_empty());
                    if error["code"] == "invalid" {
                        assert!(error["field"].is_string(), "{name} {index}: {error}");
                    }
                }
            }
        }
        // Not even an object: the answer goes to the acknowledgement that was asked for.
        for payload in ["5", "\"x\"", "null", "[]", "[[1]]"] {
            client.send_frame(format!("42/v1,7[\"{name}\",{payload}]")).await;
            let ack = loop {
                client.request("sync", json!({})).await.unwrap();
                if let Some(frame) = client.frames.iter().find(|frame| frame.starts_with("43/v1,7")) {
                    break frame.clone();
                }
            };
            client.frames.clear();
            let ack: Value = serde_json::from_str(ack.strip_prefix("43/v1,7").unwrap()).unwrap();
            assert!(ack[0]["error"]["code"].is_string(), "{name} {payload}: {ack}");
        }
    }
    // A `rid` that is none is an error of its own, told to nobody in particular.
    client.emit_raw("sync", json!({ "rid": 5 })).await;
    let answer = client.event_where("answer", |answer| answer["rid"].is_null()).await;
    assert_eq!(answer["error"]["field"], "rid");
    server.stop().await;
}

#[tokio::test]
async fn an_answer_goes_to_the_acknowledgement_where_one_is_asked_for() {
    let server = Running::start().await;
    let mut client = Client::guest(server.address, "ada").await;
    let payload = send(&client.lobby(), "c1", None, "hello");
    client.send_frame(format!("42/v1,12{}", json!(["message:send", payload]))).await;
    client.request("sync", json!({})).await.unwrap();
    let ack = client.frames.iter().find_map(|frame| frame.strip_prefix("43/v1,12")).expect("an acknowledgement");
    let ack: Value = serde_json::from_str(ack).unwrap();
    assert_eq!(ack[0]["ok"]["seq"], 2);
    assert!(!client.inbox.iter().any(|(name, answer)| name == "answer" && answer["rid"].is_null()));
    server.stop().await;
}

#[tokio::test]
async fn refusals_name_the_field_over_the_wire() {
    let server = Running::start().await;
    let mut client = Client::guest(server.address, "ada").await;
    let lobby = client.lobby();
    let cases = [
        (send(&lobby, "c", None, &"x".repeat(16_385)), "content.text"),
        (send(&lobby, "c", None, "a\0b"), "content.text"),
        (send(&lobby, "c", None, "  \n "), "content.text"),
        (send(&lobby, "", None, "x"), "client_id"),
        (json!({ "room": lobby, "client_id": "c", "content": { "type": "film", "text": "x" } }), "content.type"),
        (json!({ "room": lobby, "client_id": "c", "content": { "type": "text", "text": "x" }, "mentions": [5] }), "mentions[0]"),
        (
            json!({ "room": lobby, "client_id": "c", "content": { "type": "text", "text": "x" }, "reply_to": { "seq": 1, "id": "x" } }),
            "reply_to.epoch",
        ),
        (send("nowhere", "c", None, "x"), "room"),
    ];
    for (payload, field) in cases {
        let error = client.request("message:send", payload).await.unwrap_err();
        assert_eq!((error["field"].as_str(), error["retry"].as_str()), (Some(field), Some("never")), "{error}");
    }
    client.nothing("entries").await;
    server.stop().await;
}

#[tokio::test]
async fn too_fast_is_told_how_long_to_wait() {
    let server = Running::start_with(|settings| (settings.limits.message_burst, settings.limits.messages_per_second) = (3, 5)).await;
    let mut client = Client::guest(server.address, "ada").await;
    let lobby = client.lobby();
    for index in 0..3 {
        client.say(&lobby, &format!("c{index}"), "x").await.unwrap();
    }
    let error = client.say(&lobby, "c3", "x").await.unwrap_err();
    assert_eq!((error["code"].as_str(), error["retry"].as_str()), (Some("slow_down"), Some("later")));
    let wait = error["retry_after_ms"].as_u64().unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    client.say(&lobby, "c3", "x").await.unwrap();
    server.stop().await;
}

/// Who ignores the window is told so; their requests do not pile up in the server.
#[tokio::test]
async fn a_flood_is_refused_and_every_request_of_it_answered() {
    let server = Running::start_with(|settings| settings.limits.message_burst = 100_000).await;
    let mut client = Client::guest(server.address, "ada").await;
    let lobby = client.lobby();
    let many = 3_000;
    for index in 0..many {
        let mut payload = send(&lobby, &format!("c{index}"), None, "x");
        payload["rid"] = json!(format!("{index}"));
        client.emit_raw("message:send", payload).await;
    }
    let mut answered = std::collections::HashSet::new();
    let mut refused = 0;
    while answered.len() < many {
        let answer = client.event("answer").await;
        refused += usize::from(answer["error"]["code"] == "slow_down");
        assert!(answered.insert(answer["rid"].as_str().unwrap().to_owned()), "answered twice: {answer}");
        client.inbox.retain(|(name, _)| name == "answer");
    }
    assert!(refused > 0 && refused < many, "{refused} of {many} were refused");
    server.stop().await;
}

/// A socket's id is the key to its connection: it must never be told to anybody else.
#[tokio::test]
async fn nobody_sees_anothers_socket_id() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut bob = Client::guest(server.address, "bob").await;
    let lobby = ada.lobby();
    for (index, (name, payload)) in [
        ("message:send", send(&lobby, "1", None, "hello")),
        ("typing:set", json!({ "room": lobby, "typing": true })),
        ("presence:set", json!({ "away": true })),
        ("user:rename", json!({ "name": "ada the second" })),
        ("room:create", json!({ "client_id": "2", "name": "ops" })),
    ]
    .into_iter()
    .enumerate()
    {
        ada.request(name, payload).await.unwrap_or_else(|error| panic!("{index}: {error}"));
    }
    bob.event("typing:changed").await;
    bob.event_where("presence:changed", |event| event["changes"].as_array().is_some_and(|changes| !changes.is_empty())).await;
    bob.request("room:members", json!({ "room": lobby })).await.unwrap();
    bob.request("history:read", json!({ "room": lobby })).await.unwrap();
    bob.request("sync", json!({ "show": [lobby] })).await.unwrap();
    for frame in &bob.frames {
        assert!(!frame.contains(&ada.sid), "{frame}");
    }
    server.stop().await;
}
