//! What may happen while a connection opens: the service over the memory store, and a fan-out that
//! lets it happen at the worst moment.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chat_proto::error::{Code, Error};
use chat_proto::handshake::Auth;
use chat_proto::id::{ClientId, Epoch, RoomId, TokenId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, Identity, RoomName};
use chat_proto::request::token_create::{Scope, TokenCreate};
use chat_proto::request::token_revoke::TokenRevoke;
use chat_proto::request::{RoomCreate, RoomJoin, RoomLeave};
use chat_proto::secret::{Password, Token};
use chat_proto::user::User;
use chat_server::domain::decide::Context;
use chat_server::domain::presence::ConnectionId;
use chat_server::domain::rates::Rates;
use chat_server::domain::write::{EntryRequest, Write};
use chat_server::fanout::{Audience, FanOut, Notice};
use chat_server::service::{Clock, Opening, Passwords, Ports, Register, Service};
use chat_server::storage::memory::MemoryStore;
use chat_server::storage::{Batch, CommittedEntry, Store};

use crate::client::token;
use crate::dice::Dice;

/// When it happens: once the connection follows its user, once their rooms are read, or once it is attached to them.
#[derive(Clone, Copy, PartialEq)]
enum Moment {
    Following,
    Read,
    Attached,
}
const MOMENTS: [Moment; 3] = [Moment::Following, Moment::Read, Moment::Attached];

/// What is written past the service, and when.
struct Happening {
    moment: Moment,
    store: Arc<dyn Store>,
    write: Write,
}

/// Keeps what the one connection hears, and has something happen once.
#[derive(Default)]
struct Meanwhile {
    happens: Mutex<Option<Happening>>,
    wire: Mutex<Wire>,
    close: Mutex<Option<Arc<Service>>>,
}

#[derive(Default)]
struct Wire {
    user: Option<UserId>,
    rooms: BTreeSet<RoomId>,
    left: BTreeSet<RoomId>,
    /// All that it ever heard.
    heard: BTreeSet<RoomId>,
}

impl Meanwhile {
    async fn reached(&self, moment: Moment) {
        let happens = self.happens.lock().unwrap().take_if(|happens| happens.moment == moment);
        if let Some(Happening { store, write, .. }) = happens {
            self.entries(commit(&*store, write).await);
        }
    }

    fn hears(&self) -> Vec<RoomId> {
        self.wire.lock().unwrap().rooms.iter().cloned().collect()
    }

    fn ever_heard(&self, room: &RoomId) -> bool {
        self.wire.lock().unwrap().heard.contains(room)
    }
}

#[async_trait]
impl FanOut for Meanwhile {
    fn entries(&self, entries: Vec<CommittedEntry>) {
        let mut wire = self.wire.lock().unwrap();
        let Some(user) = wire.user.clone() else { return };
        for CommittedEntry { room, moves, .. } in entries {
            if moves.joins.iter().any(|(joins, _)| *joins == user) {
                wire.rooms.insert(room.clone());
                wire.heard.insert(room.clone());
                wire.left.remove(&room);
            }
            if moves.leaves.contains(&user) {
                wire.rooms.remove(&room);
                wire.left.insert(room);
            }
        }
    }
    async fn follow(&self, _: ConnectionId, user: &UserId) {
        self.wire.lock().unwrap().user = Some(user.clone());
        self.reached(Moment::Following).await;
    }
    async fn attach(&self, connection: ConnectionId, _: &UserId, rooms: &[RoomId]) {
        self.reached(Moment::Read).await;
        {
            let mut wire = self.wire.lock().unwrap();
            let rooms: Vec<RoomId> = rooms.iter().filter(|room| !wire.left.contains(room)).cloned().collect();
            wire.rooms.extend(rooms.clone());
            wire.heard.extend(rooms);
        }
        self.reached(Moment::Attached).await;
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

/// What happens while a connection opens, and at which moment.
fn happens(fanout: &Meanwhile, moment: Moment, store: &Arc<dyn Store>, user: &User, request: EntryRequest) {
    *fanout.happens.lock().unwrap() = Some(Happening { moment, store: store.clone(), write: Write::new(user.clone(), request) });
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
async fn who_leaves_meanwhile_on_another_device_hears_nothing_more() {
    for moment in MOMENTS {
        let (service, store, fanout, ada, ops) = bench().await;
        let leave = EntryRequest::Leave(RoomLeave { room: ops.clone(), client_id: id("l"), after: None });
        happens(&fanout, moment, &store, &ada, leave);
        let rooms = welcome(&service, 2).await.unwrap();
        assert!(!rooms.contains(&ops));
        assert_eq!(fanout.hears(), sorted(rooms), "the connection would go on hearing a room that was left");
        assert_eq!(fanout.ever_heard(&ops), moment == Moment::Attached, "not even for a moment after it was left");
    }
}

#[tokio::test]
async fn who_joins_meanwhile_on_another_device_is_attached() {
    for moment in MOMENTS {
        let (service, store, fanout, ada, ops) = bench().await;
        let leave = EntryRequest::Leave(RoomLeave { room: ops.clone(), client_id: id("l"), after: None });
        commit(&*store, Write::new(ada.clone(), leave)).await;
        let join = EntryRequest::Join(RoomJoin { room: ops.clone(), client_id: id("j"), after: None, code: None });
        happens(&fanout, moment, &store, &ada, join);
        let rooms = welcome(&service, 2).await.unwrap();
        assert!(rooms.contains(&ops));
        assert_eq!(fanout.hears(), sorted(rooms), "the connection would hear nothing of the room");
    }
}

/// Who ends a session or a bot closes the connections that count; one that was only opening by it ends as well.
#[tokio::test]
async fn what_ends_while_a_connection_opens_by_it_is_not_let_in() {
    let (service, _, _, ada, ops) = bench().await;
    let register = Register { identity: Identity::parse("ada").unwrap(), password: Password::parse("long enough").unwrap(), client: None };
    let guest = service.enter(service.open(&opening(2)).await.unwrap());
    assert_eq!(guest.user.id, ada.id);
    let session = service.register(&guest, "", register).await.unwrap();
    let by = |token: &Token, connection| Opening { connection, auth: Auth { token: Some(token.clone()), ..Auth::default() }, cookie: None };
    let owner = service.enter(service.open(&by(&session.token, 3)).await.unwrap());

    let writing = service.clone();
    let writer = tokio::spawn(async move { writing.run_writer().await });
    let create = TokenCreate { name: DisplayName::parse("robot").unwrap(), scopes: vec![Scope::Read], rooms: vec![ops], signed: false };
    let made = serde_json::to_value(service.run(&owner, "", create.into()).await.unwrap()).unwrap();
    let robot = Token::parse(made["token"].as_str().unwrap()).unwrap();
    let opened = [service.open(&by(&robot, 4)).await.unwrap(), service.open(&by(&session.token, 5)).await.unwrap()];
    let revoke = TokenRevoke { id: TokenId::parse(made["info"]["id"].as_str().unwrap()).unwrap() };
    service.run(&owner, "", revoke.into()).await.unwrap();
    service.logout(owner.session.as_ref().unwrap(), &ada.id).await.unwrap();
    for caller in opened {
        let connection = service.enter(caller).connection;
        assert_eq!(service.welcome(connection).await.unwrap_err().code, Code::SignedOut);
    }
    writer.abort();
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
