//! A reader that does not keep up delays nobody, and finds everything when it reads again.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::Client;
use crate::running::Running;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stops_reading_delays_nobody_and_catches_up() {
    let server = Running::start_with(|settings| {
        settings.limits.message_burst = 100_000;
        settings.limits.messages_per_second = 100_000;
    })
    .await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut bob = Client::guest(server.address, "bob").await;
    let mut sleeper = Client::guest(server.address, "sleeper").await;
    let lobby = ada.lobby();
    // Far more than the sleeper's buffer of packets and its socket hold.
    let (many, text) = (2_000, "x".repeat(10_000));
    let begun = Instant::now();
    let room = lobby.clone();
    let listening = tokio::spawn(async move { bob.messages(&room, many).await.len() });
    for index in 0..many {
        ada.say(&lobby, &format!("c{index}"), &text).await.unwrap();
        ada.inbox.clear();
    }
    assert_eq!(listening.await.unwrap(), many, "bob gets all of it while the sleeper reads nothing");
    assert!(begun.elapsed() < Duration::from_secs(60));

    // The sleeper wakes: it got the beginning, sees the gap, and fetches the rest.
    let mut cursor = 1;
    loop {
        let page = sleeper.request("history:read", json!({ "room": lobby, "after": cursor })).await.unwrap();
        match page["to"]["seq"].as_u64() {
            Some(to) => cursor = to,
            None => break,
        }
    }
    assert_eq!(cursor, many as u64 + 1);
    let live: u64 = sleeper
        .inbox
        .iter()
        .filter(|(name, _)| name == "entries")
        .map(|(_, event)| event["entries"].as_array().unwrap().len() as u64)
        .sum();
    assert!(live < many as u64, "the buffer held {live} of {many}: nothing was dropped, so nothing was tested");
    server.stop().await;
}
