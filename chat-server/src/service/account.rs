//! Accounts and their sessions.

use chat_proto::error::{Code, Error};
use chat_proto::id::{SessionId, UserId};
use chat_proto::name::Identity;
use chat_proto::request::account_login::SignedIn;
use chat_proto::request::session_list::SessionListReply;
use chat_proto::secret::{Password, Token};
use chat_proto::text::ClientName;
use chat_proto::user::{ServerRole, User, UserKind};

use crate::service::{Caller, Service, lock, signed_out, token_hash, unavailable};
use crate::storage::{NewSession, TokenOwner};

/// A guest wants to become an account.
pub struct Register {
    /// The name to sign in by.
    pub identity: Identity,
    /// The password.
    pub password: Password,
    /// The program that keeps the session.
    pub client: Option<ClientName>,
}

/// Somebody wants to sign in.
pub struct Login {
    /// The name to sign in by.
    pub identity: Identity,
    /// The password.
    pub password: Password,
    /// The program that keeps the session.
    pub client: Option<ClientName>,
}

impl Service {
    /// Makes an account of a guest, who keeps their user id.
    ///
    /// # Errors
    /// `name_taken`; `forbidden` when they have an account; `slow_down` after too many from one address.
    pub async fn register(&self, caller: &Caller, from: &str, register: Register) -> Result<SignedIn, Error> {
        self.throttle(&[format!("registrations from {from}")])?;
        self.register_user(&caller.user, register).await
    }

    /// The same for the page, which registers over HTTP with the guest's token, or with none.
    ///
    /// # Errors
    /// `name_taken`; `signed_out` for a token that has ended; `slow_down` after too many from one address.
    pub async fn register_by_token(&self, token: Option<&Token>, from: &str, register: Register) -> Result<SignedIn, Error> {
        self.throttle(&[format!("registrations from {from}")])?;
        let guest = match token {
            Some(token) => match self.store.token_owner(&token_hash(token), self.now()).await.map_err(|error| unavailable(&error))? {
                TokenOwner::Guest(user) | TokenOwner::NamelessGuest(user) => Some(user),
                TokenOwner::Nobody => None,
                TokenOwner::Session(..) | TokenOwner::Bot(_) | TokenOwner::Ended => return Err(signed_out()),
            },
            None => None,
        };
        let guest = guest.unwrap_or_else(|| self.stranger(&register.identity));
        self.register_user(&guest, register).await
    }

    /// Somebody who was no guest before; their first display name is their identity.
    pub(super) fn stranger(&self, identity: &Identity) -> User {
        let mut random = lock(&self.random);
        let id = UserId::parse(random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"));
        let name =
            chat_proto::name::DisplayName::parse(identity.as_str()).unwrap_or_else(|_| crate::domain::naming::guest_name(&mut **random));
        User {
            id,
            name,
            color: crate::domain::naming::color(&mut **random),
            kind: UserKind::Guest,
            identity: None,
            role: ServerRole::Member,
        }
    }

    async fn register_user(&self, guest: &User, register: Register) -> Result<SignedIn, Error> {
        if guest.kind != UserKind::Guest {
            return Err(Error::new(Code::Forbidden, "You have an account already."));
        }
        let hash = self.passwords.hash(&register.password).await?;
        let (token, session) = self.new_session(register.client);
        let result = self.store.register(guest, &register.identity, &hash, &session, self.now()).await;
        let user = result.map_err(|error| unavailable(&error))??;
        for caller in lock(&self.callers).values().filter(|caller| caller.passing && caller.user.id == user.id) {
            self.passing.release(&caller.user.name, &caller.user.id);
        }
        self.change_user(&user.id, |caller| {
            caller.session = Some(session.id.clone());
            caller.passing = false;
        });
        lock(&self.presence).settled(&self.lobby);
        self.tell_who(&user);
        Ok(SignedIn { token, user })
    }

    /// Opens a session.
    ///
    /// # Errors
    /// `wrong_password`, and `slow_down` after too many attempts for one account or from one address.
    pub async fn login(&self, from: &str, login: Login) -> Result<SignedIn, Error> {
        self.throttle(&[format!("address {from}"), format!("identity {}", login.identity)])?;
        let account = self.store.account(&login.identity).await.map_err(|error| unavailable(&error))?;
        let hash = account.as_ref().map(|account| account.password_hash.as_str());
        let fits = self.passwords.verify(&login.password, hash).await?;
        let Some(account) = account.filter(|_| fits) else {
            return Err(Error::new(Code::WrongPassword, "There is no such account, or the password is wrong."));
        };
        let (token, session) = self.new_session(login.client);
        self.store.open_session(&account.user.id, &session, self.now()).await.map_err(|error| unavailable(&error))?;
        Ok(SignedIn { token, user: account.user })
    }

    /// Whose session a token is, for HTTP.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn session_of_token(&self, token: &Token) -> Result<Option<(User, SessionId)>, Error> {
        match self.store.token_owner(&token_hash(token), self.now()).await.map_err(|error| unavailable(&error))? {
            TokenOwner::Session(user, session) => Ok(Some((user, session))),
            TokenOwner::Guest(_) | TokenOwner::NamelessGuest(_) | TokenOwner::Bot(_) | TokenOwner::Ended | TokenOwner::Nobody => Ok(None),
        }
    }

    /// Ends a session of that account and closes its connections.
    ///
    /// # Errors
    /// `not_found` when the account has no such session.
    pub async fn logout(&self, session: &SessionId, user: &UserId) -> Result<(), Error> {
        let ended = self.store.end_session(user, session, self.now()).await.map_err(|error| unavailable(&error))?;
        if !ended {
            let mut error = Error::new(Code::NotFound, "There is no such session.");
            error.field = Some("id".to_owned());
            return Err(error);
        }
        self.end(std::slice::from_ref(session));
        Ok(())
    }

    /// The account's sessions.
    pub(super) async fn sessions(&self, caller: &Caller) -> Result<SessionListReply, Error> {
        let current = caller.session()?;
        let mut sessions = self.store.sessions(&caller.user.id).await.map_err(|error| unavailable(&error))?;
        for session in &mut sessions {
            session.current = session.id == current;
        }
        Ok(SessionListReply { sessions })
    }

    /// Changes the password; every other session of the account ends.
    pub(super) async fn set_password(&self, caller: &Caller, from: &str, old: &Password, new: &Password) -> Result<(), Error> {
        let session = caller.session()?;
        let Some(identity) = &caller.user.identity else { return Err(signed_out()) };
        self.throttle(&[format!("address {from}"), format!("identity {identity}")])?;
        let account = self.store.account(identity).await.map_err(|error| unavailable(&error))?.ok_or_else(signed_out)?;
        if !self.passwords.verify(old, Some(&account.password_hash)).await? {
            let mut error = Error::new(Code::WrongPassword, "The password until now is another one. Nothing was changed.");
            error.field = Some("old".to_owned());
            return Err(error);
        }
        let hash = self.passwords.hash(new).await?;
        let result = self.store.set_password(&caller.user.id, &hash, Some(&session), self.now()).await;
        self.end(&result.map_err(|error| unavailable(&error))?);
        Ok(())
    }

    /// Closes the connections of sessions that have ended.
    pub(super) fn end(&self, sessions: &[SessionId]) {
        let ended = self.connections_of(|caller| caller.session.as_ref().is_some_and(|session| sessions.contains(session)));
        self.fanout.close(&ended, &signed_out());
        for connection in ended {
            self.closed(connection);
        }
    }

    fn new_session(&self, client: Option<ClientName>) -> (Token, NewSession) {
        let mut random = lock(&self.random);
        let token = Token::parse(random.token()).unwrap_or_else(|reason| unreachable!("a random token {reason}"));
        let id = SessionId::parse(random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"));
        let hash = token_hash(&token);
        (token, NewSession { id, hash, client })
    }

    fn throttle(&self, keys: &[String]) -> Result<(), Error> {
        let now = self.now();
        let mut rates = lock(&self.login_rates);
        for key in keys {
            rates.take(key, now).map_err(|wait| {
                Error::new(Code::SlowDown, format!("Too many attempts. Try again in {} s.", wait.div_ceil(1_000))).after(wait)
            })?;
        }
        Ok(())
    }
}
