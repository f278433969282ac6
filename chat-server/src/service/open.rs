//! From a handshake to a `welcome`.

use std::sync::Arc;

use chat_proto::PROTOCOL;
use chat_proto::error::Error;
use chat_proto::event::Welcome;
use chat_proto::handshake::Auth;
use chat_proto::id::{RoomId, UserId};
use chat_proto::name::{DisplayName, confusable_key};
use chat_proto::request::sync::SyncRequest;
use chat_proto::secret::Token;
use chat_proto::user::{User, UserKind};

use crate::domain::naming;
use crate::domain::presence::ConnectionId;
use crate::service::{Caller, Service, lock, signed_out, token_hash, unavailable};
use crate::storage::{NewUser, TokenOwner};

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
        self.identify(opening).await
    }

    /// The connection counts from here on, until [`closed`](Self::closed).
    pub fn enter(&self, mut caller: Caller) -> Arc<Caller> {
        let mut callers = lock(&self.callers);
        if caller.passing {
            // Two may have asked for the same free name at once.
            let taken = |name: &DisplayName| {
                let key = confusable_key(name.as_str());
                callers.values().any(|other| other.passing && confusable_key(other.user.name.as_str()) == key)
            };
            let free = naming::candidates(&caller.user.name).find(|name| !taken(name));
            caller.user.name = free.unwrap_or(caller.user.name);
        }
        let caller = Arc::new(caller);
        callers.insert(caller.connection, caller.clone());
        caller
    }

    async fn identify(&self, opening: &Opening) -> Result<Caller, Error> {
        let Opening { connection, auth, cookie } = opening;
        let caller = |user, session, passing| Caller { connection: *connection, user, session, passing, client: auth.client.clone() };
        match (&auth.token, &auth.guest, cookie) {
            (Some(token), Some(_), _) => {
                let user = self.known_guest(auth, token).await?;
                Ok(caller(user, None, false))
            }
            (Some(token), None, _) | (None, None, Some(token)) => match self.owner(token).await? {
                TokenOwner::Session(user, session) => Ok(caller(user, Some(session), false)),
                TokenOwner::Guest(user) => Ok(caller(user, None, false)),
                TokenOwner::Ended | TokenOwner::Nobody => Err(signed_out()),
            },
            (None, _, _) => {
                let mut new = self.new_user(auth);
                new.name = self.store.free_name(&new, self.now()).await.map_err(|error| unavailable(&error))?;
                let user = User { id: new.id, name: new.name, color: new.color, kind: UserKind::Guest, identity: None };
                Ok(caller(user, None, true))
            }
        }
    }

    async fn owner(&self, token: &Token) -> Result<TokenOwner, Error> {
        self.store.token_owner(&token_hash(token), self.now()).await.map_err(|error| unavailable(&error))
    }

    /// The guest of that token; an account's token with a name beside it is still the account's.
    async fn known_guest(&self, auth: &Auth, token: &Token) -> Result<User, Error> {
        if let TokenOwner::Ended | TokenOwner::Session(..) = self.owner(token).await? {
            return Err(signed_out());
        }
        let new = self.new_user(auth);
        self.store.guest(&token_hash(token), &new, self.now()).await.map_err(|error| unavailable(&error))
    }

    fn new_user(&self, auth: &Auth) -> NewUser {
        let mut random = lock(&self.random);
        let name = auth.guest.clone().unwrap_or_else(|| naming::guest_name(&mut **random));
        let id = UserId::parse(random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"));
        NewUser { id, name, color: naming::color(&mut **random), taken: self.passing_names() }
    }

    /// Attaches the connection to its rooms, reads where they stand, and gives the `welcome`.
    ///
    /// # Errors
    /// `signed_out`, or `unavailable` when the store cannot be read.
    pub async fn welcome(&self, connection: ConnectionId) -> Result<Welcome, Error> {
        let caller = self.caller(connection)?;
        let states = self.store.rooms_of(&caller.user, &[]).await.map_err(|error| unavailable(&error))?;
        let rooms: Vec<RoomId> = states.into_iter().map(|state| state.room.id).collect();
        self.fanout.attach(connection, &caller.user.id, &rooms).await;
        for room in &rooms {
            let stored = self.store.member_count(room).await.map_err(|error| unavailable(&error))?;
            lock(&self.presence).set_members(room, *room == self.lobby, stored);
        }
        lock(&self.presence).connected(connection, &caller.user, rooms);
        // Heads are read after the connection is attached: nothing falls between the two.
        let sync = self.sync(&caller, &SyncRequest { cursors: Vec::new(), show: vec![self.lobby.clone()] }).await?;
        Ok(Welcome {
            protocol: PROTOCOL,
            server: self.server.clone(),
            user: caller.user.clone(),
            limits: self.limits.clone(),
            time: self.now(),
            sync,
        })
    }

    /// The connection ended.
    pub fn closed(&self, connection: ConnectionId) {
        let Some(caller) = lock(&self.callers).remove(&connection) else { return };
        lock(&self.presence).disconnected(connection, &caller.user.id, self.now());
    }
}
