//! Each request's way through the service.

use chat_proto::AnyRequest;
use chat_proto::error::Error;
use chat_proto::request::account_login::SignedIn;
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::code_list::CodeListReply;
use chat_proto::request::friend_list::FriendListReply;
use chat_proto::request::history_read::Page;
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::room_mark_read::ReadPosition;
use chat_proto::request::room_members::RoomMembersReply;
use chat_proto::request::search_read::SearchReply;
use chat_proto::request::session_list::SessionListReply;
use chat_proto::request::stored::Done;
use chat_proto::request::sync::SyncReply;
use chat_proto::request::token_create::TokenCreated;
use chat_proto::request::token_list::TokenListReply;
use chat_proto::request::user_find::UserFindReply;
use chat_proto::request::user_read::Profile;
use chat_proto::user::User;
use serde::Serialize;

use crate::domain::write::Written;
use crate::service::account::{Login, Register};
use crate::service::{Caller, Service, lock, unavailable};

/// What `ok` holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// Of the requests that write an entry.
    Written(Written),
    /// `sync`.
    Sync(SyncReply),
    /// `history:read`.
    Page(Box<Page>),
    /// `search:read`.
    Search(Box<SearchReply>),
    /// `room:list`.
    Rooms(RoomListReply),
    /// `room:find`, `code:find`.
    Room(RoomSummary),
    /// `code:create`.
    Code(InviteCode),
    /// `code:list`.
    Codes(CodeListReply),
    /// `friend:list`.
    Friends(FriendListReply),
    /// `user:find`.
    Users(UserFindReply),
    /// `user:read`.
    Profile(Profile),
    /// `room:members`.
    Members(RoomMembersReply),
    /// `room:mark_read`.
    Read(ReadPosition),
    /// `user:rename`, `server:claim`.
    User(User),
    /// `account:register`, `account:login`.
    SignedIn(SignedIn),
    /// `session:list`.
    Sessions(SessionListReply),
    /// `token:create`.
    Token(Box<TokenCreated>),
    /// `token:list`.
    Tokens(TokenListReply),
    /// Done, with nothing to tell.
    Done(Done),
}

impl Service {
    /// Runs a request that neither writes an entry nor a read position; those go through
    /// [`write`](Self::write) and [`mark_read`](Self::mark_read).
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn run(&self, caller: &Caller, from: &str, request: AnyRequest) -> Result<Reply, Error> {
        caller.may_ask(request.name())?;
        match request {
            AnyRequest::SyncRequest(request) => self.sync(caller, &request).await.map(Reply::Sync),
            AnyRequest::HistoryRead(request) => {
                let page = self.store.page(&caller.user, &request, &self.limits).await.map_err(|error| unavailable(&error))??;
                Ok(Reply::Page(Box::new(page)))
            }
            AnyRequest::SearchRead(request) => self.search(caller, &request).await.map(|reply| Reply::Search(Box::new(reply))),
            AnyRequest::RoomList(request) => {
                let mut reply = self.store.list_rooms(&caller.user, &request).await.map_err(|error| unavailable(&error))?;
                reply.rooms.iter_mut().for_each(|summary| self.count_guests(summary));
                Ok(Reply::Rooms(reply))
            }
            AnyRequest::RoomFind(request) => {
                let mut summary = self.store.find_room(&caller.user, &request).await.map_err(|error| unavailable(&error))??;
                self.count_guests(&mut summary);
                Ok(Reply::Room(summary))
            }
            AnyRequest::CodeCreate(request) => self.create_code(caller, &request).await.map(Reply::Code),
            AnyRequest::CodeFind(request) => self.find_code(caller, from, &request.code).await.map(Reply::Room),
            AnyRequest::CodeList(request) => self.codes(caller, &request.room).await.map(Reply::Codes),
            AnyRequest::CodeEnd(request) => self.end_code(caller, &request).await.map(|()| Reply::Done(Done {})),
            AnyRequest::UserFind(request) => self.find_users(caller, &request).await.map(Reply::Users),
            AnyRequest::UserRead(request) => self.profile(caller, &request.user).await.map(Reply::Profile),
            AnyRequest::FriendList(_) => self.friends(caller).await.map(Reply::Friends),
            AnyRequest::UserSetRole(request) => self.set_server_role(caller, &request).await.map(|()| Reply::Done(Done {})),
            AnyRequest::ServerClaim(request) => self.claim(caller, from, &request.code).await.map(Reply::User),
            AnyRequest::RoomMembers(request) => self.members(caller, &request).await.map(Reply::Members),
            AnyRequest::TypingSet(request) => self.set_typing(caller, &request).await.map(|()| Reply::Done(Done {})),
            AnyRequest::PresenceSet(request) => {
                lock(&self.presence).set_away(caller.connection, &caller.user.id, request.away);
                Ok(Reply::Done(Done {}))
            }
            AnyRequest::UserRename(request) => self.rename(caller, &request.name).await.map(Reply::User),
            AnyRequest::AccountRegister(request) => {
                let register = Register { identity: request.identity, password: request.password, client: caller.client.clone() };
                self.register(caller, from, register).await.map(Reply::SignedIn)
            }
            AnyRequest::AccountLogin(request) => {
                let login = Login { identity: request.identity, password: request.password, client: caller.client.clone() };
                self.login(from, login).await.map(Reply::SignedIn)
            }
            AnyRequest::AccountLogout(_) => self.logout(&caller.session()?, &caller.user.id).await.map(|()| Reply::Done(Done {})),
            AnyRequest::AccountSetPassword(request) => {
                self.set_password(caller, from, &request.old, &request.new).await.map(|()| Reply::Done(Done {}))
            }
            AnyRequest::ServerAnnounce(request) => self.announce(caller, request).await.map(|()| Reply::Done(Done {})),
            AnyRequest::SessionList(_) => self.sessions(caller).await.map(Reply::Sessions),
            AnyRequest::SessionRevoke(request) => {
                caller.session()?;
                self.logout(&request.id, &caller.user.id).await.map(|()| Reply::Done(Done {}))
            }
            AnyRequest::TokenCreate(request) => self.create_token(caller, request).await.map(|made| Reply::Token(Box::new(made))),
            AnyRequest::TokenList(_) => self.tokens(caller).await.map(Reply::Tokens),
            AnyRequest::TokenRevoke(request) => self.revoke_token(caller, &request.id).await.map(|()| Reply::Done(Done {})),
            AnyRequest::MessageSend(_)
            | AnyRequest::MessageEdit(_)
            | AnyRequest::MessageDelete(_)
            | AnyRequest::MessageReact(_)
            | AnyRequest::RoomCreate(_)
            | AnyRequest::RoomJoin(_)
            | AnyRequest::RoomLeave(_)
            | AnyRequest::RoomSetTopic(_)
            | AnyRequest::RoomConfigure(_)
            | AnyRequest::RoomInvite(_)
            | AnyRequest::RoomAdd(_)
            | AnyRequest::RoomRemove(_)
            | AnyRequest::RoomSetRole(_)
            | AnyRequest::DirectOpen(_)
            | AnyRequest::FriendAsk(_)
            | AnyRequest::FriendAccept(_)
            | AnyRequest::FriendRefuse(_)
            | AnyRequest::FriendRemove(_)
            | AnyRequest::RoomMarkRead(_) => unreachable!("{} goes through the writer", request.name()),
        }
    }
}
