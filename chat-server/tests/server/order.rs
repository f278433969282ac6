//! One connection's requests run in order, whatever is refused on the way.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chat_proto::error::{Code, Error};
use chat_proto::id::{RoomId, ServerId, SessionId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, Identity};
use chat_proto::place::Millis;
use chat_proto::request::history_read::{HistoryRead, Page};
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::session_list::Session;
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::request::{RoomFind, RoomList};
use chat_proto::user::User;
use chat_server::domain::decide::Context;
use chat_server::storage::{Account, Answer, Batch, Committed, NewSession, NewUser, Store, StoreError, TokenHash, TokenOwner};
use serde_json::json;

use crate::client::{Client, send};
use crate::dice::Dice;
use crate::running::Running;

/// Refuses every tenth message once, at random, with `unavailable`.
struct Refusing<S> {
    inner: S,
    dice: Mutex<Dice>,
    refused: Mutex<HashSet<String>>,
}

impl<S> Refusing<S> {
    /// Whether this write is refused now; the same one is refused once at most.
    fn refuses(&self, client_id: &str) -> bool {
        let unlucky = self.dice.lock().unwrap().below(10) == 0;
        unlucky && self.refused.lock().unwrap().insert(client_id.to_owned())
    }
}

#[async_trait]
impl<S: Store> Store for Refusing<S> {
    fn server_id(&self) -> ServerId {
        self.inner.server_id()
    }
    fn lobby(&self) -> RoomId {
        self.inner.lobby()
    }
    async fn commit(&self, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        let unlucky: Vec<bool> = batch.writes.iter().map(|write| self.refuses(write.request.client_id().as_str())).collect();
        let lucky = batch.writes.iter().zip(&unlucky).filter(|(_, unlucky)| !**unlucky).map(|(write, _)| write.clone()).collect();
        let mut committed = self.inner.commit(&Batch { writes: lucky, marks: batch.marks.clone() }, context).await?;
        let mut outcomes = std::mem::take(&mut committed.outcomes).into_iter();
        let refusal = || Err(Error::new(Code::Unavailable, "refused by the test").after(1));
        committed.outcomes = unlucky.iter().map(|unlucky| if *unlucky { refusal() } else { outcomes.next().unwrap() }).collect();
        Ok(committed)
    }
    async fn page(&self, reader: &User, request: &HistoryRead, limits: &Limits) -> Answer<Page> {
        self.inner.page(reader, request, limits).await
    }
    async fn rooms_of(&self, reader: &User, cursors: &[Cursor]) -> Result<Vec<RoomState>, StoreError> {
        self.inner.rooms_of(reader, cursors).await
    }
    async fn room_ids_of(&self, reader: &User) -> Result<Vec<(RoomId, u32)>, StoreError> {
        self.inner.room_ids_of(reader).await
    }
    async fn members(&self, reader: &User, room: &RoomId) -> Answer<Vec<User>> {
        self.inner.members(reader, room).await
    }
    async fn list_rooms(&self, reader: &User, request: &RoomList) -> Result<RoomListReply, StoreError> {
        self.inner.list_rooms(reader, request).await
    }
    async fn find_room(&self, reader: &User, request: &RoomFind) -> Answer<RoomSummary> {
        self.inner.find_room(reader, request).await
    }
    async fn token_owner(&self, hash: &TokenHash, now: Millis) -> Result<TokenOwner, StoreError> {
        self.inner.token_owner(hash, now).await
    }
    async fn guest(&self, hash: &TokenHash, new: &NewUser, now: Millis) -> Result<User, StoreError> {
        self.inner.guest(hash, new, now).await
    }
    async fn free_name(&self, new: &NewUser, now: Millis) -> Result<DisplayName, StoreError> {
        self.inner.free_name(new, now).await
    }
    async fn seen(&self, users: &[UserId], now: Millis) -> Result<(), StoreError> {
        self.inner.seen(users, now).await
    }
    async fn rename(&self, user: &User, name: &DisplayName, now: Millis) -> Answer<User> {
        self.inner.rename(user, name, now).await
    }
    async fn register(&self, guest: &User, identity: &Identity, hash: &str, session: &NewSession, now: Millis) -> Answer<User> {
        self.inner.register(guest, identity, hash, session, now).await
    }
    async fn account(&self, identity: &Identity) -> Result<Option<Account>, StoreError> {
        self.inner.account(identity).await
    }
    async fn open_session(&self, user: &UserId, session: &NewSession, now: Millis) -> Result<(), StoreError> {
        self.inner.open_session(user, session, now).await
    }
    async fn sessions(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        self.inner.sessions(user).await
    }
    async fn end_session(&self, user: &UserId, session: &SessionId, now: Millis) -> Result<bool, StoreError> {
        self.inner.end_session(user, session, now).await
    }
    async fn set_password(&self, user: &UserId, hash: &str, keep: &SessionId, now: Millis) -> Result<Vec<SessionId>, StoreError> {
        self.inner.set_password(user, hash, keep, now).await
    }
    async fn check(&self) -> Result<(), StoreError> {
        self.inner.check().await
    }
    async fn close(&self) {
        self.inner.close().await;
    }
}

const MESSAGES: usize = 20_000;

/// 20,000 messages pipelined within the window, with every tenth refused once at random: each
/// refusal holds back what follows, so they stand in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_keep_their_order_through_refusals() {
    let wrap = |inner| Arc::new(Refusing { inner, dice: Mutex::new(Dice(11)), refused: Mutex::default() }) as Arc<dyn Store>;
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
