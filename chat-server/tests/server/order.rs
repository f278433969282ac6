//! One connection's requests run in order, whatever is refused on the way.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chat_proto::error::{Code, Error};
use chat_server::domain::decide::Context;
use chat_server::storage::{Batch, Committed, Store, StoreError};
use serde_json::json;

use crate::client::{Client, send};
use crate::dice::Dice;
use crate::running::Running;
use crate::wrapped::{Around, Wrapped, commit_unless};

/// Refuses every tenth message once, at random, with `unavailable`.
struct Refusing {
    dice: Mutex<Dice>,
    refused: Mutex<HashSet<String>>,
}

impl Refusing {
    /// Whether this write is refused now; the same one is refused once at most.
    fn refuses(&self, client_id: &str) -> bool {
        let unlucky = self.dice.lock().unwrap().below(10) == 0;
        unlucky && self.refused.lock().unwrap().insert(client_id.to_owned())
    }
}

#[async_trait]
impl Around for Refusing {
    async fn commit(&self, store: &impl Store, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        let refusal = || Error::new(Code::Unavailable, "refused by the test").after(1);
        commit_unless(store, batch, context, |write| self.refuses(write.request.client_id().as_str()).then(refusal)).await
    }
}

const MESSAGES: usize = 20_000;

/// 20,000 messages pipelined within the window, with every tenth refused once at random: each
/// refusal holds back what follows, so they stand in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_keep_their_order_through_refusals() {
    let around = Refusing { dice: Mutex::new(Dice(11)), refused: Mutex::default() };
    let wrap = |inner| Arc::new(Wrapped { inner, around }) as Arc<dyn Store>;
    let server = Running::start_wrapped(wrap, |settings| {
        settings.limits.message_burst = 1_000_000;
        settings.limits.messages_per_second = 1_000_000;
    })
    .await;
    let mut client = Client::guest(server.address, "ada").await;
    let lobby = client.lobby();
    let window = client.welcome["limits"]["in_flight"].as_u64().unwrap() as usize;

    // Everything before `done` is stored; what is in flight is sent and not answered.
    let mut answered = vec![false; MESSAGES];
    let (mut done, mut next, mut refusals) = (0, 0, 0);
    let mut in_flight: HashSet<usize> = HashSet::new();
    let mut again: Vec<usize> = Vec::new();
    while done < MESSAGES {
        again.sort_unstable_by(|a, b| b.cmp(a));
        while in_flight.len() < window {
            let Some(index) = again.pop().or_else(|| (next < MESSAGES).then_some(next)) else { break };
            next = next.max(index + 1);
            // The message before it, while that one has no final answer.
            let before = index.checked_sub(1).filter(|before| !answered[*before]).map(|before| format!("m{before}"));
            let mut payload = send(&lobby, &format!("m{index}"), before.as_deref(), &format!("text {index}"));
            payload["rid"] = json!(format!("{index}"));
            client.emit_raw("message:send", payload).await;
            in_flight.insert(index);
        }
        let answer = client.event("answer").await;
        let index: usize = answer["rid"].as_str().unwrap().parse().unwrap();
        in_flight.remove(&index);
        match answer.get("error") {
            None => answered[index] = true,
            Some(error) => {
                assert_eq!(error["retry"], "later", "{error}");
                refusals += 1;
                again.push(index);
            }
        }
        while done < MESSAGES && answered[done] {
            done += 1;
        }
        client.inbox.clear();
    }
    assert!(refusals > MESSAGES / 20, "the store refused {refusals}");

    let mut reader = Client::guest(server.address, "bob").await;
    let (mut after, mut texts) = (0, Vec::new());
    loop {
        let page = reader.request("history:read", json!({ "room": lobby, "after": after })).await.unwrap();
        let entries = page["entries"].as_array().unwrap();
        texts.extend(
            entries.iter().filter(|entry| entry["kind"] == "message").map(|entry| entry["content"]["text"].as_str().unwrap().to_owned()),
        );
        match page["to"]["seq"].as_u64() {
            Some(to) => after = to,
            None => break,
        }
    }
    let expected: Vec<String> = (0..MESSAGES).map(|index| format!("text {index}")).collect();
    assert!(texts == expected, "lost, doubled or misplaced: {} of {MESSAGES} stand", texts.len());
    server.stop().await;
}

/// socketioxide spawns a task for each event; only what happens before its future keeps the order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_answered_in_the_order_in_which_they_came() {
    let server = Running::start().await;
    let mut client = Client::guest(server.address, "ada").await;
    let room = client.lobby();
    let mut expected = 0_u32;
    for round in 0..100 {
        for index in 0..200 {
            let payload = json!({ "rid": format!("{}", round * 200 + index), "room": room, "typing": index % 2 == 0 });
            client.emit_raw("typing:set", payload).await;
        }
        for _ in 0..200 {
            let answer = client.event("answer").await;
            assert_eq!(answer["rid"], format!("{expected}"), "request {expected} was overtaken");
            expected += 1;
        }
        client.inbox.clear();
    }
    server.stop().await;
}

/// What is emitted right behind the connect packet is not lost while the connection opens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_requests_are_not_lost() {
    let server = Running::start().await;
    let mut clients = Vec::new();
    for index in 0..100 {
        let address = server.address;
        clients.push(tokio::spawn(async move {
            let auth = json!({ "guest": format!("early {index}") });
            let mut client = Client::eager(address, auth, "room:list", json!({ "rid": "early" })).await;
            client.answer("early").await.unwrap();
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
    server.stop().await;
}
