//! What the chat does, over its ports. Spawns nothing and reads no clock: whoever owns it drives
//! [`Service::run_writer`] and [`Service::tick`], so a seeded scheduler can run it as a simulation.
//!
//! - `open`: a handshake becomes a caller, and gets its `welcome`;
//! - `writer`: the one queue of everything that is written, committed in groups;
//! - `visit`: those who are in a room without being its member, from the classic pages;
//! - `requests`: each request's way; `rooms`, `codes`, `people`, `directory`, `friends`, `account`, `announce`, `search`: what they do;
//! - `tokens`: bots and what they come in by;
//! - `operator`: what only the server's operator asks for;
//! - `ticking`: what happens by the clock alone.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chat_proto::error::{Code, Error};
use chat_proto::event::ServerInfo;
use chat_proto::id::{RoomId, SessionId, UserId};
use chat_proto::limits::{BotLimits, Limits};
use chat_proto::name::{Identity, JoinCode};
use chat_proto::place::Millis;
use chat_proto::request::token_create::Scope;
use chat_proto::secret::{Password, Token};
use chat_proto::text::ClientName;
use chat_proto::user::User;
use sha2::{Digest, Sha256};

use crate::domain::access::may_ask;
use crate::domain::naming::PassingNames;
use crate::domain::presence::{ConnectionId, Presence};
use crate::domain::random::Random;
use crate::domain::rates::Rates;
use crate::domain::typing::Typing;
use crate::fanout::FanOut;
use crate::storage::{Bot, Store, StoreError, TokenHash};

mod account;
mod announce;
mod codes;
mod directory;
mod friends;
mod open;
pub mod operator;
mod people;
mod requests;
mod rooms;
mod search;
mod ticking;
mod tokens;
mod visit;
mod writer;

pub use account::{Login, Register};
pub use open::Opening;
pub use requests::Reply;
pub use tokens::Hook;
pub use writer::Responder;

pub use crate::storage::OwnRoom;

use writer::WriteQueue;

/// The time, as an argument.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since 1970, UTC.
    fn now(&self) -> Millis;
}

/// Hashing of passwords, which takes long by intent.
#[async_trait]
pub trait Passwords: Send + Sync + 'static {
    /// The hash to store, a PHC string.
    async fn hash(&self, password: &Password) -> Result<String, Error>;
    /// Whether the password has that hash; with none given it takes as long and says no, so that
    /// nobody learns by the clock which identities exist.
    async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool, Error>;
}

/// What the service stands on.
pub struct Ports {
    /// What outlives the process.
    pub store: Arc<dyn Store>,
    /// The way out.
    pub fanout: Arc<dyn FanOut>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Box<dyn Random>,
    /// Hashing of passwords.
    pub passwords: Arc<dyn Passwords>,
}

/// Who makes a request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The connection.
    pub connection: ConnectionId,
    /// The user, as they are called now.
    pub user: User,
    /// The account's session, if it is one.
    pub session: Option<SessionId>,
    /// Whether it is a guest without a token, who is stored nowhere until they say something.
    pub passing: bool,
    /// Whether it is in one room at a time without being its member: a classic page.
    pub visiting: bool,
    /// The program at the other end, as it called itself.
    pub client: Option<ClientName>,
    /// The token that it came in by, if it is a bot.
    pub bot: Option<Arc<Bot>>,
    /// The digest of the token of its session or its bot, which may have ended by the time that the connection counts.
    pub came_by: Option<TokenHash>,
}

impl Caller {
    /// The account's session.
    ///
    /// # Errors
    /// `forbidden` for a guest.
    fn session(&self) -> Result<SessionId, Error> {
        self.session.clone().ok_or_else(|| Error::new(Code::Forbidden, "You are a guest. Sign in first."))
    }

    /// Whether they may ask for that request at all, wherever it is.
    ///
    /// # Errors
    /// `forbidden` for a bot whose token does not say so.
    fn may_ask(&self, request: &str) -> Result<(), Error> {
        self.bot.as_ref().map_or(Ok(()), |bot| may_ask(&bot.scopes, request))
    }

    /// Whether they are told what is said: all but bots that only say something.
    fn hears(&self) -> bool {
        self.bot.as_ref().is_none_or(|bot| bot.scopes.contains(&Scope::Read))
    }
}

/// The chat.
pub struct Service {
    store: Arc<dyn Store>,
    fanout: Arc<dyn FanOut>,
    clock: Arc<dyn Clock>,
    passwords: Arc<dyn Passwords>,
    random: Mutex<Box<dyn Random>>,
    server: ServerInfo,
    lobby: RoomId,
    limits: Limits,
    operators: Vec<Identity>,
    queue: WriteQueue,
    rates: tokio::sync::Mutex<Rates>,
    bot_rates: tokio::sync::Mutex<Rates>,
    bot_limits: BotLimits,
    question_rates: tokio::sync::Mutex<Rates>,
    login_rates: Mutex<Rates<String>>,
    rename_rates: Mutex<Rates>,
    room_rates: Mutex<Rates<String>>,
    code_rates: Mutex<Rates<String>>,
    find_rates: Mutex<Rates>,
    /// By which an account becomes the server's owner, while it has none.
    owner_code: Mutex<Option<JoinCode>>,
    search_rates: Mutex<Rates>,
    callers: Mutex<HashMap<ConnectionId, Arc<Caller>>>,
    passing: Arc<PassingNames>,
    /// Who was here since it was last written down.
    seen: Mutex<HashSet<UserId>>,
    presence: Mutex<Presence>,
    typing: Mutex<Typing>,
    last_seen_flush: Mutex<Millis>,
}

/// Attempts to sign in to one account, or from one address, at once; then one in ten seconds.
const LOGIN_BURST: u32 = 8;
const LOGIN_INTERVAL_MS: u64 = 10_000;
/// New names of one user at once, each told to everybody in their rooms; then one in ten seconds.
const RENAME_BURST: u32 = 5;
const RENAME_INTERVAL_MS: u64 = 10_000;
/// Rooms that visitors from one address have made for them at once; then one in ten seconds.
const ROOM_BURST: u32 = 10;
const ROOM_INTERVAL_MS: u64 = 10_000;
/// Join codes made by one user, or tried from one address, at once; then one in five seconds.
const CODE_BURST: u32 = 60;
const CODE_INTERVAL_MS: u64 = 5_000;
/// People looked for by one user at once, as while a name is typed; then two a second.
const FIND_BURST: u32 = 60;
const FIND_INTERVAL_MS: u64 = 500;

impl Service {
    /// The service over its ports, under that name and with those limits.
    #[must_use]
    pub fn new(ports: Ports, name: &str, limits: Limits) -> Self {
        let server = ServerInfo { id: ports.store.server_id(), name: name.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
        Self {
            lobby: ports.store.lobby(),
            rates: tokio::sync::Mutex::new(Rates::new(limits.message_burst, limits.messages_per_second)),
            bot_rates: tokio::sync::Mutex::new(bot_rates(BotLimits::default())),
            bot_limits: BotLimits::default(),
            question_rates: tokio::sync::Mutex::new(friends::question_rates()),
            login_rates: Mutex::new(Rates::every_ms(LOGIN_BURST, LOGIN_INTERVAL_MS)),
            rename_rates: Mutex::new(Rates::every_ms(RENAME_BURST, RENAME_INTERVAL_MS)),
            room_rates: Mutex::new(Rates::every_ms(ROOM_BURST, ROOM_INTERVAL_MS)),
            code_rates: Mutex::new(Rates::every_ms(CODE_BURST, CODE_INTERVAL_MS)),
            find_rates: Mutex::new(Rates::every_ms(FIND_BURST, FIND_INTERVAL_MS)),
            owner_code: Mutex::default(),
            search_rates: Mutex::new(search::rates()),
            store: ports.store,
            fanout: ports.fanout,
            clock: ports.clock,
            passwords: ports.passwords,
            random: Mutex::new(ports.random),
            server,
            limits,
            operators: Vec::new(),
            queue: WriteQueue::default(),
            callers: Mutex::default(),
            passing: Arc::default(),
            seen: Mutex::default(),
            presence: Mutex::default(),
            typing: Mutex::default(),
            last_seen_flush: Mutex::default(),
        }
    }

    /// The same with other limits for bots.
    #[must_use]
    pub fn with_bot_limits(mut self, limits: BotLimits) -> Self {
        self.bot_rates = tokio::sync::Mutex::new(bot_rates(limits));
        self.bot_limits = limits;
        self
    }

    /// The server as told in `welcome`.
    #[must_use]
    pub fn server(&self) -> &ServerInfo {
        &self.server
    }

    /// What this server allows.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Who that connection is now; a request is checked when it runs, not when it was queued.
    ///
    /// # Errors
    /// `signed_out` once its session has ended.
    pub fn caller(&self, connection: ConnectionId) -> Result<Arc<Caller>, Error> {
        lock(&self.callers).get(&connection).cloned().ok_or_else(signed_out)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }

    /// The time, for what is counted by it outside.
    #[must_use]
    pub fn time(&self) -> Millis {
        self.now()
    }

    fn now(&self) -> Millis {
        self.clock.now()
    }

    fn connections_of(&self, matches: impl Fn(&Caller) -> bool) -> Vec<ConnectionId> {
        lock(&self.callers).values().filter(|caller| matches(caller)).map(|caller| caller.connection).collect()
    }

    /// Changes what is known of a user on all of their connections.
    fn change_user(&self, id: &UserId, change: impl Fn(&mut Caller)) {
        for caller in lock(&self.callers).values_mut().filter(|caller| caller.user.id == *id) {
            change(Arc::make_mut(caller));
        }
    }
}

fn bot_rates(limits: BotLimits) -> Rates {
    Rates::new(limits.message_burst, limits.messages_per_second)
}

/// What is stored of a token.
#[must_use]
pub fn token_hash(token: &Token) -> TokenHash {
    Sha256::digest(token.as_str().as_bytes()).into()
}

fn signed_out() -> Error {
    Error::new(Code::SignedOut, "Your session has ended. Sign in again.")
}

/// A store's failure, as its caller may know it; the log says more.
fn unavailable(error: &StoreError) -> Error {
    if error.is_closed() {
        return Error::new(Code::Unavailable, "The server is stopping.").after(2_000);
    }
    tracing::error!(%error, "the store failed");
    Error::new(Code::Unavailable, "The server cannot reach its database at the moment. It is tried again.").after(2_000)
}

/// A lock whose holder panicked holds nothing half done here: each critical section is one step.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
