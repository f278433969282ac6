//! Bots and their tokens.

use chat_proto::error::Error;
use chat_proto::id::{TokenId, UserId};
use chat_proto::place::Millis;
use chat_proto::request::token_create::TokenInfo;
use chat_proto::room::RoomKind;
use chat_proto::user::UserKind;

use crate::storage::memory::{StoredBot, StoredUser, Tables, key};
use crate::storage::{Bot, NewBot, TokenHash, TokenOwner, name_taken};

impl Tables {
    pub(super) fn add_bot(&mut self, bot: &NewBot, now: Millis) -> Result<(), Error> {
        let user = bot.info.bot.clone();
        let name_key = key(user.name.as_str());
        if self.is_taken(&name_key, None, now) {
            return Err(name_taken(user.name.as_str(), "name"));
        }
        self.names.insert(name_key, user.id.clone());
        // In the lobby by no rule: as if it had left before anything was said.
        for log in self.rooms.values_mut().filter(|log| log.room.kind == RoomKind::Lobby) {
            log.memberships.insert(user.id.clone(), vec![(1, Some(0))]);
        }
        self.users.insert(user.id.clone(), StoredUser { user, password: None, created: now, seen: now });
        self.bots.insert(bot.info.id.clone(), StoredBot { bot: bot.clone(), ended: false });
        Ok(())
    }

    pub(super) fn bot_tokens(&self) -> Vec<TokenInfo> {
        let is_known = |user: &UserId| self.users.get(user).is_some_and(|stored| stored.user.kind == UserKind::Bot);
        let infos = self.bots.values().map(|stored| stored.bot.info.clone());
        let mut infos: Vec<TokenInfo> = infos.filter(|info| is_known(&info.bot.id)).collect();
        infos.sort_by(|a, b| a.bot.name.cmp(&b.bot.name).then(a.id.cmp(&b.id)));
        infos
    }

    pub(super) fn bot_of(&mut self, hash: &TokenHash, now: Millis) -> TokenOwner {
        let Some(stored) = self.bots.values_mut().find(|stored| stored.bot.hash == *hash) else { return TokenOwner::Nobody };
        if stored.ended {
            return TokenOwner::Ended;
        }
        stored.bot.info.used = Some(now);
        let NewBot { info, signing, .. } = stored.bot.clone();
        TokenOwner::Bot(Bot { user: info.bot, token: info.id, scopes: info.scopes, signing })
    }

    pub(super) fn end_token(&mut self, token: &TokenId) -> bool {
        let Some(stored) = self.bots.get_mut(token) else { return false };
        stored.ended = true;
        true
    }

    pub(super) fn forget_bot(&mut self, id: &UserId) {
        if let Some(stored) = self.users.get_mut(id) {
            stored.user.kind = UserKind::Unknown;
        }
        self.names.retain(|_, owner| owner != id);
    }
}
