//! People: guests by token, accounts, sessions, names.

use chat_proto::error::{Code, Error};
use chat_proto::id::{SessionId, UserId};
use chat_proto::name::{DisplayName, Identity};
use chat_proto::place::Millis;
use chat_proto::request::session_list::Session;
use chat_proto::room::RoomKind;
use chat_proto::user::{ServerRole, User, UserKind};

use crate::domain::mark_read::Position;
use crate::domain::naming::candidates;
use crate::storage::memory::{StoredToken, StoredUser, Tables, key};
use crate::storage::{Account, GUEST_MS, NewSession, NewUser, SILENT_GUEST_MS, TokenHash, TokenOwner, name_taken};

impl Tables {
    pub(super) fn token_owner(&mut self, hash: &TokenHash, now: Millis) -> TokenOwner {
        let Some(token) = self.tokens.get_mut(hash) else { return self.bot_of(hash, now) };
        if token.ended {
            return TokenOwner::Ended;
        }
        let Some(stored) = self.users.get(&token.user) else { return TokenOwner::Nobody };
        match &mut token.session {
            None if self.names.values().any(|owner| *owner == token.user) => TokenOwner::Guest(stored.user.clone()),
            None => TokenOwner::NamelessGuest(stored.user.clone()),
            Some(session) => {
                session.used = now;
                TokenOwner::Session(stored.user.clone(), session.id.clone())
            }
        }
    }

    pub(super) fn guest(&mut self, hash: &TokenHash, new: &NewUser, now: Millis) -> User {
        if let TokenOwner::Guest(mut user) | TokenOwner::NamelessGuest(mut user) = self.token_owner(hash, now) {
            if self.names.get(&key(user.name.as_str())) != Some(&user.id) {
                user.name = self.free_name(&NewUser { name: user.name.clone(), ..new.clone() }, now);
                self.names.insert(key(user.name.as_str()), user.id.clone());
            }
            if let Some(stored) = self.users.get_mut(&user.id) {
                stored.seen = now;
                stored.user = user.clone();
            }
            return user;
        }
        let name = self.free_name(new, now);
        let user =
            User { id: new.id.clone(), name, color: new.color.clone(), kind: UserKind::Guest, identity: None, role: ServerRole::Member };
        self.names.insert(key(user.name.as_str()), user.id.clone());
        self.users.insert(user.id.clone(), StoredUser { user: user.clone(), password: None, created: now, seen: now });
        self.tokens.insert(*hash, StoredToken { user: user.id.clone(), session: None, ended: false });
        for log in self.rooms.values_mut().filter(|log| log.room.kind == RoomKind::Lobby) {
            let head = Position { seq: log.head().seq, n: log.head().n };
            log.positions.insert(user.id.clone(), head);
        }
        user
    }

    pub(super) fn free_name(&self, new: &NewUser, now: Millis) -> DisplayName {
        let is_free = |name: &DisplayName| {
            let key = key(name.as_str());
            !new.taken.contains(&key) && !self.is_taken(&key, None, now)
        };
        candidates(&new.name, new.id.as_str()).find(is_free).unwrap_or_else(|| new.name.clone())
    }

    pub(super) fn is_taken(&self, key: &str, me: Option<&UserId>, now: Millis) -> bool {
        let Some(owner) = self.names.get(key).filter(|owner| Some(*owner) != me) else { return false };
        let Some(stored) = self.users.get(owner) else { return false };
        let wrote = self.rooms.values().any(|log| log.rows.iter().any(|row| row.entry.author.id == *owner));
        let kept = if wrote { GUEST_MS } else { SILENT_GUEST_MS };
        stored.user.kind != UserKind::Guest || stored.seen + kept > now
    }

    pub(super) fn seen(&mut self, users: &[UserId], now: Millis) {
        for user in users {
            if let Some(stored) = self.users.get_mut(user) {
                stored.seen = now;
            }
        }
    }

    pub(super) fn rename(&mut self, who: &User, name: &DisplayName, now: Millis) -> Result<User, Error> {
        if self.is_taken(&key(name.as_str()), Some(&who.id), now) {
            return Err(name_taken(name.as_str(), "name"));
        }
        if who.kind == UserKind::Guest && self.users.contains_key(&who.id) {
            self.names.retain(|_, owner| *owner != who.id);
            self.names.insert(key(name.as_str()), who.id.clone());
        }
        let user = User { name: name.clone(), ..who.clone() };
        if let Some(stored) = self.users.get_mut(&who.id) {
            stored.user = user.clone();
        }
        Ok(user)
    }

    pub(super) fn register(
        &mut self,
        guest: &User,
        identity: &Identity,
        password_hash: &str,
        session: &NewSession,
        now: Millis,
    ) -> Result<User, Error> {
        let known = self.users.get(&guest.id);
        if known.is_some_and(|stored| stored.user.kind != UserKind::Guest) {
            return Err(Error::new(Code::Forbidden, "You have an account already."));
        }
        self.take_identity(&guest.id, identity, now)?;
        for token in self.tokens.values_mut().filter(|token| token.user == guest.id && token.session.is_none()) {
            token.ended = true;
        }
        let user = User { kind: UserKind::Account, identity: Some(identity.clone()), ..guest.clone() };
        self.put_account(&user, password_hash, now);
        self.open_session(&user.id, session, now);
        Ok(user)
    }

    pub(super) fn account(&self, identity: &Identity) -> Option<Account> {
        let stored = self.users.values().find(|stored| stored.user.identity.as_ref() == Some(identity))?;
        Some(Account { user: stored.user.clone(), password_hash: stored.password.clone()? })
    }

    pub(super) fn open_session(&mut self, user: &UserId, session: &NewSession, now: Millis) {
        let kept = Session { id: session.id.clone(), created: now, used: now, client: session.client.clone(), current: false };
        self.tokens.insert(session.hash, StoredToken { user: user.clone(), session: Some(kept), ended: false });
    }

    pub(super) fn sessions(&self, user: &UserId) -> Vec<Session> {
        let open = self.tokens.values().filter(|token| token.user == *user && !token.ended);
        let mut sessions: Vec<Session> = open.filter_map(|token| token.session.clone()).collect();
        sessions.sort_by(|a, b| b.used.cmp(&a.used).then(a.id.cmp(&b.id)));
        sessions
    }

    pub(super) fn end_session(&mut self, user: &UserId, session: &SessionId) -> bool {
        let mut ended = false;
        for token in self.tokens.values_mut().filter(|token| token.user == *user && !token.ended) {
            if token.session.as_ref().is_some_and(|known| known.id == *session) {
                token.ended = true;
                ended = true;
            }
        }
        ended
    }

    pub(super) fn set_password(&mut self, user: &UserId, password_hash: &str, keep: Option<&SessionId>) -> Vec<SessionId> {
        if let Some(stored) = self.users.get_mut(user) {
            stored.password = Some(password_hash.to_owned());
        }
        let others: Vec<SessionId> = self.sessions(user).into_iter().map(|session| session.id).filter(|id| Some(id) != keep).collect();
        for id in &others {
            self.end_session(user, id);
        }
        others
    }
}
