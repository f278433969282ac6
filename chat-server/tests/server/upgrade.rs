//! Databases that older releases left: what was written before each migration is there after it.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::client::{Client, send, token};
use crate::running::Running;

const FIRST: &str = include_str!("upgrade/first.sql");
/// How many migrations there are; with another one, a release that had these is an older one, too.
const MIGRATIONS: i64 = 5;

/// The directory of a server that had so many migrations.
async fn left_by(version: i64) -> Arc<tempfile::TempDir> {
    let dir = tempfile::tempdir().unwrap();
    let all = Migrator::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite"))).await.unwrap();
    assert_eq!(all.iter().last().unwrap().version, MIGRATIONS, "tell this test of the new migration");
    let up_to = |version| Migrator {
        migrations: Cow::Owned(all.iter().filter(|migration| migration.version <= version).cloned().collect()),
        ..Migrator::DEFAULT
    };
    let options = SqliteConnectOptions::new().filename(dir.path().join("chat.db")).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    up_to(1).run(&mut connection).await.unwrap();
    sqlx::raw_sql(FIRST).execute(&mut connection).await.unwrap();
    up_to(version).run(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    Arc::new(dir)
}

async fn page(client: &mut Client, room: &str) -> Value {
    client.request("history:read", json!({ "room": room })).await.unwrap()
}

fn texts(page: &Value) -> Vec<&str> {
    page["entries"].as_array().unwrap().iter().filter_map(|entry| entry["content"]["text"].as_str()).collect()
}

/// Waits until all that was said before there was a search can be found.
async fn found(client: &mut Client, query: &str) -> Vec<Value> {
    loop {
        let reply = client.request("search:read", json!({ "query": query })).await.unwrap();
        if reply["preparing"] == false {
            return reply["hits"].as_array().unwrap().iter().map(|hit| hit["entry"]["seq"].clone()).collect();
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
}

#[tokio::test]
async fn what_older_releases_wrote_is_all_there() {
    for version in 1..=MIGRATIONS {
        let dir = left_by(version).await;
        let server = Running::start_in(dir, |_| {}).await;
        let mut ada = Client::connect(server.address, json!({ "token": token("ada") })).await;
        let mut bob = Client::connect(server.address, json!({ "token": token("bob"), "guest": "bob" })).await;
        let who = &ada.welcome["user"];
        assert_eq!((&who["id"], &who["kind"], &who["identity"]), (&json!("user-ada"), &json!("account"), &json!("ada")));
        assert_eq!(who["role"], Value::Null, "nobody rules the server");
        assert_eq!((&bob.welcome["user"]["id"], &bob.welcome["user"]["kind"]), (&json!("user-bob"), &json!("guest")));
        assert_eq!(ada.welcome["server"]["id"], "old-server");

        let rooms = ada.welcome["sync"]["rooms"].as_array().unwrap();
        let room = |id: &str| rooms.iter().find(|state| state["room"]["id"] == id).unwrap_or_else(|| panic!("{id} in {rooms:#?}"));
        let lobby = room("room-lobby");
        assert_eq!(
            (&lobby["epoch"], &lobby["read"]["unread"], &lobby["read"]["mentions"]),
            (&json!("epoch-lobby"), &json!(2), &json!(1)),
            "{lobby:#}"
        );
        let den = room("room-den");
        assert_eq!((&den["room"]["topic"], &den["role"]), (&json!("old things"), &json!("owner")), "{den:#}");

        let log = page(&mut ada, "room-lobby").await;
        assert_eq!(texts(&log)[..2], ["The old café 🎉", "which one, @Ada?"], "{log:#}");
        let says = |entry: &Value| entry["content"]["text"] == "The old café at the corner 🎉";
        assert!(log["entries"].as_array().unwrap().iter().chain(log["amendments"].as_array().unwrap()).any(says), "{log:#}");
        assert_eq!(log["reactions"][0]["reactions"][0]["emoji"], "👍", "{log:#}");
        assert!(log["entries"].as_array().unwrap().iter().all(|entry| entry["author"].get("bot").is_none()), "{log:#}");
        assert_eq!(found(&mut ada, "corner").await, [2]);
        assert_eq!(found(&mut bob, "among").await, [4], "he was in that room by then");

        // What came with later releases goes on from there.
        let said = ada.request("message:send", send("room-den", "new", None, "and a new one")).await.unwrap();
        assert_eq!(said["seq"], 5);
        let rules = json!({ "room": "room-den", "client_id": "rules", "after": null, "changes": { "post": "moderators" } });
        ada.request("room:configure", rules).await.unwrap();
        assert_eq!(bob.request("message:send", send("room-den", "no", None, "may I?")).await.unwrap_err()["code"], "forbidden");
        assert_eq!(ada.request("friend:list", json!({})).await.unwrap()["friends"], json!([]));
        let made =
            ada.request("token:create", json!({ "name": "robot", "scopes": ["read", "send"], "rooms": ["room-den"] })).await.unwrap();
        let mut robot = Client::connect(server.address, json!({ "token": made["token"] })).await;
        assert_eq!(texts(&page(&mut robot, "room-den").await), ["a word among us", "and a new one"]);

        // And again, on what this release has written.
        let server = server.restart().await;
        let mut ada = Client::connect(server.address, json!({ "token": token("ada") })).await;
        assert_eq!(texts(&page(&mut ada, "room-den").await), ["a word among us", "and a new one"]);
        server.stop().await;
    }
}
