//! Readers that do not keep up delay nobody and cost little. What was dropped for them they find
//! in pages; their answers wait for them, for a while.

#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::client::{Client, send};
use crate::export::FAST;
use crate::sender::{End, Script, Sender};
use crate::spawned::Process;

/// How many readers of a busy room read nothing.
const SLEEPERS: usize = 3;
/// How many messages each of two senders says there, and how long they are: 30 MB in all.
const EACH: u64 = 10_000;
const LENGTH: usize = 1_500;
/// What the server may grow by meanwhile: buffers of 256 packets, of which the readers share each,
/// the database's cache and the batches under way. What they do not read is more, even once.
const GROWTH_KB: u64 = 28 * 1_024;

/// Reads what is behind the cursor in pages; gives where it ends.
async fn catch_up(client: &mut Client, room: &str, mut cursor: u64) -> u64 {
    loop {
        let page = client.request("history:read", json!({ "room": room, "after": cursor })).await.unwrap();
        assert_eq!(page["from"], json!(cursor + 1), "pages follow one another without a hole");
        match page["to"]["seq"].as_u64() {
            Some(to) => cursor = to,
            None => return cursor,
        }
    }
}

/// Follows a room as every client does, live, and in pages where something is missing.
async fn follow(mut client: Client, room: String, head: u64) -> u64 {
    let mut cursor = 1;
    while cursor < head {
        let event = client.event_where("entries", |event| event["room"] == room.as_str()).await;
        client.frames.clear();
        for entry in event["entries"].as_array().unwrap() {
            let seq = entry["seq"].as_u64().unwrap();
            if seq > cursor + 1 {
                cursor = catch_up(&mut client, &room, cursor).await;
            }
            cursor = cursor.max(seq);
        }
    }
    cursor
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_read_nothing_delay_nobody_and_catch_up() {
    let server = Process::start(FAST);
    let bob = Client::guest(server.address, "bob").await;
    let mut sleepers = Vec::new();
    for number in 0..SLEEPERS {
        sleepers.push(Client::narrow(server.address, &format!("sleeper {number}")).await);
    }
    let (lobby, mut head) = (bob.lobby(), 1 + 2 * EACH);
    let before = server.memory_kb();
    let following = tokio::spawn(follow(bob, lobby.clone(), head));
    let mut sending = JoinSet::new();
    for name in ["ada", "eve"] {
        let script = Script { name, total: EACH, text: "x".repeat(LENGTH), mentions: None };
        let (mut sender, address) = (Sender::new(script, server.data()), server.address);
        sending.spawn(async move { sender.run(address).await });
    }
    assert_eq!(sending.join_all().await, [End::Done, End::Done], "all is answered while they read nothing");
    assert_eq!(following.await.unwrap(), head, "and delivered to who reads");
    let grown = server.peak_memory_kb() - before;
    assert!(grown < GROWTH_KB, "the server grew by {grown} KB");

    // They wake: each finds the beginning, and, back again, the rest.
    for (number, sleeper) in sleepers.into_iter().enumerate() {
        let live = buffered(sleeper).await;
        assert!(live < head / 2, "its buffer held {live} of {head}: little was dropped, so little was tested");
        let mut sleeper = Client::guest(server.address, &format!("sleeper {number}")).await;
        assert_eq!(catch_up(&mut sleeper, &lobby, 1).await, head);
        let stored = sleeper.say(&lobby, "awake", "awake").await.unwrap();
        head += 1;
        assert_eq!(stored["seq"], json!(head), "and it is one of them again");
    }
}

/// How many entries were kept for a reader that slept: it reads until it is answered, or finds that
/// it was taken for dead, which on a slow machine it may be.
async fn buffered(mut sleeper: Client) -> u64 {
    let mut live = 0;
    if sleeper.try_emit("sync", json!({})).await {
        while let Some((name, event)) = sleeper.next_event().await {
            match name.as_str() {
                "entries" => live += event["entries"].as_array().unwrap().len() as u64,
                "answer" => break,
                _ => {}
            }
        }
    }
    live
}

/// So many frames of 16 KB are more than a buffer of 256 packets and the system's of 4 MB hold.
const FRAMES: usize = 700;

/// Somebody who reads nothing any more, and for whom no packet more fits, and somebody else.
async fn full(address: SocketAddr) -> (Client, Client) {
    let mut ada = Client::guest(address, "ada").await;
    let sleeper = Client::narrow(address, "sleeper").await;
    let (lobby, text) = (ada.lobby(), "x".repeat(16_000));
    for number in 0..FRAMES {
        ada.say(&lobby, &format!("c{number}"), &text).await.unwrap();
        ada.inbox.clear();
        ada.frames.clear();
    }
    (ada, sleeper)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_stuck_come_once_their_reader_reads() {
    let server = Process::start(FAST);
    let (mut ada, mut sleeper) = full(server.address).await;
    let lobby = ada.lobby();
    // The first answer is stuck, and nothing more is run until it is not.
    let mut rids = vec![sleeper.emit("presence:set", json!({ "away": false })).await];
    for number in 0..50 {
        rids.push(sleeper.emit("history:read", json!({ "room": lobby, "limit": 1 })).await);
        rids.push(sleeper.emit("message:send", send(&lobby, &format!("s{number}"), None, "stuck")).await);
    }
    for number in 0..10 {
        ada.say(&lobby, &format!("d{number}"), "meanwhile").await.unwrap();
    }
    let page = ada.request("history:read", json!({ "room": lobby, "limit": 1 })).await.unwrap();
    assert_eq!(page["entries"][0]["content"]["text"], "meanwhile", "nothing of the sleeper's was run");

    let mut stored = Vec::new();
    for rid in &rids {
        let answer = sleeper.answer(rid).await.unwrap();
        sleeper.frames.clear();
        stored.extend(answer.get("n").and(answer["seq"].as_u64()));
    }
    let first = page["head"]["seq"].as_u64().unwrap() + 1;
    assert_eq!(stored, (first..first + 50).collect::<Vec<_>>(), "all is done then, in order");
    sleeper.nothing("answer").await;
}

/// Waits until the server says that it gave a reader up; others are served meanwhile.
async fn is_cut(server: &Process, other: &mut Client) {
    let said = || server.log.lock().unwrap().iter().any(|line| line.contains("a reader that reads nothing is cut"));
    let waiting = async {
        while !said() {
            other.request("sync", json!({})).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it was not cut");
}

/// Reads what was buffered for it until the line ends; gives how many answers that was.
async fn rest(mut sleeper: Client) -> usize {
    let mut answers = 0;
    while let Some((name, _)) = sleeper.next_event().await {
        sleeper.frames.clear();
        answers += usize::from(name == "answer");
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_takes_an_answer_is_cut() {
    let server = Process::start(FAST);
    let (mut ada, mut sleeper) = full(server.address).await;
    sleeper.emit("presence:set", json!({ "away": false })).await;
    is_cut(&server, &mut ada).await;
    assert_eq!(rest(sleeper).await, 0, "the answer was given up");
    // And it can come back.
    let mut sleeper = Client::guest(server.address, "sleeper").await;
    sleeper.say(&ada.lobby(), "back", "back").await.unwrap();
}

/// So many requests that are none: each would be answered, too.
const NONSENSE: usize = 400_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_answered_does_not_gather() {
    let server = Process::start(FAST);
    let mut ada = Client::guest(server.address, "ada").await;
    let mut sleeper = Client::narrow(server.address, "sleeper").await;
    let before = server.memory_kb();
    for _ in 0..NONSENSE {
        if !sleeper.try_emit_raw("no:such_event", json!(null)).await {
            break;
        }
    }
    is_cut(&server, &mut ada).await;
    let grown = server.peak_memory_kb() - before;
    assert!(grown < GROWTH_KB, "the server grew by {grown} KB");
    assert!(rest(sleeper).await < NONSENSE);
}
