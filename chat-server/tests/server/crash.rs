//! A server that ends in the middle of what it does, or whose disk fails in a commit: the senders
//! send again what has no answer, and everything is stored once, in its sender's order.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chat_server::domain::decide::Context;
use chat_server::storage::{Batch, Committed, Store, StoreError};
use serde_json::json;
use tokio::task::JoinSet;

use crate::client::{Client, send};
use crate::export::{FAST, export};
use crate::power::{dice, holds};
use crate::running::Running;
use crate::sender::{End, Script, Sender, number};
use crate::spawned::Process;
use crate::wrapped::{Around, Wrapped};

/// How often the server is killed.
const KILLS: usize = 40;
/// How often its disk fails.
const FAILURES: usize = 20;

fn senders(data: &Path) -> Vec<Sender> {
    let script = |name| Script { name, total: u64::MAX, text: "z".repeat(500), mentions: None };
    ["ada", "bob"].map(|name| Sender::new(script(name), data)).into()
}

/// All of them at once, each until its line is cut or all is answered.
fn run(senders: Vec<Sender>, server: &Process) -> JoinSet<(Sender, End)> {
    let address = server.address;
    let run = |mut sender: Sender| async move {
        let end = sender.run(address).await;
        (sender, end)
    };
    senders.into_iter().map(run).collect()
}

/// Kills it under its senders, and starts it again.
async fn kill(server: Process, running: JoinSet<(Sender, End)>) -> (Process, Vec<Sender>) {
    let dir = server.kill();
    let ended = running.join_all().await;
    assert!(ended.iter().all(|(_, end)| *end == End::Cut));
    (Process::start_in(dir, FAST), ended.into_iter().map(|(sender, _)| sender).collect())
}

/// Lets the senders come to an end, and sees that all they sent is there once, in order, where
/// they were told and shown that it is.
async fn judge(server: Process, mut senders: Vec<Sender>) {
    senders.iter_mut().for_each(Sender::finish);
    let ended = run(senders, &server).join_all().await;
    let room = export(server.kill().path(), &[]).await.remove(0);
    for (sender, end) in ended {
        assert_eq!(end, End::Done);
        let (name, told) = (sender.name(), sender.told.borrow());
        holds(&room, &told.answers);
        let own = room.entries.iter().filter(|entry| entry["author"]["name"] == name);
        let numbers: Vec<u64> = own.map(|entry| number(entry["client_id"].as_str().unwrap())).collect();
        assert_eq!(numbers, (0..told.answers.len() as u64).collect::<Vec<_>>(), "{name}'s are all there, once, in order");
        for (seq, id) in &sender.shown {
            assert_eq!(room.entries[*seq as usize - 1]["id"], json!(id), "what {name} was shown at {seq} stands there");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_loses_and_doubles_nothing() {
    let mut dice = dice();
    let mut server = Process::start(FAST);
    let mut senders = senders(server.data());
    for _ in 0..KILLS {
        let mut heard: Vec<_> = senders.iter().map(|sender| sender.told.subscribe()).collect();
        let running = run(senders, &server);
        for heard in &mut heard {
            let more = heard.borrow().answers.len() + 1 + dice.pick(60);
            heard.wait_for(|told| told.answers.len() >= more).await.unwrap();
        }
        // In whatever step of a commit it is then.
        tokio::time::sleep(Duration::from_micros(dice.below(4_000))).await;
        (server, senders) = kill(server, running).await;
    }
    let repeats: usize = senders.iter().map(|sender| sender.told.borrow().repeats).sum();
    assert!(repeats > 0, "no kill came between a commit and its answer");
    judge(server, senders).await;
}

/// A write that fails inside COMMIT leaves unknown what was stored: nobody is told that it was, or
/// that it never will be.
#[tokio::test]
async fn a_commit_that_fails_is_to_be_tried_again() {
    let server = Process::start(FAST);
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    ada.say(&lobby, "before", "before").await.unwrap();
    let log = server.data().join("chat.db-wal");
    // The log can take one frame of the next commit, and a piece of the second.
    server.limit_files(Some(log.metadata().unwrap().len() + 5_000));
    let text = "x".repeat(5_000);
    for round in 0..3 {
        let mut rids = Vec::new();
        for index in 0..20 {
            let before = (index > 0).then(|| format!("c{}", index - 1));
            rids.push(ada.emit("message:send", send(&lobby, &format!("c{index}"), before.as_deref(), &text)).await);
        }
        for rid in rids {
            let error = ada.answer(&rid).await.unwrap_err();
            assert_eq!(error["retry"], "later", "round {round}: {error}");
            assert!(error["code"] == "unavailable" || error["code"] == "out_of_order", "{error}");
        }
    }
    assert_eq!((server.get("/readyz"), server.get("/healthz")), (Some(503), Some(200)));
    let page = ada.request("history:read", json!({ "room": lobby })).await.unwrap();
    assert_eq!(page["head"]["seq"], 2, "reading goes on, and finds what was acknowledged");

    server.limit_files(None);
    assert_eq!(server.get("/readyz"), Some(200));
    for index in 0..20 {
        let before = (index > 0).then(|| format!("c{}", index - 1));
        let stored = ada.request("message:send", send(&lobby, &format!("c{index}"), before.as_deref(), &text)).await.unwrap();
        assert_eq!(stored["seq"], json!(index + 3));
    }
    let room = export(server.kill().path(), &[]).await.remove(0);
    assert_eq!(room.entries.len(), 22);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_again_and_again_loses_and_doubles_nothing() {
    let mut dice = dice();
    let mut server = Process::start(FAST);
    let log = server.data().join("chat.db-wal");
    let senders = senders(server.data());
    let mut heard: Vec<_> = senders.iter().map(|sender| sender.told.subscribe()).collect();
    let mut running = run(senders, &server);
    for round in 0..FAILURES {
        for heard in &mut heard {
            let more = heard.borrow().answers.len() + 1 + dice.pick(40);
            heard.wait_for(|told| told.answers.len() >= more).await.unwrap();
        }
        // At any byte of one of the next commits.
        server.limit_files(Some(log.metadata().unwrap().len() + dice.below(60_000)));
        let heard = &mut heard[dice.pick(2)];
        let refusals = heard.borrow().refusals;
        heard.wait_for(|told| told.refusals > refusals).await.unwrap();
        if round % 4 == 2 {
            // It does not live to see its disk mended.
            let senders;
            (server, senders) = kill(server, running).await;
            running = run(senders, &server);
        } else {
            server.limit_files(None);
        }
    }
    let (server, senders) = kill(server, running).await;
    judge(server, senders).await;
}

/// Stores, and fails after it, so that nobody knows: every third commit.
struct Forgetful(AtomicU64);

#[async_trait]
impl Around for Forgetful {
    async fn commit(&self, store: &impl Store, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        let committed = store.commit(batch, context).await?;
        let lost = self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(3);
        if lost { Err(StoreError::Refused("the disk failed after it")) } else { Ok(committed) }
    }
}

/// A commit of which nobody learned is found by its repeat; who follows the room sees the gap.
#[tokio::test]
async fn what_was_stored_without_anybody_knowing_is_found_again() {
    let wrap = |inner| Arc::new(Wrapped { inner, around: Forgetful(AtomicU64::new(0)) }) as Arc<dyn Store>;
    let server = Running::start_wrapped(wrap, |settings| settings.limits.message_burst = 1_000).await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut bob = Client::guest(server.address, "bob").await;
    let lobby = ada.lobby();
    let mut refused = 0;
    for number in 0..30 {
        let payload = send(&lobby, &format!("c{number}"), None, "text");
        let stored = match ada.request("message:send", payload.clone()).await {
            Ok(stored) => stored,
            Err(error) => {
                assert_eq!((&error["code"], &error["retry"]), (&json!("unavailable"), &json!("later")), "{error}");
                refused += 1;
                ada.request("message:send", payload).await.unwrap()
            }
        };
        assert_eq!(stored["seq"], json!(number + 2));
    }
    assert_eq!(refused, 15, "every other one, since each repeat is a commit too");
    let shown: Vec<u64> = bob.messages(&lobby, 30 - refused).await.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert!(shown.is_sorted() && *shown.last().unwrap() == 31, "what bob was shown is in order, with gaps: {shown:?}");
    let page = bob.request("history:read", json!({ "room": lobby, "after": 1 })).await.unwrap();
    assert_eq!(page["entries"].as_array().unwrap().len(), 30, "and a page closes them");
    server.stop().await;
}
