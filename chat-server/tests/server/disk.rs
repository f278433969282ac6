//! A disk that fills up while the server runs: nothing is lost, nothing is final, and it recovers.

use chat_server::storage::sqlite::SqliteStore;
use serde_json::json;

use crate::client::{Client, send};
use crate::dice::Dice;
use crate::running::Running;

/// A database of so few pages is soon full; SQLite answers as it does for a full disk.
const PAGES: &str = "60";

#[tokio::test]
async fn a_full_disk_refuses_for_now_and_recovers() {
    let dir = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let database = dir.path().join("chat.db");
    let store = SqliteStore::open_with(&database, 1_000, &mut Dice(5), |options| options.pragma("max_page_count", PAGES)).await.unwrap();
    let server = Running::start_over(store, dir.clone()).await;
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    assert_eq!(server.get("/readyz").await.0, 200);
    let (mut stored, mut refusal) = (0, json!(null));
    for index in 0..200 {
        match ada.request("message:send", send(&lobby, &format!("c{index}"), None, &"x".repeat(4_000))).await {
            Ok(_) => stored += 1,
            Err(error) => {
                refusal = error;
                break;
            }
        }
    }
    assert_eq!((refusal["code"].as_str(), refusal["retry"].as_str()), (Some("unavailable"), Some("later")), "{refusal}");
    assert!(stored > 0);
    assert_eq!(server.get("/readyz").await.0, 503);
    assert_eq!(server.get("/healthz").await.0, 200);
    // What was acknowledged is there, and reading goes on.
    let page = ada.request("history:read", json!({ "room": lobby })).await.unwrap();
    assert_eq!(page["entries"].as_array().unwrap().len(), stored + 1);

    // Room is made: the very request that was refused is stored now, in its place.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database);
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    sqlx::query("UPDATE entries SET body = '{\"kind\":\"join\"}' WHERE seq BETWEEN 2 AND 10").execute(&mut other).await.unwrap();
    let again = ada.request("message:send", send(&lobby, &format!("c{stored}"), None, &"x".repeat(4_000))).await.unwrap();
    assert_eq!(again["seq"].as_u64(), Some(stored as u64 + 2));
    assert_eq!(server.get("/readyz").await.0, 200);
    server.stop().await;
}
