//! Rooms over real sockets: who gets what, and who does not.

use serde_json::json;

use crate::client::{Client, send};
use crate::running::Running;

#[tokio::test]
async fn what_is_said_reaches_everybody_in_the_room_and_nobody_else() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut bob = Client::guest(server.address, "bob").await;
    let made = ada.request("room:create", json!({ "client_id": "r", "name": "ops", "topic": "things" })).await.unwrap();
    let ops = made["room"]["id"].as_str().unwrap().to_owned();
    ada.say(&ops, "1", "to myself").await.unwrap();
    bob.nothing("entries").await;
    for (name, payload) in [
        ("history:read", json!({ "room": ops })),
        ("room:members", json!({ "room": ops })),
        ("typing:set", json!({ "room": ops, "typing": true })),
    ] {
        let error = bob.request(name, payload).await.unwrap_err();
        assert_eq!(
            (&error["code"], &error["message"]),
            (&json!("forbidden"), &json!("You are not in #ops. /join ops lets you in.")),
            "{name}"
        );
    }
    bob.request("room:join", json!({ "room": ops, "client_id": "j", "after": null })).await.unwrap();
    let join = bob.event_where("entries", |event| event["room"] == ops.as_str()).await;
    assert_eq!(join["entries"][0]["kind"], "join", "the first thing that a joiner gets is their own join");
    ada.say(&ops, "2", "hello bob").await.unwrap();
    assert_eq!(bob.messages(&ops, 1).await[0]["content"]["text"], "hello bob");

    // Leaving and a secret right behind it: the frame is cut between the two.
    let leave = json!({ "room": ops, "client_id": "l", "after": null });
    let (left, _) = tokio::join!(bob.request("room:leave", leave), async { ada.say(&ops, "3", "before or after").await.unwrap() });
    left.unwrap();
    ada.say(&ops, "4", "a secret").await.unwrap();
    bob.request("sync", json!({})).await.unwrap();
    assert!(!bob.frames.iter().any(|frame| frame.contains("a secret")));
    assert_eq!(bob.request("sync", json!({})).await.unwrap()["rooms"].as_array().unwrap().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn edits_reactions_and_deletions_are_told() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut bob = Client::guest(server.address, "bob").await;
    let lobby = ada.lobby();
    let epoch = ada.welcome["sync"]["rooms"][0]["epoch"].clone();
    let said = ada.say(&lobby, "1", "helo").await.unwrap();
    let target = json!({ "epoch": epoch, "seq": said["seq"], "id": said["id"] });
    let edit = json!({ "room": lobby, "client_id": "2", "after": null, "target": target, "content": { "type": "text", "text": "hello" } });
    assert_eq!(bob.request("message:edit", edit.clone()).await.unwrap_err()["code"], "forbidden");
    ada.request("message:edit", edit).await.unwrap();
    let react = json!({ "room": lobby, "client_id": "3", "after": null, "target": target, "emoji": "🎉", "on": true });
    bob.request("message:react", react).await.unwrap();
    let delete = json!({ "room": lobby, "client_id": "4", "after": null, "target": target });
    ada.request("message:delete", delete).await.unwrap();
    let mut kinds = Vec::new();
    while kinds.len() < 4 {
        let event = bob.event("entries").await;
        kinds.extend(event["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()));
    }
    assert_eq!(kinds, ["message", "edit", "react", "delete"]);
    let page = bob.request("history:read", json!({ "room": lobby })).await.unwrap();
    assert!(!page.to_string().contains("hello"));
    server.stop().await;
}

#[tokio::test]
async fn typing_and_presence_are_told_once_and_end() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    let mut bob = Client::guest(server.address, "bob").await;
    let here = ada.event_where("presence:changed", |event| event["online"] == 2).await;
    assert!(here["changes"].as_array().unwrap().iter().any(|member| member["name"] == "bob" && member["presence"] == "online"));
    bob.request("typing:set", json!({ "room": lobby, "typing": true })).await.unwrap();
    let typing = ada.event("typing:changed").await;
    assert_eq!(typing["users"][0]["name"], "bob");
    bob.say(&lobby, "1", "done").await.unwrap();
    assert_eq!(ada.event("typing:changed").await["users"], json!([]), "what is said ends it");
    // A second connection of bob's: he is away only when both are.
    let mut second = Client::guest(server.address, "bob").await;
    assert_eq!(second.user(), bob.user());
    bob.request("presence:set", json!({ "away": true })).await.unwrap();
    second.request("presence:set", json!({ "away": true })).await.unwrap();
    let away = ada.event_where("presence:changed", |event| event.to_string().contains("away")).await;
    assert_eq!((away["online"].as_u64(), away["changes"].as_array().unwrap().len()), (Some(2), 1));
    second.request("presence:set", json!({ "away": false })).await.unwrap();
    ada.event_where("presence:changed", |event| event["changes"][0]["presence"] == "online").await;
    server.stop().await;
}

#[tokio::test]
async fn the_lobby_counts_the_guests_who_are_here() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let _bob = Client::guest(server.address, "bob").await;
    let list = ada.request("room:list", json!({})).await.unwrap();
    assert_eq!(list["rooms"][0]["members"], 2);
    ada.request("account:register", json!({ "identity": "ada", "password": "correct horse" })).await.unwrap();
    assert_eq!(ada.request("room:find", json!({ "name": "lobby" })).await.unwrap()["members"], 2);
    server.stop().await;
}

#[tokio::test]
async fn a_read_position_moves_on_all_devices() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut phone = Client::guest(server.address, "bob").await;
    let mut desk = Client::guest(server.address, "bob").await;
    let lobby = ada.lobby();
    let epoch = ada.welcome["sync"]["rooms"][0]["epoch"].clone();
    let mut payload = send(&lobby, "1", None, "hello @bob");
    payload["mentions"] = json!([phone.user()]);
    let said = ada.request("message:send", payload).await.unwrap();
    let read = |client: &serde_json::Value| client["rooms"][0]["read"].clone();
    let before = read(&desk.request("sync", json!({})).await.unwrap());
    assert_eq!((before["unread"].as_u64(), before["mentions"].as_u64()), (Some(1), Some(1)));
    let place = json!({ "epoch": epoch, "seq": said["seq"], "id": said["id"] });
    phone.request("room:mark_read", json!({ "room": lobby, "place": place })).await.unwrap();
    let moved = desk.event("read:changed").await;
    assert_eq!((moved["read"]["unread"].as_u64(), moved["read"]["mentions"].as_u64()), (Some(0), Some(0)));
    server.stop().await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    for index in 0..50 {
        ada.say(&lobby, &format!("c{index}"), &format!("line {index}")).await.unwrap();
    }
    let (user, server_id) = (ada.user(), ada.welcome["server"]["id"].clone());
    let server = server.restart().await;
    let closing = ada.event("closing").await;
    assert_eq!(closing["error"]["retry"], "later");
    assert!(closing["error"]["retry_after_ms"].as_u64().is_some());
    let mut ada = Client::guest(server.address, "ada").await;
    assert_eq!((ada.user(), &ada.welcome["server"]["id"]), (user, &server_id));
    // A repeat of what was stored before gets the first result.
    assert_eq!(ada.say(&lobby, "c7", "line 7").await.unwrap()["seq"], 9);
    let page = ada.request("history:read", json!({ "room": lobby })).await.unwrap();
    assert_eq!(page["entries"].as_array().unwrap().len(), 51);
    server.stop().await;
}
