//! Bots: made with the one token that they come in by, and ended with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_proto::entry::NewContent;
use chat_proto::error::{Code, Error};
use chat_proto::id::{ClientId, RoomId, TokenId, UserId};
use chat_proto::limits;
use chat_proto::request::token_create::{Scope, TokenCreate, TokenCreated, TokenInfo};
use chat_proto::request::token_list::TokenListReply;
use chat_proto::request::{MessageSend, RoomAdd};
use chat_proto::room::Room;
use chat_proto::secret::Token;
use chat_proto::text::MessageText;
use chat_proto::user::{ServerRole, User, UserKind};

use crate::domain::access::What;
use crate::domain::naming;
use crate::domain::write::{EntryRequest, Written};
use crate::service::{Caller, Service, lock, signed_out, token_hash, unavailable};
use crate::storage::{Bot, NewBot, TokenOwner};

/// How often the rooms of a bot that is being ended are looked at: somebody may just have added it to another one.
const ROUNDS: usize = 4;

/// Whoever posts to a webhook: its bot, which says something by it and does nothing else.
pub struct Hook {
    caller: Caller,
    /// What posts must be signed with, where they must be.
    pub signing: Option<Token>,
}

impl Service {
    /// Makes a bot with its token, and puts it into its rooms.
    pub(super) async fn create_token(&self, caller: &Caller, request: TokenCreate) -> Result<TokenCreated, Error> {
        if !matches!(caller.user.kind, UserKind::Account | UserKind::Server) {
            return Err(Error::new(Code::Forbidden, "Only accounts make bots. Make one first: /register NAME."));
        }
        let TokenCreate { name, scopes, rooms, signed } = request;
        let scopes: BTreeSet<Scope> = scopes.into_iter().collect();
        if scopes.is_empty() {
            return Err(Error::invalid("scopes", "is empty; `read`, `send` and `hook` are allowed"));
        }
        if signed && !scopes.contains(&Scope::Hook) {
            return Err(Error::invalid("signed", "is about a webhook, for which the scope `hook` is needed"));
        }
        let rooms: BTreeSet<RoomId> = rooms.into_iter().collect();
        if rooms.is_empty() {
            return Err(Error::invalid("rooms", "is empty: a bot is of use in a room"));
        }
        for room in &rooms {
            self.may(caller, What::AddBot, room).await?;
        }
        self.slow_down_codes(&format!("tokens of {}", caller.user.id))?;
        let own = self.store.tokens().await.map_err(|error| unavailable(&error))?;
        let own = own.iter().filter(|info| info.by == caller.user.id).count();
        if caller.user.kind != UserKind::Server && own >= limits::TOKENS as usize {
            return Err(Error::new(Code::Forbidden, format!("You have made {own} bots, and that is the most. Revoke one first.")));
        }
        let user = {
            let mut random = lock(&self.random);
            let id = UserId::parse(random.id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"));
            User { id, name, color: naming::color(&mut **random), kind: UserKind::Bot, identity: None, role: ServerRole::Member }
        };
        let (token, now) = (self.random_token(), self.now());
        let signing_secret = signed.then(|| self.random_token());
        let id = TokenId::parse(lock(&self.random).id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"));
        let (by, scopes) = (caller.user.id.clone(), scopes.into_iter().collect());
        let info = TokenInfo { id, bot: user, scopes, signed, by, created: now, used: None };
        let new = NewBot { info: info.clone(), hash: token_hash(&token), signing: signing_secret.clone() };
        self.store.add_bot(&new, now).await.map_err(|error| unavailable(&error))??;
        for room in rooms {
            let add = RoomAdd { room, user: info.bot.id.clone(), client_id: self.client_id(), after: None };
            if let Err(error) = self.write_now(caller, EntryRequest::Add(add)).await {
                // All of it or nothing: who made it was told no token.
                self.end_bot(&info).await?;
                return Err(error);
            }
        }
        Ok(TokenCreated { token, signing_secret, info })
    }

    /// The tokens that the caller made, or all of them.
    pub(super) async fn tokens(&self, caller: &Caller) -> Result<TokenListReply, Error> {
        if !matches!(caller.user.kind, UserKind::Account | UserKind::Server) {
            return Err(Error::new(Code::Forbidden, "Only accounts have bots. Make one first: /register NAME."));
        }
        let mut tokens = self.store.tokens().await.map_err(|error| unavailable(&error))?;
        tokens.retain(|info| is_theirs(caller, info));
        Ok(TokenListReply { tokens })
    }

    /// Ends a token, and its bot with it.
    pub(super) async fn revoke_token(&self, caller: &Caller, id: &TokenId) -> Result<(), Error> {
        let tokens = self.tokens(caller).await?.tokens;
        let Some(info) = tokens.into_iter().find(|info| info.id == *id) else {
            let mut error = Error::new(Code::NotFound, "There is no such token, or it is somebody else's.");
            error.field = Some("id".to_owned());
            return Err(error);
        };
        self.end_bot(&info).await
    }

    /// Ends the bots that an account made which is being deleted.
    pub(super) async fn end_bots_of(&self, user: &UserId) -> Result<(), Error> {
        let tokens = self.store.tokens().await.map_err(|error| unavailable(&error))?;
        for info in tokens.iter().filter(|info| info.by == *user) {
            self.end_bot(info).await?;
        }
        Ok(())
    }

    /// First nobody can come in by the token any more, then its bot is in no room, then it is forgotten: a crash between
    /// two of these steps leaves a token that is listed and can be revoked again.
    async fn end_bot(&self, info: &TokenInfo) -> Result<(), Error> {
        self.store.end_token(&info.id, self.now()).await.map_err(|error| unavailable(&error))?;
        let ended = self.connections_of(|caller| caller.bot.as_ref().is_some_and(|bot| bot.token == info.id));
        self.fanout.close(&ended, &signed_out());
        for connection in ended {
            self.closed(connection);
        }
        for _ in 0..ROUNDS {
            if self.leave_everywhere(&info.bot).await? == 0 {
                break;
            }
        }
        self.store.forget_bot(&info.bot.id).await.map_err(|error| unavailable(&error))
    }

    /// The webhook of that id and secret. Whoever knows not both is not told which of them is wrong, nor by the clock:
    /// it is looked up by the secret's digest.
    ///
    /// # Errors
    /// `not_found`; `unavailable` when the store cannot be read.
    pub async fn hook(&self, id: &str, secret: &str) -> Result<Hook, Error> {
        let none = || Error::new(Code::NotFound, "There is no such webhook.");
        let token = Token::parse(secret).map_err(|_| none())?;
        let owner = self.store.token_owner(&token_hash(&token), self.now()).await.map_err(|error| unavailable(&error))?;
        let TokenOwner::Bot(bot) = owner else { return Err(none()) };
        if bot.token.as_str() != id || !bot.scopes.contains(&Scope::Hook) {
            return Err(none());
        }
        let signing = bot.signing.clone();
        let user = bot.user.clone();
        // By its webhook a bot says something, also where its token lets it do nothing else.
        let bot = Some(Arc::new(Bot { scopes: vec![Scope::Send], ..bot }));
        Ok(Hook { caller: Caller { user, bot, ..self.own_caller() }, signing })
    }

    /// The rooms that a webhook's bot is in.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn rooms_of_hook(&self, hook: &Hook) -> Result<Vec<Room>, Error> {
        let states = self.store.rooms_of(&hook.caller.user, &[]).await.map_err(|error| unavailable(&error))?;
        Ok(states.into_iter().map(|state| state.room).collect())
    }

    /// Says something by a webhook, and waits until it is stored.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn say_by_hook(
        &self,
        hook: &Hook,
        room: RoomId,
        client_id: Option<ClientId>,
        text: MessageText,
        mentions: Vec<UserId>,
    ) -> Result<Written, Error> {
        let client_id = client_id.unwrap_or_else(|| self.client_id());
        let send = MessageSend { room, client_id, after: None, content: NewContent::text(text), mentions, reply_to: None };
        self.write_now(&hook.caller, EntryRequest::Send(send)).await
    }

    fn random_token(&self) -> Token {
        Token::parse(lock(&self.random).token()).unwrap_or_else(|reason| unreachable!("a random token {reason}"))
    }
}

/// Whether the caller sees, and may revoke, that token.
fn is_theirs(caller: &Caller, info: &TokenInfo) -> bool {
    let rules = caller.user.kind == UserKind::Server || (caller.session.is_some() && caller.user.role == ServerRole::Owner);
    rules || info.by == caller.user.id
}
