//! People as others find them, and what they may do on the whole server.

use chat_proto::error::{Code, Error};
use chat_proto::id::UserId;
use chat_proto::room::RoomKind;
use chat_proto::user::{ServerRole, User, UserKind};

use crate::storage::Known;
use crate::storage::memory::Tables;

impl Tables {
    pub(super) fn find_users(&self, query: &str, limit: u32) -> Vec<User> {
        let query = query.trim().to_lowercase();
        let identity = |user: &User| user.identity.as_ref().map_or("", |identity| identity.as_str()).to_owned();
        let name = |user: &User| user.name.as_str().to_lowercase();
        let accounts = self.users.values().map(|stored| &stored.user).filter(|user| user.kind == UserKind::Account);
        let mut found: Vec<User> =
            accounts.filter(|user| identity(user).starts_with(&query) || name(user).starts_with(&query)).cloned().collect();
        found.sort_by_key(|user| (identity(user) != query, name(user) != query, identity(user)));
        found.truncate(limit as usize);
        found
    }

    pub(super) fn known(&self, reader: &User, id: &UserId) -> Option<Known> {
        let stored = self.users.get(id).filter(|stored| stored.user.kind != UserKind::Server)?;
        let common = self.rooms.values().filter(|log| {
            let both = log.is_member(&reader.id) && log.is_member(id);
            both && matches!(log.room.kind, RoomKind::Public | RoomKind::Private)
        });
        let mut rooms: Vec<_> = common.map(|log| (log.room.name.clone(), log.room.id.clone())).collect();
        rooms.sort();
        let rooms = rooms.into_iter().map(|(_, id)| id).collect();
        Some(Known { user: stored.user.clone(), since: stored.created, rooms, friendship: self.friendship(&reader.id, id) })
    }

    pub(super) fn has_owner(&self) -> bool {
        self.users.values().any(|stored| stored.user.role == ServerRole::Owner)
    }

    pub(super) fn set_server_role(&mut self, id: &UserId, role: ServerRole, first: bool) -> Result<User, Error> {
        if first && self.has_owner() {
            return Err(Error::new(Code::Forbidden, "This server has an owner already."));
        }
        let Some(stored) = self.users.get_mut(id).filter(|stored| stored.user.kind == UserKind::Account) else {
            let mut error = Error::new(Code::NotFound, "There is no such account.");
            error.field = Some("user".to_owned());
            return Err(error);
        };
        stored.user.role = role;
        Ok(stored.user.clone())
    }
}
