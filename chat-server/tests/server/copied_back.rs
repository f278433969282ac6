//! An older copy of the database is put back: everybody finds out by the ids alone, nothing is done
//! to the wrong entry, and what only the lost end of the log held can be sent again.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, send};
use crate::running::Running;

/// What was said before the copy was made, and after it.
const KEPT: u64 = 5;
const LOST: u64 = 4;

/// Copies a stopped server's database; a clean stop leaves nothing beside it.
fn copy(from: &Path, to: &Path) {
    assert!(!from.join("chat.db-wal").exists() && !to.join("chat.db-wal").exists());
    std::fs::copy(from.join("chat.db"), to.join("chat.db")).unwrap();
}

/// A room that lost the end of its log, and what ada was told before it did.
struct Scene {
    server: Running,
    lobby: String,
    epoch: Value,
    /// The places of her messages, the first at seq 2.
    places: Vec<Value>,
}

impl Scene {
    /// Says so much, copies, says more, and puts the copy back.
    async fn new() -> Self {
        let dir = Arc::new(TempDir::new().unwrap());
        let old = TempDir::new().unwrap();
        let server = Running::start_in(dir.clone(), |_| {}).await;
        let mut ada = Client::guest(server.address, "ada").await;
        let (lobby, epoch) = (ada.lobby(), ada.welcome["sync"]["rooms"][0]["epoch"].clone());
        let mut places = Vec::new();
        for number in 0..KEPT {
            places.push(place(&epoch, &ada.say(&lobby, &format!("m{number}"), "kept").await.unwrap()));
        }
        server.stop().await;
        copy(dir.path(), old.path());
        let server = Running::start_in(dir.clone(), |_| {}).await;
        let mut ada = Client::guest(server.address, "ada").await;
        for number in KEPT..KEPT + LOST {
            places.push(place(&epoch, &ada.say(&lobby, &format!("m{number}"), "lost").await.unwrap()));
        }
        server.stop().await;
        copy(old.path(), dir.path());
        Self { server: Running::start_in(dir, |_| {}).await, lobby, epoch, places }
    }

    /// Others go on, until another entry stands wherever ada's lost ones did.
    async fn overtake(&self) {
        let mut bob = Client::guest(self.server.address, "bob").await;
        for number in 0..=LOST {
            bob.say(&self.lobby, &format!("b{number}"), "after the copy").await.unwrap();
        }
    }

    /// The place of ada's message of that number.
    fn place(&self, number: u64) -> &Value {
        &self.places[number as usize]
    }

    /// Whether `sync` tells ada to begin anew who holds the log up to that place.
    async fn is_reset(&self, ada: &mut Client, place: &Value) -> bool {
        let mut cursor = place.clone();
        cursor["room"] = json!(self.lobby);
        let sync = ada.request("sync", json!({ "cursors": [cursor] })).await.unwrap();
        sync["rooms"][0]["reset"].as_bool().unwrap()
    }
}

fn place(epoch: &Value, stored: &Value) -> Value {
    json!({ "epoch": epoch, "seq": stored["seq"], "id": stored["id"] })
}

fn is_final(error: &Value, field: &str) {
    assert_eq!((&error["code"], &error["retry"]), (&json!("epoch_changed"), &json!("never")), "{error}");
    assert_eq!(error["field"], field, "{error}");
}

#[tokio::test]
async fn who_held_the_lost_end_begins_anew() {
    let scene = Scene::new().await;
    let mut ada = Client::guest(scene.server.address, "ada").await;
    assert_eq!(ada.welcome["sync"]["rooms"][0]["head"]["seq"], json!(KEPT + 1));
    assert_eq!(ada.welcome["sync"]["rooms"][0]["epoch"], scene.epoch, "the epoch tells nothing: it was copied, too");
    // Above the head that was put back, and once others have overtaken it.
    for overtaken in [false, true] {
        if overtaken {
            scene.overtake().await;
        }
        for number in 0..KEPT + LOST {
            let (place, lost) = (scene.place(number), number >= KEPT);
            assert_eq!(scene.is_reset(&mut ada, place).await, lost, "overtaken {overtaken}, message {number}");
            for way in ["before", "after", "around"] {
                let page = ada.request("history:read", json!({ "room": scene.lobby, way: place["seq"], "place": place })).await;
                match page {
                    Ok(page) => assert!(!lost && page["epoch"] == scene.epoch, "overtaken {overtaken}, message {number}: {page}"),
                    Err(error) => assert!(lost && error["code"] == "epoch_changed", "overtaken {overtaken}, message {number}: {error}"),
                }
            }
        }
    }
    // From its head on she reads what is there now.
    let page = ada.request("history:read", json!({ "room": scene.lobby })).await.unwrap();
    let texts: Vec<&Value> = page["entries"].as_array().unwrap().iter().skip(1).map(|entry| &entry["content"]["text"]).collect();
    assert_eq!(texts, [vec!["kept"; KEPT as usize], vec!["after the copy"; LOST as usize + 1]].concat());
    scene.server.stop().await;
}

#[tokio::test]
async fn what_points_at_a_lost_entry_is_refused_for_good_and_changes_nothing() {
    let scene = Scene::new().await;
    let mut ada = Client::guest(scene.server.address, "ada").await;
    for overtaken in [false, true] {
        if overtaken {
            scene.overtake().await;
        }
        let before = ada.request("history:read", json!({ "room": scene.lobby })).await.unwrap();
        for number in KEPT..KEPT + LOST {
            let (lobby, place) = (&scene.lobby, scene.place(number));
            let id = |what: &str| format!("{what}-{number}-{overtaken}");
            let mut reply = send(lobby, &id("reply"), None, "indeed");
            reply["reply_to"] = place.clone();
            let content = json!({ "type": "text", "text": "other words" });
            let requests = [
                ("message:send", reply, "reply_to"),
                ("message:edit", json!({ "room": lobby, "client_id": id("edit"), "target": place, "content": content }), "target"),
                ("message:delete", json!({ "room": lobby, "client_id": id("delete"), "target": place }), "target"),
                ("message:react", json!({ "room": lobby, "client_id": id("react"), "target": place, "emoji": "👍", "on": true }), "target"),
                ("room:mark_read", json!({ "room": lobby, "place": place }), "place"),
                ("room:mark_read", json!({ "room": lobby, "place": place, "unread": true }), "place"),
            ];
            for (name, payload, field) in requests {
                is_final(&ada.request(name, payload).await.unwrap_err(), field);
            }
        }
        assert_eq!(ada.request("history:read", json!({ "room": scene.lobby })).await.unwrap(), before, "nothing was changed");
    }
    // What was there before the copy is hers as ever.
    let delete = json!({ "room": scene.lobby, "client_id": "d", "target": scene.place(0) });
    ada.request("message:delete", delete).await.unwrap();
    scene.server.stop().await;
}

#[tokio::test]
async fn what_only_the_lost_end_held_is_stored_anew_once() {
    let scene = Scene::new().await;
    scene.overtake().await;
    let head = KEPT + 1 + LOST + 1;
    let mut ada = Client::guest(scene.server.address, "ada").await;
    let last = KEPT + LOST - 1;
    // An item whose answer never came is sent again, still behind the lost one before it. Held back
    // it must not be: that one was answered, so `after` is worked out anew, as null.
    let (id, before) = (format!("m{last}"), format!("m{}", last - 1));
    let held = ada.request("message:send", send(&scene.lobby, &id, Some(&before), "lost")).await.unwrap_err();
    assert_eq!((&held["code"], &held["retry"]), (&json!("out_of_order"), &json!("later")));
    let stored = ada.request("message:send", send(&scene.lobby, &id, None, "lost")).await.unwrap();
    assert_eq!(stored["seq"], json!(head + 1));
    assert_ne!(&place(&scene.epoch, &stored), scene.place(last));
    // Behind another that has no answer either.
    let next = ada.request("message:send", send(&scene.lobby, "next", Some(&id), "next")).await.unwrap();
    assert_eq!(next["seq"], json!(head + 2));
    for after in [None, Some(before.as_str())] {
        let again = ada.request("message:send", send(&scene.lobby, &id, after, "lost")).await.unwrap();
        assert_eq!(again, stored, "a repeat gets the first result, whatever is before it");
    }
    // And what the copy held is not stored a second time.
    let kept = ada.request("message:send", send(&scene.lobby, "m0", None, "kept")).await.unwrap();
    assert_eq!(&place(&scene.epoch, &kept), scene.place(0));
    let sync = ada.request("sync", json!({})).await.unwrap();
    assert_eq!(sync["rooms"][0]["head"]["seq"], json!(head + 2));
    scene.server.stop().await;
}

/// Somebody whom only the lost end knew is somebody new under the same token, and can write.
#[tokio::test]
async fn who_was_new_in_the_lost_end_is_new_again() {
    let dir = Arc::new(TempDir::new().unwrap());
    let old = TempDir::new().unwrap();
    let server = Running::start_in(dir.clone(), |_| {}).await;
    let id = Client::guest(server.address, "ada").await.welcome["server"]["id"].clone();
    server.stop().await;
    copy(dir.path(), old.path());
    let server = Running::start_in(dir.clone(), |_| {}).await;
    let mut eve = Client::guest(server.address, "eve").await;
    let (lobby, known) = (eve.lobby(), eve.user());
    eve.say(&lobby, "e", "hello").await.unwrap();
    server.stop().await;
    copy(old.path(), dir.path());
    let server = Running::start_in(dir, |_| {}).await;
    let mut eve = Client::guest(server.address, "eve").await;
    assert_eq!(eve.welcome["server"]["id"], id);
    assert_ne!(eve.user(), known, "her outbox belongs to somebody who is no more, and is offered, not sent");
    assert_eq!(eve.say(&lobby, "e", "hello").await.unwrap()["seq"], 2);
    server.stop().await;
}
