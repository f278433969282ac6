//! Accounts as the server's operator makes, lists and deletes them.

use chat_proto::error::Error;
use chat_proto::id::{RoomId, UserId};
use chat_proto::name::Identity;
use chat_proto::place::Millis;
use chat_proto::room::RoomKind;
use chat_proto::user::{ServerRole, User, UserKind};

use crate::domain::facts::inbox_key;
use crate::storage::memory::{StoredUser, Tables, key};
use crate::storage::{AccountFacts, name_taken};

impl Tables {
    /// Gives somebody the name to sign in by, and takes the one that they had as a guest.
    pub(super) fn take_identity(&mut self, user: &UserId, identity: &Identity, now: Millis) -> Result<(), Error> {
        let identity_key = key(identity.as_str());
        if self.is_taken(&identity_key, Some(user), now) {
            return Err(name_taken(identity.as_str(), "identity"));
        }
        self.names.retain(|_, owner| owner != user);
        self.names.insert(identity_key, user.clone());
        Ok(())
    }

    /// Stores the account, and counts it in the lobby, where it is by rule.
    pub(super) fn put_account(&mut self, user: &User, password_hash: &str, now: Millis) {
        let created = self.users.get(&user.id).map_or(now, |stored| stored.created);
        let stored = StoredUser { user: user.clone(), password: Some(password_hash.to_owned()), created, seen: now };
        self.users.insert(user.id.clone(), stored);
        for log in self.rooms.values_mut().filter(|log| log.room.kind == RoomKind::Lobby) {
            log.members += 1;
        }
    }

    pub(super) fn add_account(&mut self, user: &User, password_hash: &str, now: Millis) -> Result<User, Error> {
        if let Some(identity) = &user.identity {
            self.take_identity(&user.id, identity, now)?;
        }
        self.put_account(user, password_hash, now);
        Ok(user.clone())
    }

    pub(super) fn accounts(&self) -> Vec<AccountFacts> {
        let stored = self.users.values().filter(|stored| stored.user.kind == UserKind::Account);
        let mut accounts: Vec<AccountFacts> = stored
            .map(|stored| {
                let sessions = self.sessions(&stored.user.id);
                let used = sessions.iter().map(|session| session.used).max().unwrap_or(0);
                AccountFacts {
                    user: stored.user.clone(),
                    sessions: sessions.len() as u32,
                    created: stored.created,
                    seen: stored.seen.max(used),
                }
            })
            .collect();
        accounts.sort_by(|a, b| a.user.identity.cmp(&b.user.identity));
        accounts
    }

    pub(super) fn delete_account(&mut self, id: &UserId) -> bool {
        let Some(stored) = self.users.get_mut(id).filter(|stored| stored.user.kind == UserKind::Account) else { return false };
        stored.password = None;
        stored.user = User { kind: UserKind::Unknown, identity: None, role: ServerRole::Member, ..stored.user.clone() };
        self.names.retain(|_, owner| owner != id);
        for token in self.tokens.values_mut().filter(|token| token.user == *id) {
            token.ended = true;
        }
        self.codes.retain(|_, code| code.by != *id);
        self.forget_friends(id);
        for log in self.rooms.values_mut() {
            log.invited.remove(id);
            log.positions.remove(id);
            log.mentions.retain(|(user, _)| user != id);
        }
        let inbox = inbox_key(id);
        let inbox: Option<RoomId> = self.rooms.values().find(|log| log.key == inbox).map(|log| log.room.id.clone());
        if let Some(inbox) = inbox {
            self.rooms.remove(&inbox);
        }
        true
    }
}
