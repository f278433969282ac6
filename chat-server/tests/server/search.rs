//! Search over a real socket, what was said before there was an index, and what deletion leaves.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chat_proto::AnyRequest;
use chat_proto::id::UserId;
use chat_proto::name::DisplayName;
use chat_proto::room::RoomKind;
use chat_proto::user::{Color, ServerRole, User, UserKind};
use chat_server::domain::decide::Context;
use chat_server::domain::rates::Rates;
use chat_server::domain::write::{EntryRequest, Write};
use chat_server::storage::sqlite::SqliteStore;
use chat_server::storage::{Batch, Committed, Store, StoreError};
use serde_json::{Value, json};
use sqlx::{Connection, Row, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::client::{Client, send};
use crate::running::Running;
use crate::wrapped::{Around, Wrapped};

/// How long the preparation of a handful of messages may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn texts(reply: &Value) -> Vec<&str> {
    reply["hits"].as_array().unwrap().iter().map(|hit| hit["entry"]["content"]["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn people_find_what_they_said() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut bob = Client::guest(server.address, "bob").await;
    let lobby = ada.lobby();
    let said = ada.say(&lobby, "1", "🎉 The café opens at nine").await.unwrap();
    bob.say(&lobby, "2", "Which cafe?").await.unwrap();
    let reply = bob.request("search:read", json!({ "query": "cafe" })).await.unwrap();
    assert_eq!(texts(&reply), ["Which cafe?", "🎉 The café opens at nine"]);
    assert_eq!((&reply["more"], &reply["preparing"]), (&Value::Null, &json!(false)));
    let hit = &reply["hits"][1];
    assert_eq!((&hit["room"], &hit["edited"], &hit["entry"]["seq"]), (&json!(lobby), &json!(false), &said["seq"]));
    assert_eq!((&hit["entry"]["kind"], &hit["epoch"]), (&json!("message"), &ada.welcome["sync"]["rooms"][0]["epoch"]));
    assert_eq!(hit["highlights"], json!([[7, 11]]), "as JavaScript counts");

    let first = bob.request("search:read", json!({ "query": "cafe", "limit": 1 })).await.unwrap();
    let rest = bob.request("search:read", json!({ "query": "cafe", "before": first["more"], "room": lobby })).await.unwrap();
    assert_eq!(texts(&rest), ["🎉 The café opens at nine"]);

    for (payload, field) in [
        (json!({}), "query"),
        (json!({ "query": " " }), "query"),
        (json!({ "query": "x".repeat(501) }), "query"),
        (json!({ "query": "a\0b" }), "query"),
        (json!({ "query": "-cafe" }), "query"),
        (json!({ "query": "x before:soon" }), "query"),
        (json!({ "query": "x", "limit": 0 }), "limit"),
        (json!({ "query": "x", "limit": 51 }), "limit"),
        (json!({ "query": "x", "before": "nonsense" }), "before"),
    ] {
        let error = bob.request("search:read", payload).await.unwrap_err();
        assert_eq!((&error["code"], &error["field"], &error["retry"]), (&json!("invalid"), &json!(field), &json!("never")), "{error}");
    }
    let error = bob.request("search:read", json!({ "query": "x from:nobody" })).await.unwrap_err();
    assert_eq!((&error["code"], &error["message"]), (&json!("not_found"), &json!("Nobody here is called nobody.")));
    server.stop().await;
}

#[tokio::test]
async fn who_searches_without_end_is_slowed_down() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut refused = None;
    for _ in 0..60 {
        if let Err(error) = ada.request("search:read", json!({ "query": "x" })).await {
            refused = Some(error);
            break;
        }
    }
    let refused = refused.expect("sixty searches at once are too many");
    assert_eq!((&refused["code"], &refused["retry"]), (&json!("slow_down"), &json!("later")));
    assert!(refused["retry_after_ms"].as_u64().is_some_and(|wait| (1..=500).contains(&wait)), "{refused}");
    // It is each user's own.
    Client::guest(server.address, "bob").await.request("search:read", json!({ "query": "x" })).await.unwrap();
    server.stop().await;
}

/// The index is in blocks of ids, and a search goes from one to the next.
#[tokio::test]
async fn what_stands_in_several_blocks_of_the_index_is_one_list() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    let mut said = Vec::new();
    for block in 0..3_i64 {
        // As if so many messages were said elsewhere meanwhile.
        let mut connection = open(server.dir.path()).await;
        sqlx::query("INSERT INTO search_rows (id, room, seq) VALUES ((1 << 40) + ((? + 1) << 20) - 4, 1000, ?)")
            .bind(block)
            .bind(block)
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        for number in 0..6 {
            let text = format!("needle {block} {number}");
            ada.say(&lobby, &format!("m{block}-{number}"), &text).await.unwrap();
            said.insert(0, text);
        }
    }
    for limit in [50, 18, 5, 4] {
        let (mut found, mut before) = (Vec::new(), Value::Null);
        loop {
            let mut request = json!({ "query": "needle", "limit": limit });
            if !before.is_null() {
                request["before"] = before;
            }
            let reply = ada.request("search:read", request).await.unwrap();
            found.extend(texts(&reply).into_iter().map(str::to_owned));
            before = reply["more"].clone();
            if before.is_null() {
                break;
            }
        }
        assert_eq!(found, said, "{limit} at a time");
    }
    let some = ada.request("search:read", json!({ "query": "\"needle 1\" -3" })).await.unwrap();
    assert_eq!(texts(&some), ["needle 1 5", "needle 1 4", "needle 1 2", "needle 1 1", "needle 1 0"]);
    server.stop().await;
}

async fn open(dir: &Path) -> SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("chat.db"));
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// A database from before there was an index, with two rooms that talk in turns.
async fn old_database() -> (Arc<TempDir>, Vec<String>, String) {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    let made = ada.request("room:create", json!({ "client_id": "r", "name": "ops" })).await.unwrap();
    let ops = made["room"]["id"].as_str().unwrap().to_owned();
    let mut said = Vec::new();
    for number in 0..30 {
        let text = format!("old needle {number}");
        let room = if number % 3 == 0 { &ops } else { &lobby };
        ada.say(room, &format!("m{number}"), &text).await.unwrap();
        said.push(text);
    }
    let dir = server.dir.clone();
    server.stop().await;
    // Each at a time of its own, as people talk.
    let mut connection = open(dir.path()).await;
    let sql = "UPDATE entries SET time = 1000 + substr(json_extract(body, '$.content.text'), 12) * 1000 WHERE kind = 'message'";
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    sqlx::query("DELETE FROM meta WHERE key = 'search_version'").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    said.reverse();
    (dir, said, lobby)
}

async fn prepared(client: &mut Client) -> Value {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let reply = client.request("search:read", json!({ "query": "needle", "limit": 50 })).await.unwrap();
        if reply["preparing"] == false {
            return reply;
        }
        assert!(tokio::time::Instant::now() < until, "still preparing: {reply}");
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
}

#[tokio::test]
async fn what_was_said_before_there_was_an_index_is_found() {
    let (dir, mut said, lobby) = old_database().await;
    let server = Running::start_in(dir, |_| {}).await;
    let mut ada = Client::guest(server.address, "ada").await;
    ada.say(&lobby, "new", "new needle").await.unwrap();
    said.insert(0, "new needle".to_owned());
    assert_eq!(texts(&prepared(&mut ada).await), said, "the newest first, over all rooms");
    let between = ada.request("search:read", json!({ "query": "needle after:1970-01-01" })).await.unwrap();
    assert_eq!(texts(&between), ["new needle"], "each has its own time");
    server.stop().await;
}

/// Says many more things in the room of that kind than one step takes.
async fn fill(connection: &mut SqliteConnection, kind: &'static str) {
    for sql in [
        "INSERT INTO entries (room, seq, id, time, author, name, color, client_id, n, kind, body)
         WITH RECURSIVE number (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM number WHERE at < 1200)
         SELECT room, seq + at, 'fill-' || at, time, author, name, color, 'fill-' || at, n + at, kind,
                json_replace(body, '$.content.text', 'filler straw ' || at)
         FROM number, (SELECT e.* FROM entries e JOIN rooms r ON r.key = e.room AND r.head_seq = e.seq WHERE r.kind = ?)",
        "UPDATE rooms SET head_seq = head_seq + 1200, n = n + 1200, head_id = 'fill-1200' WHERE kind = ?",
    ] {
        sqlx::query(sql).bind(kind).execute(&mut *connection).await.unwrap();
    }
}

/// A room that is deleted while its log is prepared, and another one that gets its key in the tables.
#[tokio::test]
async fn the_preparation_forgets_a_deleted_room() {
    let (dir, ..) = old_database().await;
    let mut connection = open(dir.path()).await;
    fill(&mut connection, "public").await;
    let keys = async |connection: &mut SqliteConnection| -> i64 {
        sqlx::query("SELECT key FROM rooms WHERE kind = 'public'").fetch_one(connection).await.unwrap().get(0)
    };
    let before = keys(&mut connection).await;
    let mut dice = crate::dice::Dice(1);
    let store = SqliteStore::open(&dir.path().join("chat.db"), 1_000, &mut dice).await.unwrap();
    assert!(store.prepare_search().await.unwrap(), "it has only begun");
    let (rooms, _) = store.all_rooms().await.unwrap();
    assert!(store.delete_room(&rooms.iter().find(|facts| facts.room.kind == RoomKind::Public).unwrap().room.id).await.unwrap());

    let eve = User {
        id: UserId::parse("eve").unwrap(),
        name: DisplayName::parse("eve").unwrap(),
        color: Color::parse("#7aa2f7").unwrap(),
        kind: UserKind::Guest,
        identity: None,
        role: ServerRole::Member,
    };
    let mut rates = Rates::new(100, 100);
    let mut write = async |request: AnyRequest| {
        let write = Write::new(eve.clone(), EntryRequest::from_any(request).unwrap());
        let mut context = Context {
            now: 9_000_000,
            random: &mut dice,
            rates: &mut rates,
            bot_rates: &mut Rates::new(1_000_000, 1_000_000),
            questions: &mut Rates::new(1_000_000, 1_000_000),
        };
        let committed = store.commit(&Batch { writes: vec![write], marks: Vec::new() }, &mut context).await.unwrap();
        assert!(committed.outcomes[0].is_ok(), "{committed:?}");
        committed.entries[0].room.to_string()
    };
    let parse = |name, payload| AnyRequest::parse(name, payload).unwrap();
    let room = write(parse("room:create", json!({ "client_id": "r", "name": "next" }))).await;
    write(parse("message:send", send(&room, "1", None, "new needle"))).await;
    assert_eq!(keys(&mut connection).await, before, "the test is about a key that is used again");
    while store.prepare_search().await.unwrap() {}
    store.close().await;
    let left: i64 = sqlx::query("SELECT COUNT(*) FROM search_rows").fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(left, 20 + 1, "the lobby's and the new room's");
}

/// The steps themselves, with everything that can happen between two of them.
#[tokio::test]
async fn the_preparation_goes_on_where_it_was() {
    let (dir, said, _) = old_database().await;
    let mut connection = open(dir.path()).await;
    fill(&mut connection, "lobby").await;
    let count = async |connection: &mut SqliteConnection, sql: &'static str| -> i64 {
        sqlx::query(sql).fetch_one(connection).await.unwrap().get(0)
    };
    let mut dice = crate::dice::Dice(1);
    let mut steps = 0;
    let mut before = 0;
    loop {
        // A server of its own for each step: what the one before knew is gone.
        let store = SqliteStore::open(&dir.path().join("chat.db"), 1_000, &mut dice).await.unwrap();
        let goes_on = store.prepare_search().await.unwrap();
        store.close().await;
        steps += 1;
        let now = count(&mut connection, "SELECT COUNT(*) FROM search_rows").await;
        assert!(now > before && now - before <= 500, "{before} then {now}");
        before = now;
        if !goes_on {
            break;
        }
    }
    assert!(steps >= 3, "{steps}");
    assert_eq!(before, 1_230);
    assert_eq!(count(&mut connection, "SELECT COUNT(*) FROM search_backlog").await, 0);
    connection.close().await.unwrap();
    let server = Running::start_in(dir, |_| {}).await;
    let mut ada = Client::guest(server.address, "ada").await;
    let reply = ada.request("search:read", json!({ "query": "needle", "limit": 50 })).await.unwrap();
    assert_eq!((texts(&reply), &reply["preparing"]), (said.iter().map(String::as_str).collect(), &json!(false)));
    let reply = ada.request("search:read", json!({ "query": "\"filler straw 77\"" })).await.unwrap();
    assert_eq!(texts(&reply), ["filler straw 77"]);
    server.stop().await;
}

/// A store that prepares a step only where it is let.
struct Held(Arc<Semaphore>);

#[async_trait]
impl Around for Held {
    async fn commit(&self, store: &impl Store, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        store.commit(batch, context).await
    }
    async fn prepare_search(&self, store: &impl Store) -> Result<bool, StoreError> {
        self.0.acquire().await.unwrap().forget();
        store.prepare_search().await
    }
}

/// An edit and a deletion of what is not prepared yet.
#[tokio::test]
async fn what_changes_before_it_is_prepared_is_found_as_it_reads_then() {
    let (dir, _, lobby) = old_database().await;
    let path = dir.path().join("chat.db");
    let store = SqliteStore::open(&path, 1_000, &mut crate::dice::Dice(2)).await.unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let server = Running::start_over(Wrapped { inner: store, around: Held(gate.clone()) }, dir).await;
    let mut ada = Client::guest(server.address, "ada").await;
    let reply = ada.request("search:read", json!({ "query": "needle" })).await.unwrap();
    assert_eq!((texts(&reply).len(), &reply["preparing"]), (0, &json!(true)), "it says that it is not done");
    let page = ada.request("history:read", json!({ "room": lobby })).await.unwrap();
    let place = |number: &str| {
        let entries = page["entries"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["content"]["text"] == format!("old needle {number}")).unwrap();
        json!({ "epoch": page["epoch"], "seq": entry["seq"], "id": entry["id"] })
    };
    let content = json!({ "type": "text", "text": "changed needle" });
    let edit = json!({ "room": lobby, "client_id": "e", "after": null, "target": place("7"), "content": content });
    ada.request("message:edit", edit).await.unwrap();
    let delete = json!({ "room": lobby, "client_id": "d", "after": null, "target": place("8") });
    ada.request("message:delete", delete).await.unwrap();
    gate.add_permits(1_000);
    let reply = prepared(&mut ada).await;
    let found = texts(&reply);
    assert!(found.contains(&"changed needle") && found.len() == 29, "{found:?}");
    assert!(!found.contains(&"old needle 7") && !found.contains(&"old needle 8"), "{found:?}");
    server.stop().await;
}

#[tokio::test]
async fn what_is_taken_back_leaves_no_trace_in_the_file() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let (lobby, epoch) = (ada.lobby(), ada.welcome["sync"]["rooms"][0]["epoch"].clone());
    // Others around it, so that it shares its pages.
    for number in 0..20 {
        ada.request("message:send", send(&lobby, &format!("m{number}"), None, &format!("quiet words number {number}"))).await.unwrap();
    }
    let said = ada.say(&lobby, "s", "the qzxswordfish").await.unwrap();
    let edited = ada.say(&lobby, "t", "the qzytypo").await.unwrap();
    let place = |stored: &Value| json!({ "epoch": epoch, "seq": stored["seq"], "id": stored["id"] });
    let (dir, said, edited) = (server.dir.clone(), place(&said), place(&edited));
    let server = server.restart().await;
    let holds = |word: &str| {
        let files = ["chat.db", "chat.db-wal"].map(|name| std::fs::read(dir.path().join(name)).unwrap_or_default());
        files.concat().windows(word.len()).any(|window| window == word.as_bytes())
    };
    assert!(holds("qzxswordfish") && holds("qzytypo"), "else this test finds nothing");
    let mut ada = Client::guest(server.address, "ada").await;
    let delete = json!({ "room": lobby, "client_id": "d", "after": null, "target": said });
    ada.request("message:delete", delete).await.unwrap();
    let delete = json!({ "room": lobby, "client_id": "d2", "after": null, "target": edited });
    ada.request("message:delete", delete).await.unwrap();
    assert_eq!(texts(&ada.request("search:read", json!({ "query": "qz" })).await.unwrap()), Vec::<&str>::new());
    server.stop().await;
    assert!(!holds("qzxswordfish") && !holds("qzytypo"), "a deleted word is still in the file");
}
