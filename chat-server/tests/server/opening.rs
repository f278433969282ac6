//! What may happen while a connection opens: the service over the memory store, and a fan-out that
//! lets it happen at the worst moment.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chat_proto::error::Error;
use chat_proto::handshake::Auth;
use chat_proto::id::{ClientId, Epoch, RoomId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::request::{RoomCreate, RoomJoin, RoomLeave};
use chat_proto::secret::{Password, Token};
use chat_proto::user::User;
use chat_server::domain::decide::Context;
use chat_server::domain::presence::ConnectionId;
use chat_server::domain::rates::Rates;
use chat_server::domain::write::{EntryRequest, Write};
use chat_server::fanout::{Audience, FanOut, Notice};
use chat_server::service::{Clock, Opening, Passwords, Ports, Service};
use chat_server::storage::memory::MemoryStore;
use chat_server::storage::{Batch, CommittedEntry, Store};

use crate::client::token;
use crate::dice::Dice;

/// Keeps to which rooms a connection was attached last; does something once, during the first time.
#[derive(Default)]
struct Meanwhile {
    store: Mutex<Option<(Arc<dyn Store>, Write)>>,
    attached: Mutex<Vec<RoomId>>,
    close: Mutex<Option<Arc<Service>>>,
}

#[async_trait]
impl FanOut for Meanwhile {
    fn entries(&self, _: Vec<CommittedEntry>) {}
    async fn attach(&self, connection: ConnectionId, _: &UserId, rooms: &[RoomId]) {
        *self.attached.lock().unwrap() = rooms.to_vec();
        let pending = self.store.lock().unwrap().take();
        if let Some((store, write)) = pending {
            commit(&*store, write).await;
        }
        if let Some(service) = self.close.lock().unwrap().take() {
            service.closed(connection);
        }
    }
    fn notify(&self, _: Audience, _: Arc<Notice>) {}
    fn forget(&self, _: &RoomId, _: Epoch) {}
    fn close(&self, _: &[ConnectionId], _: &Error) {}
    fn is_behind(&self, _: &RoomId) -> bool {
        false
    }
}

struct StandingClock;
impl Clock for StandingClock {
    fn now(&self) -> u64 {
        5_000
    }
}

struct NoPasswords;
#[async_trait]
impl Passwords for NoPasswords {
    async fn hash(&self, _: &Password) -> Result<String, Error> {
        Ok(String::new())
    }
    async fn verify(&self, _: &Password, _: Option<&str>) -> Result<bool, Error> {
        Ok(false)
    }
}

async fn commit(store: &dyn Store, write: Write) -> Vec<CommittedEntry> {
    let mut random = Dice(write.digest as u64);
    let mut context = Context {
        now: 5_000,
        random: &mut random,
        rates: &mut Rates::new(100, 100),
        bot_rates: &mut Rates::new(100, 100),
        questions: &mut Rates::new(100, 100),
    };
    store.commit(&Batch { writes: vec![write], marks: Vec::new() }, &mut context).await.unwrap().entries
}

/// A service with a guest who made a room, and what goes out of it.
async fn bench() -> (Arc<Service>, Arc<dyn Store>, Arc<Meanwhile>, User, RoomId) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new(1_000, &mut Dice(9)));
    let fanout = Arc::new(Meanwhile::default());
    let ports = Ports {
        store: store.clone(),
        fanout: fanout.clone(),
        clock: Arc::new(StandingClock),
        random: Box::new(Dice(1)),
        passwords: Arc::new(NoPasswords),
    };
    let service = Arc::new(Service::new(ports, "test", Limits::default()));
    let ada = service.open(&opening(1)).await.unwrap().user;
    let create = RoomCreate::public(id("r"), RoomName::parse("ops").unwrap());
    let made = commit(&*store, Write::new(ada.clone(), EntryRequest::Create(create))).await;
    (service, store, fanout, ada, made[0].room.clone())
}

fn opening(connection: ConnectionId) -> Opening {
    let auth =
        Auth { guest: Some(DisplayName::parse("ada").unwrap()), token: Some(Token::parse(token("ada")).unwrap()), ..Auth::default() };
    Opening { connection, auth, cookie: None }
}

fn id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

async fn welcome(service: &Service, connection: ConnectionId) -> Result<Vec<RoomId>, Error> {
    let caller = service.open(&opening(connection)).await.unwrap();
    service.enter(caller);
    let welcome = service.welcome(connection).await?;
    Ok(welcome.sync.rooms.into_iter().map(|state| state.room.id).collect())
}

fn sorted(mut rooms: Vec<RoomId>) -> Vec<RoomId> {
    rooms.sort();
    rooms
}

#[tokio::test]
async fn who_leaves_meanwhile_on_another_device_is_not_attached() {
    let (service, store, fanout, ada, ops) = bench().await;
    let leave = EntryRequest::Leave(RoomLeave { room: ops.clone(), client_id: id("l"), after: None });
    *fanout.store.lock().unwrap() = Some((store, Write::new(ada, leave)));
    let rooms = welcome(&service, 2).await.unwrap();
    assert!(!rooms.contains(&ops));
    assert_eq!(sorted(fanout.attached.lock().unwrap().clone()), sorted(rooms), "the connection would go on hearing a room that was left");
}

#[tokio::test]
async fn who_joins_meanwhile_on_another_device_is_attached() {
    let (service, store, fanout, ada, ops) = bench().await;
    let leave = EntryRequest::Leave(RoomLeave { room: ops.clone(), client_id: id("l"), after: None });
    commit(&*store, Write::new(ada.clone(), leave)).await;
    let join = EntryRequest::Join(RoomJoin { room: ops.clone(), client_id: id("j"), after: None, code: None });
    *fanout.store.lock().unwrap() = Some((store, Write::new(ada, join)));
    let rooms = welcome(&service, 2).await.unwrap();
    assert!(rooms.contains(&ops));
    assert_eq!(sorted(fanout.attached.lock().unwrap().clone()), sorted(rooms), "the connection would hear nothing of the room");
}

#[tokio::test]
async fn who_is_gone_before_the_welcome_is_nobodys_ghost() {
    let (service, _, fanout, _, _) = bench().await;
    *fanout.close.lock().unwrap() = Some(service.clone());
    assert!(welcome(&service, 2).await.is_err());
    let caller = service.enter(service.open(&opening(3)).await.unwrap());
    let sync = service.run(
        &caller,
        "",
        chat_proto::request::SyncRequest { cursors: Vec::new(), show: vec![service_lobby(&service).await] }.into(),
    );
    let reply = serde_json::to_value(sync.await.unwrap()).unwrap();
    assert_eq!(reply["presence"][0]["online"], 0, "{reply}");
}

async fn service_lobby(service: &Service) -> RoomId {
    let caller = service.caller(3).unwrap();
    let sync = service.run(&caller, "", chat_proto::request::SyncRequest::default().into()).await.unwrap();
    let reply = serde_json::to_value(sync).unwrap();
    RoomId::parse(reply["rooms"][0]["room"]["id"].as_str().unwrap()).unwrap()
}
