//! A store whose commits are tampered with; everything else goes to the real one as it is.

use async_trait::async_trait;
use chat_proto::error::Error;
use chat_proto::id::{RoomId, ServerId, SessionId, TokenId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, Identity, JoinCode};
use chat_proto::place::Millis;
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::friend_list::Friend;
use chat_proto::request::history_read::{HistoryRead, Page};
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::search_read::SearchReply;
use chat_proto::request::session_list::Session;
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::request::token_create::TokenInfo;
use chat_proto::request::{RoomFind, RoomList};
use chat_proto::room::{Room, RoomRole};
use chat_proto::user::{ServerRole, User};
use chat_server::domain::access::Standing;
use chat_server::domain::decide::Context;
use chat_server::domain::write::Write;
use chat_server::storage::{
    Account, AccountFacts, Answer, Batch, Committed, Known, NewBot, NewSession, NewUser, OwnRoom, RoomFacts, Search, Store, StoreError,
    TokenHash, TokenOwner,
};

/// What happens instead of a plain commit.
#[async_trait]
pub trait Around: Send + Sync + 'static {
    async fn commit(&self, store: &impl Store, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError>;

    /// What happens before somebody's rooms, as they were read, are handed on.
    async fn rooms_read(&self) {}

    /// What happens instead of a plain step of the search's preparation.
    async fn prepare_search(&self, store: &impl Store) -> Result<bool, StoreError> {
        store.prepare_search().await
    }
}

/// A store, and what happens around its commits.
pub struct Wrapped<S, A> {
    pub inner: S,
    pub around: A,
}

/// Commits what is not refused, and tells each write its outcome in its place.
pub async fn commit_unless(
    store: &impl Store,
    batch: &Batch,
    context: &mut Context<'_>,
    refusal: impl FnMut(&Write) -> Option<Error> + Send,
) -> Result<Committed, StoreError> {
    let refusals: Vec<Option<Error>> = batch.writes.iter().map(refusal).collect();
    let granted = batch.writes.iter().zip(&refusals).filter(|(_, refusal)| refusal.is_none()).map(|(write, _)| write.clone());
    let mut committed = store.commit(&Batch { writes: granted.collect(), marks: batch.marks.clone() }, context).await?;
    let mut outcomes = std::mem::take(&mut committed.outcomes).into_iter();
    committed.outcomes = refusals.into_iter().map(|refusal| refusal.map_or_else(|| outcomes.next().unwrap(), Err)).collect();
    Ok(committed)
}

#[async_trait]
impl<S: Store, A: Around> Store for Wrapped<S, A> {
    fn server_id(&self) -> ServerId {
        self.inner.server_id()
    }
    fn lobby(&self) -> RoomId {
        self.inner.lobby()
    }
    async fn commit(&self, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        self.around.commit(&self.inner, batch, context).await
    }
    async fn page(&self, reader: &User, request: &HistoryRead, limits: &Limits) -> Answer<Page> {
        self.inner.page(reader, request, limits).await
    }
    async fn search(&self, reader: &User, search: &Search) -> Answer<SearchReply> {
        self.inner.search(reader, search).await
    }
    async fn prepare_search(&self) -> Result<bool, StoreError> {
        self.around.prepare_search(&self.inner).await
    }
    async fn rooms_of(&self, reader: &User, cursors: &[Cursor]) -> Result<Vec<RoomState>, StoreError> {
        self.inner.rooms_of(reader, cursors).await
    }
    async fn room_ids_of(&self, reader: &User) -> Result<Vec<OwnRoom>, StoreError> {
        let rooms = self.inner.room_ids_of(reader).await;
        self.around.rooms_read().await;
        rooms
    }
    async fn standing(&self, reader: &User, room: &RoomId) -> Result<Option<(Room, Standing)>, StoreError> {
        self.inner.standing(reader, room).await
    }

    async fn all_rooms(&self) -> Result<(Vec<RoomFacts>, u64), StoreError> {
        self.inner.all_rooms().await
    }

    async fn delete_room(&self, room: &RoomId) -> Result<bool, StoreError> {
        self.inner.delete_room(room).await
    }

    async fn put_code(&self, code: &InviteCode) -> Result<bool, StoreError> {
        self.inner.put_code(code).await
    }

    async fn find_code(&self, reader: &User, code: &JoinCode, now: Millis) -> Answer<RoomSummary> {
        self.inner.find_code(reader, code, now).await
    }

    async fn codes(&self, room: &RoomId, now: Millis) -> Result<Vec<InviteCode>, StoreError> {
        self.inner.codes(room, now).await
    }

    async fn end_code(&self, room: &RoomId, code: &JoinCode) -> Result<bool, StoreError> {
        self.inner.end_code(room, code).await
    }

    async fn find_users(&self, query: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        self.inner.find_users(query, limit).await
    }

    async fn known(&self, reader: &User, user: &UserId) -> Result<Option<Known>, StoreError> {
        self.inner.known(reader, user).await
    }

    async fn friends(&self, reader: &User) -> Result<Vec<Friend>, StoreError> {
        self.inner.friends(reader).await
    }

    async fn has_owner(&self) -> Result<bool, StoreError> {
        self.inner.has_owner().await
    }

    async fn set_server_role(&self, user: &UserId, role: ServerRole, first: bool) -> Answer<User> {
        self.inner.set_server_role(user, role, first).await
    }

    async fn members(&self, reader: &User, room: &RoomId) -> Answer<Vec<(User, RoomRole)>> {
        self.inner.members(reader, room).await
    }
    async fn list_rooms(&self, reader: &User, request: &RoomList) -> Result<RoomListReply, StoreError> {
        self.inner.list_rooms(reader, request).await
    }
    async fn find_room(&self, reader: &User, request: &RoomFind) -> Answer<RoomSummary> {
        self.inner.find_room(reader, request).await
    }
    async fn token_owner(&self, hash: &TokenHash, now: Millis) -> Result<TokenOwner, StoreError> {
        self.inner.token_owner(hash, now).await
    }
    async fn guest(&self, hash: &TokenHash, new: &NewUser, now: Millis) -> Result<User, StoreError> {
        self.inner.guest(hash, new, now).await
    }
    async fn free_name(&self, new: &NewUser, now: Millis) -> Result<DisplayName, StoreError> {
        self.inner.free_name(new, now).await
    }
    async fn seen(&self, users: &[UserId], now: Millis) -> Result<(), StoreError> {
        self.inner.seen(users, now).await
    }
    async fn rename(&self, user: &User, name: &DisplayName, now: Millis) -> Answer<User> {
        self.inner.rename(user, name, now).await
    }
    async fn register(&self, guest: &User, identity: &Identity, hash: &str, session: &NewSession, now: Millis) -> Answer<User> {
        self.inner.register(guest, identity, hash, session, now).await
    }
    async fn add_account(&self, user: &User, hash: &str, now: Millis) -> Answer<User> {
        self.inner.add_account(user, hash, now).await
    }
    async fn accounts(&self) -> Result<Vec<AccountFacts>, StoreError> {
        self.inner.accounts().await
    }
    async fn delete_account(&self, user: &UserId, now: Millis) -> Result<bool, StoreError> {
        self.inner.delete_account(user, now).await
    }
    async fn account(&self, identity: &Identity) -> Result<Option<Account>, StoreError> {
        self.inner.account(identity).await
    }
    async fn open_session(&self, user: &UserId, session: &NewSession, now: Millis) -> Result<(), StoreError> {
        self.inner.open_session(user, session, now).await
    }
    async fn sessions(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        self.inner.sessions(user).await
    }
    async fn end_session(&self, user: &UserId, session: &SessionId, now: Millis) -> Result<bool, StoreError> {
        self.inner.end_session(user, session, now).await
    }
    async fn set_password(&self, user: &UserId, hash: &str, keep: Option<&SessionId>, now: Millis) -> Result<Vec<SessionId>, StoreError> {
        self.inner.set_password(user, hash, keep, now).await
    }
    async fn add_bot(&self, bot: &NewBot, now: Millis) -> Answer<()> {
        self.inner.add_bot(bot, now).await
    }
    async fn tokens(&self) -> Result<Vec<TokenInfo>, StoreError> {
        self.inner.tokens().await
    }
    async fn end_token(&self, token: &TokenId, now: Millis) -> Result<bool, StoreError> {
        self.inner.end_token(token, now).await
    }
    async fn forget_bot(&self, user: &UserId) -> Result<(), StoreError> {
        self.inner.forget_bot(user).await
    }
    async fn check(&self) -> Result<(), StoreError> {
        self.inner.check().await
    }
    async fn close(&self) {
        self.inner.close().await;
    }
}
