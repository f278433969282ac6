//! People as others find them, and what they may do on the whole server.

use chat_proto::error::{Code, Error};
use chat_proto::id::UserId;
use chat_proto::limits;
use chat_proto::name::JoinCode;
use chat_proto::request::friend_list::Friendship;
use chat_proto::request::user_find::UserFindReply;
use chat_proto::request::user_read::Profile;
use chat_proto::request::{UserFind, UserSetRole};
use chat_proto::user::{ServerRole, User, UserKind};

use crate::domain::naming;
use crate::service::{Caller, Service, lock, unavailable};

impl Service {
    /// People by the beginning of their name.
    pub(super) async fn find_users(&self, caller: &Caller, request: &UserFind) -> Result<UserFindReply, Error> {
        if request.query.as_str().trim().is_empty() {
            return Err(Error::invalid("query", "is empty"));
        }
        lock(&self.find_rates).take(&caller.user.id, self.now()).map_err(|wait| {
            Error::new(Code::SlowDown, format!("Too many people looked for. Try again in {} s.", wait.div_ceil(1_000))).after(wait)
        })?;
        let limit = request.limit.unwrap_or(limits::FOUND_PEOPLE).clamp(1, limits::FOUND_PEOPLE);
        let users = self.store.find_users(request.query.as_str(), limit).await.map_err(|error| unavailable(&error))?;
        Ok(UserFindReply { users })
    }

    /// Who somebody is. A guest is nobody to those who share no room with them now.
    pub(super) async fn profile(&self, caller: &Caller, user: &UserId) -> Result<Profile, Error> {
        let nobody = || {
            let mut error = Error::new(Code::NotFound, "There is no such person.");
            error.field = Some("user".to_owned());
            error
        };
        let known = self.store.known(&caller.user, user).await.map_err(|error| unavailable(&error))?;
        let (presence, here) = {
            let presence = lock(&self.presence);
            let mine = presence.rooms_of(&caller.user.id);
            let shares = presence.rooms_of(user).iter().any(|room| mine.contains(room));
            (presence.of_user(user), presence.user(user).filter(|_| shares).cloned())
        };
        match known {
            Some(known) if known.user.kind == UserKind::Account || here.is_some() || !known.rooms.is_empty() => {
                Ok(Profile { user: known.user, presence, since: known.since, rooms: known.rooms, friendship: known.friendship })
            }
            // A passing guest is stored nowhere.
            _ => here
                .map(|user| Profile { user, presence, since: self.now(), rooms: Vec::new(), friendship: Friendship::None })
                .ok_or_else(nobody),
        }
    }

    /// Gives an account a role on the server.
    pub(super) async fn set_server_role(&self, caller: &Caller, request: &UserSetRole) -> Result<(), Error> {
        let is_owner = caller.user.kind == UserKind::Server || (caller.session.is_some() && caller.user.role == ServerRole::Owner);
        if !is_owner {
            return Err(Error::new(Code::Forbidden, "Only an owner of this server may do that."));
        }
        if request.user == caller.user.id {
            // Else the last owner could leave the server without one.
            return Err(Error::invalid("user", "is yourself: another owner can do that"));
        }
        let user = self.store.set_server_role(&request.user, request.role, false).await.map_err(|error| unavailable(&error))??;
        self.tell_who(&user);
        Ok(())
    }

    /// Makes the caller the owner of a server that has none, by the code that it printed.
    pub(super) async fn claim(&self, caller: &Caller, from: &str, code: &JoinCode) -> Result<User, Error> {
        self.slow_down_codes(&format!("claims from {from}"))?;
        if caller.user.kind != UserKind::Account {
            return Err(Error::new(Code::Forbidden, "Make an account first: /register NAME. Then claim the server again."));
        }
        let fits = lock(&self.owner_code).as_ref() == Some(code);
        if !fits {
            let mut error = Error::new(Code::Forbidden, "That is not the code, or this server has an owner already.");
            error.field = Some("code".to_owned());
            return Err(error);
        }
        let user = self.store.set_server_role(&caller.user.id, ServerRole::Owner, true).await.map_err(|error| unavailable(&error))??;
        *lock(&self.owner_code) = None;
        self.tell_who(&user);
        Ok(user)
    }

    /// The code by which an account becomes the owner of this server; none where it has one. Each call
    /// makes another.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn offer_ownership(&self) -> Result<Option<JoinCode>, Error> {
        if self.store.has_owner().await.map_err(|error| unavailable(&error))? {
            return Ok(None);
        }
        let code = naming::join_code(&mut **lock(&self.random));
        *lock(&self.owner_code) = Some(code.clone());
        Ok(Some(code))
    }
}
