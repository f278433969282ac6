//! From a handshake to a `welcome`.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_proto::PROTOCOL;
use chat_proto::error::{Code, Error};
use chat_proto::event::Welcome;
use chat_proto::handshake::Auth;
use chat_proto::id::{RoomId, UserId};
use chat_proto::request::sync::{SyncReply, SyncRequest};
use chat_proto::request::token_create::Scope;
use chat_proto::secret::Token;
use chat_proto::user::{ServerRole, User, UserKind};

use crate::domain::naming;
use crate::domain::presence::ConnectionId;
use crate::service::{Caller, Service, lock, signed_out, token_hash, unavailable};
use crate::storage::{NewUser, TokenHash, TokenOwner};

/// What a connection brings along.
#[derive(Debug)]
pub struct Opening {
    /// The number that this process gave it.
    pub connection: ConnectionId,
    /// The handshake.
    pub auth: Auth,
    /// The session cookie, where it may be believed.
    pub cookie: Option<Token>,
}

impl Service {
    /// Finds out who it is; nothing is held for the connection yet.
    ///
    /// # Errors
    /// `signed_out` for a token that is nobody's or has ended.
    pub async fn open(&self, opening: &Opening) -> Result<Caller, Error> {
        let Opening { connection, auth, cookie } = opening;
        let caller = |user, session, passing| Caller {
            connection: *connection,
            user,
            session,
            passing,
            visiting: false,
            client: auth.client.clone(),
            bot: None,
            came_by: None,
        };
        // What is said in so many words wins over the cookie.
        let token = auth.token.as_ref().or_else(|| cookie.as_ref().filter(|_| auth.guest.is_none()));
        let Some(token) = token else {
            let mut new = self.new_user(auth);
            new.name = self.store.free_name(&new, self.now()).await.map_err(|error| unavailable(&error))?;
            let user =
                User { id: new.id, name: new.name, color: new.color, kind: UserKind::Guest, identity: None, role: ServerRole::Member };
            return Ok(caller(user, None, true));
        };
        let hash = token_hash(token);
        match self.store.token_owner(&hash, self.now()).await.map_err(|error| unavailable(&error))? {
            TokenOwner::Bot(bot) if bot.scopes.iter().any(|scope| matches!(scope, Scope::Read | Scope::Send)) => {
                let user = bot.user.clone();
                Ok(Caller { bot: Some(Arc::new(bot)), came_by: Some(hash), ..caller(user, None, false) })
            }
            TokenOwner::Bot(_) => Err(Error::new(
                Code::Forbidden,
                "This token is for its webhook alone. A bot that connects needs the scope `read` or `send`.",
            )),
            TokenOwner::Session(user, session) => Ok(Caller { came_by: Some(hash), ..caller(user, Some(session), false) }),
            // Who comes back costs no write.
            TokenOwner::Guest(user) => Ok(caller(user, None, false)),
            TokenOwner::NamelessGuest(_) => self.guest(auth, &hash).await.map(|user| caller(user, None, false)),
            // A guest's first use of their token makes them; without a name beside it, it is no guest's.
            TokenOwner::Nobody if auth.guest.is_some() => self.guest(auth, &hash).await.map(|user| caller(user, None, false)),
            TokenOwner::Ended | TokenOwner::Nobody => Err(signed_out()),
        }
    }

    /// The connection counts from here on, until [`closed`](Self::closed).
    pub fn enter(&self, mut caller: Caller) -> Arc<Caller> {
        if caller.passing {
            // Two may have asked for the same free name at once.
            caller.user.name = self.passing.take(&caller.user.name, &caller.user.id);
        } else {
            lock(&self.seen).insert(caller.user.id.clone());
        }
        let caller = Arc::new(caller);
        lock(&self.callers).insert(caller.connection, caller.clone());
        caller
    }

    /// What it came in by is still good. Who ends a session or a bot closes the connections that
    /// [count](Self::enter), and one that was only opening by it was none of these.
    ///
    /// # Errors
    /// `signed_out` when it has ended; `unavailable` when the store cannot be read.
    pub async fn confirm(&self, caller: &Caller) -> Result<(), Error> {
        let Some(hash) = &caller.came_by else { return Ok(()) };
        let is_good = match self.store.token_owner(hash, self.now()).await.map_err(|error| unavailable(&error))? {
            TokenOwner::Session(_, session) => caller.session == Some(session),
            TokenOwner::Bot(bot) => caller.bot.as_ref().is_some_and(|known| known.token == bot.token),
            TokenOwner::Guest(_) | TokenOwner::NamelessGuest(_) | TokenOwner::Ended | TokenOwner::Nobody => false,
        };
        if is_good { Ok(()) } else { Err(signed_out()) }
    }

    async fn guest(&self, auth: &Auth, hash: &TokenHash) -> Result<User, Error> {
        let new = self.new_user(auth);
        self.store.guest(hash, &new, self.now()).await.map_err(|error| unavailable(&error))
    }

    fn new_user(&self, auth: &Auth) -> NewUser {
        let mut random = lock(&self.random);
        let name = auth.guest.clone().unwrap_or_else(|| naming::guest_name(&mut **random));
        let id = UserId::parse(random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"));
        NewUser { id, name, color: naming::color(&mut **random), taken: self.passing.clone() }
    }

    /// Attaches the connection to its rooms, reads where they stand, and gives the `welcome`.
    ///
    /// # Errors
    /// `signed_out`, also when the connection ended meanwhile; `unavailable` when the store cannot
    /// be read.
    pub async fn welcome(&self, connection: ConnectionId) -> Result<Welcome, Error> {
        let caller = self.caller(connection)?;
        self.confirm(&caller).await?;
        if !caller.hears() {
            // It is attached to nothing, and so hears nothing.
            let sync = self.sync(&caller, &SyncRequest::default()).await?;
            self.appear(&caller, sync.rooms.iter().map(|state| state.room.id.clone()).collect())?;
            return Ok(self.welcome_of(&caller, sync));
        }
        // First it moves with its user, then it is read where they are: a room that they leave in between, or are
        // removed from, is not heard for a moment either.
        self.fanout.follow(connection, &caller.user.id).await;
        let own = self.store.room_ids_of(&caller.user).await.map_err(|error| unavailable(&error))?;
        let rooms: Vec<RoomId> = own.iter().map(|room| room.id.clone()).collect();
        self.fanout.attach(connection, &caller.user.id, &rooms).await;
        // Heads are read after the connection is attached: nothing falls between the two.
        let sync = self.sync(&caller, &SyncRequest { cursors: Vec::new(), show: vec![self.lobby.clone()] }).await?;
        for room in own {
            lock(&self.presence).set_members(&room.id, room.id == self.lobby, room.members);
        }
        self.appear(&caller, sync.rooms.iter().map(|state| state.room.id.clone()).collect())?;
        let shown = lock(&self.presence).of_room(&self.lobby);
        let presence = if sync.presence.is_empty() { Vec::new() } else { vec![shown] };
        Ok(self.welcome_of(&caller, SyncReply { presence, ..sync }))
    }

    fn welcome_of(&self, caller: &Caller, sync: SyncReply) -> Welcome {
        let mut limits = self.limits.clone();
        if caller.bot.is_some() {
            (limits.message_burst, limits.messages_per_second) = (self.bot_limits.message_burst, self.bot_limits.messages_per_second);
        }
        Welcome { protocol: PROTOCOL, server: self.server.clone(), user: caller.user.clone(), limits, time: self.now(), sync }
    }

    /// Lets the caller be seen, unless the connection has ended meanwhile: nobody would ever take
    /// them away again.
    fn appear(&self, caller: &Caller, rooms: BTreeSet<RoomId>) -> Result<(), Error> {
        let callers = lock(&self.callers);
        if !callers.contains_key(&caller.connection) {
            return Err(signed_out());
        }
        lock(&self.presence).connected(caller.connection, &caller.user, rooms);
        Ok(())
    }

    /// The connection ended.
    pub fn closed(&self, connection: ConnectionId) {
        let Some(caller) = lock(&self.callers).remove(&connection) else { return };
        if caller.visiting {
            return self.visit_ended(&caller);
        }
        if caller.passing {
            self.passing.release(&caller.user.name, &caller.user.id);
            self.leave_all(&caller);
        }
        lock(&self.presence).disconnected(connection, &caller.user.id, self.now());
    }
}
