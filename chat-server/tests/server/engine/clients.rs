//! Every client of its day, in Node and as a page's file, over every transport.

use rstest::rstest;
use serde_json::json;

use super::echo::{SAID, echo};
use crate::old_clients::OldClients;

/// How a client gets its line.
const WAYS: [(&str, &[&str]); 3] = [("polling", &["polling"]), ("websocket", &["websocket"]), ("upgrade", &["polling", "websocket"])];
/// Whether it is the file of a page, and of which origin; an empty one is the package in Node.
const PLACES: [&str; 3] = ["", "http://old.example:8080", "null"];

#[rstest]
#[case("1.1.0")]
#[case("1.2.0")]
#[case("1.2.1")]
#[case("1.3.3")]
#[case("1.3.5")]
#[case("1.7.4")]
#[case("2.5.0")]
#[case("4.8")]
#[tokio::test]
async fn text_survives_both_ways(#[case] version: &str) {
    let url = format!("http://{}", echo().await);
    let mut clients = OldClients::start();
    for (way, transports) in WAYS {
        for place in PLACES {
            let client = format!("{version} over {way} from {place:?}");
            clients.open(&client, version, &url, json!({ "transports": transports, "browser": place })).await;
            clients.state(&client, "connect").await;
            assert_eq!(clients.heard(&client, "message").await, json!([SAID]), "{client}");
            if way == "upgrade" {
                assert_eq!(clients.state(&client, "upgrade").await, json!(["websocket"]), "{client}");
            }
            // Twice: what is learnt from the first post must not spoil the second.
            for _ in 0..2 {
                assert_eq!(clients.request(&client, "message", json!([SAID])).await, json!([SAID]), "{client}");
                assert_eq!(clients.heard(&client, "heard").await, json!([{ "text": SAID, "right": true }]), "{client}");
            }
            let transport = if way == "polling" { "polling" } else { "websocket" };
            assert_eq!(clients.ask("transport", json!({ "client": client })).await, transport, "{client}");
        }
    }
}

/// One accented letter has no character that tells how it was encoded.
#[rstest]
#[case("1.3.5")]
#[case("1.7.4")]
#[case("2.5.0")]
#[tokio::test]
async fn one_accent_survives_over_polling(#[case] version: &str) {
    let url = format!("http://{}", echo().await);
    let mut clients = OldClients::start();
    for place in PLACES {
        let client = format!("{version} from {place:?}");
        clients.open(&client, version, &url, json!({ "transports": ["polling"], "browser": place })).await;
        for text in ["é", "ça va?", "Ünïcödé", "\u{80}\u{ff}"] {
            clients.request(&client, "message", json!([text])).await;
            assert_eq!(clients.heard(&client, "heard").await[0]["text"], text, "{client}");
        }
    }
}

#[rstest]
#[case("1.2.1")]
#[case("2.5.0")]
#[case("4.8")]
#[tokio::test]
async fn the_tutorials_sid_is_no_session(#[case] version: &str) {
    let url = format!("http://{}", echo().await);
    let mut clients = OldClients::start();
    let asks = [("an option", url.clone(), json!({ "sid": "123456" })), ("the address", format!("{url}/?sid=123456"), json!(null))];
    for (way, transports) in WAYS {
        for place in PLACES {
            for (by, url, query) in &asks {
                let client = format!("{version} over {way} from {place:?} by {by}");
                clients.open(&client, version, url, json!({ "transports": transports, "browser": place, "query": query })).await;
                let asked = clients.heard(&client, "query").await;
                assert!(asked[0].as_str().unwrap().split('&').any(|pair| pair == "sid=123456"), "{client}: {asked}");
                if way == "upgrade" {
                    clients.state(&client, "upgrade").await;
                }
                assert_eq!(clients.request(&client, "message", json!([SAID])).await, json!([SAID]), "{client}");
                assert_eq!(clients.heard(&client, "heard").await[0]["right"], true, "{client}");
            }
        }
    }
}

/// A page's query is written behind the name of a namespace too, by those that are not the first.
#[rstest]
#[case("1.2.1")]
#[case("1.7.4")]
#[case("2.5.0")]
#[case("4.8")]
#[tokio::test]
async fn a_namespace_is_joined_with_a_query(#[case] version: &str) {
    let url = format!("http://{}/chat", echo().await);
    let mut clients = OldClients::start();
    for (way, transports) in WAYS {
        for place in PLACES {
            let client = format!("{version} over {way} from {place:?}");
            let query = json!({ "sid": "123456", "who": "é?,/" });
            clients.open(&client, version, &url, json!({ "transports": transports, "browser": place, "query": query })).await;
            let asked = clients.heard(&client, "query").await;
            assert!(asked[0].as_str().unwrap().contains("sid=123456"), "{client}: {asked}");
            if way == "upgrade" {
                clients.state(&client, "upgrade").await;
            }
            assert_eq!(clients.request(&client, "message", json!([SAID])).await, json!([SAID]), "{client}");
            assert_eq!(clients.heard(&client, "heard").await[0]["right"], true, "{client}");
        }
    }
}

/// A refusal's exact words reach the page where its client has always told of refusals.
#[rstest]
#[case("1.2.1", "error")]
#[case("1.3.5", "error")]
#[case("1.7.4", "error")]
#[case("2.5.0", "error")]
#[case("4.8", "connect_error")]
#[tokio::test]
async fn a_refusal_is_told_in_its_own_words(#[case] version: &str, #[case] state: &str) {
    let url = format!("http://{}/closed", echo().await);
    let mut clients = OldClients::start();
    for (way, transports) in WAYS {
        for place in PLACES {
            let client = format!("{version} over {way} from {place:?}");
            clients.open(&client, version, &url, json!({ "transports": transports, "browser": place })).await;
            let told = clients.state(&client, state).await;
            assert_eq!(told, json!(["Authentication error"]), "{client}");
        }
    }
}
