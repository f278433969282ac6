//! From a handshake to a `welcome`.

use std::sync::Arc;

use chat_proto::PROTOCOL;
use chat_proto::error::Error;
use chat_proto::event::Welcome;
use chat_proto::handshake::Auth;
use chat_proto::id::{RoomId, UserId};
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
        if caller.passing {
            // Two may have asked for the same free name at once.
            caller.user.name = self.passing.take(&caller.user.name, caller.user.id.as_str(), caller.connection);
        } else {
            lock(&self.seen).insert(caller.user.id.clone());
        }
        let caller = Arc::new(caller);
        lock(&self.callers).insert(caller.connection, caller.clone());
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
                TokenOwner::Guest(user) | TokenOwner::NamelessGuest(user) => Ok(caller(user, None, false)),
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
        match self.owner(token).await? {
            // Who comes back costs no write.
            TokenOwner::Guest(user) => return Ok(user),
            TokenOwner::Ended | TokenOwner::Session(..) => return Err(signed_out()),
            TokenOwner::NamelessGuest(_) | TokenOwner::Nobody => {}
        }
        let new = self.new_user(auth);
        self.store.guest(&token_hash(token), &new, self.now()).await.map_err(|error| unavailable(&error))
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
    /// `signed_out`, or `unavailable` when the store cannot be read.
    pub async fn welcome(&self, connection: ConnectionId) -> Result<Welcome, Error> {
        let caller = self.caller(connection)?;
        let own = self.store.room_ids_of(&caller.user).await.map_err(|error| unavailable(&error))?;
        let rooms: Vec<RoomId> = own.iter().map(|(room, _)| room.clone()).collect();
        self.fanout.attach(connection, &caller.user.id, &rooms).await;
        for (room, members) in own {
            lock(&self.presence).set_members(&room, room == self.lobby, members);
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
        if caller.passing {
            self.passing.release(&caller.user.name, connection);
            self.leave_all(&caller);
        }
        lock(&self.presence).disconnected(connection, &caller.user.id, self.now());
    }
}
