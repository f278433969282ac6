//! The store: everything that outlives the process, in the domain's verbs.
//!
//! A port: this file is the trait, its children are the implementations. A new one answers to the
//! contract suite (`tests/server/contract.rs`), which runs the same tests on each of them.
//! [`export`] stands beside it: a database read without being opened as a store.

use std::sync::Arc;

use async_trait::async_trait;
use chat_proto::entry::Entry;
use chat_proto::error::{Code, Error};
use chat_proto::id::{Epoch, RoomId, ServerId, SessionId, TokenId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, Identity, JoinCode};
use chat_proto::place::Millis;
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::friend_list::{Friend, Friendship};
use chat_proto::request::history_read::{HistoryRead, Page};
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::room_mark_read::{ReadPosition, RoomMarkRead};
use chat_proto::request::search_read::SearchReply;
use chat_proto::request::session_list::Session;
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::request::token_create::{Scope, TokenInfo};
use chat_proto::request::{RoomFind, RoomList};
use chat_proto::room::{Room, RoomKind, RoomRole};
use chat_proto::secret::Token;
use chat_proto::text::ClientName;
use chat_proto::user::{Color, ServerRole, User};

use crate::domain::access::Standing;
use crate::domain::decide::{Context, Moves, NewEntry};
use crate::domain::naming::PassingNames;
use crate::domain::search::{Asked, Position};
use crate::domain::write::{Write, Written};

pub mod export;
pub mod memory;
pub mod sqlite;

/// How long a guest's name stays theirs after they were last here, if they wrote nothing.
pub const SILENT_GUEST_MS: Millis = 24 * 60 * 60 * 1_000;
/// The same for one who wrote something.
pub const GUEST_MS: Millis = 30 * SILENT_GUEST_MS;

/// The refusal of a name that is somebody else's.
fn name_taken(name: &str, field: &str) -> Error {
    let mut error = Error::new(Code::NameTaken, format!("The name {name} is taken, or looks like one that is. Choose another."));
    error.field = Some(field.to_owned());
    error
}

/// The SHA-256 of a token; the token itself is never stored.
pub type TokenHash = [u8; 32];

/// Why the store could not do it. Nothing is known to be stored; trying again may help.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or lost the statement.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// What stands in the database is not what this program wrote.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// The test's own store refused.
    #[error("{0}")]
    Refused(&'static str),
}

impl StoreError {
    /// Whether it was asked after it was closed, as by requests that are cut short by the server's end.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::PoolClosed))
    }
}

/// What the store gives: its own failure outside, the caller's inside.
pub type Answer<T> = Result<Result<T, Error>, StoreError>;

/// Writes of one batch: entries to be decided, and read positions.
#[derive(Debug, Default)]
pub struct Batch {
    /// Requests that write entries, in order.
    pub writes: Vec<Write>,
    /// Read positions to move, in order.
    pub marks: Vec<(UserId, RoomMarkRead)>,
}

/// What one batch became. Everything in it is durable.
#[derive(Debug, Default)]
pub struct Committed {
    /// One outcome for each write.
    pub outcomes: Vec<Result<Written, Error>>,
    /// One outcome for each read position.
    pub marks: Vec<Result<ReadPosition, Error>>,
    /// The new entries, in commit order.
    pub entries: Vec<CommittedEntry>,
}

/// One new entry and the log that it stands in.
#[derive(Debug)]
pub struct CommittedEntry {
    /// The room.
    pub room: RoomId,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// The life of its log.
    pub epoch: Epoch,
    /// The entry.
    pub entry: Entry,
    /// Who comes and goes by it.
    pub moves: Moves,
    /// Members who may not read what it points at.
    pub veiled_for: Vec<UserId>,
}

impl From<NewEntry> for CommittedEntry {
    fn from(NewEntry { room, kind, epoch, entry, moves, veiled_for, digest: _ }: NewEntry) -> Self {
        Self { room, kind, epoch, entry, moves, veiled_for }
    }
}

/// What somebody is told of somebody.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who.
    pub user: User,
    /// Since when the server knows them.
    pub since: Millis,
    /// The rooms that both are in.
    pub rooms: Vec<RoomId>,
    /// How they stand to the reader.
    pub friendship: Friendship,
}

/// One of somebody's rooms, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRoom {
    /// The room.
    pub id: RoomId,
    /// What kind of room.
    pub kind: RoomKind,
    /// How many members are stored: in the lobby the accounts, elsewhere everybody.
    pub members: u32,
}

/// A search in what a reader may read.
#[derive(Clone, Debug)]
pub struct Search {
    /// What the query asks for.
    pub asked: Asked,
    /// The one room to search in; all of them where it is none.
    pub room: Option<RoomId>,
    /// Goes on below this.
    pub before: Option<Position>,
    /// Most hits wanted.
    pub limit: usize,
}

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their id, if they are made.
    pub id: UserId,
    /// The name that they would like.
    pub name: DisplayName,
    /// Their colour.
    pub color: Color,
    /// Names that are in use though not stored.
    pub taken: Arc<PassingNames>,
}

/// Whose a token is.
#[derive(Clone, Debug)]
pub enum TokenOwner {
    /// A guest's.
    Guest(User),
    /// A guest's whose name was given away while they were not here.
    NamelessGuest(User),
    /// A session of an account's.
    Session(User, SessionId),
    /// A bot's.
    Bot(Bot),
    /// It was a guest's who is an account now, or a session's or a bot's that was ended.
    Ended,
    /// Nobody's.
    Nobody,
}

/// Who comes by a bot's token, and what it lets them do.
#[derive(Clone, Debug)]
pub struct Bot {
    /// The bot.
    pub user: User,
    /// By what the token is known.
    pub token: TokenId,
    /// What it lets the bot do.
    pub scopes: Vec<Scope>,
    /// What posts to its webhook are signed with, where they must be.
    pub signing: Option<Token>,
}

/// A bot to be made.
#[derive(Clone, Debug)]
pub struct NewBot {
    /// What is known of it and its token.
    pub info: TokenInfo,
    /// The token's hash.
    pub hash: TokenHash,
    /// What posts to its webhook are signed with, where they must be.
    pub signing: Option<Token>,
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Its token's hash.
    pub hash: TokenHash,
    /// The program.
    pub client: Option<ClientName>,
}

/// An account with the password's hash (PHC string).
#[derive(Clone, Debug)]
pub struct Account {
    /// Who.
    pub user: User,
    /// The hash to verify the password with.
    pub password_hash: String,
}

/// An account as the server's operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    /// Who.
    pub user: User,
    /// How many sessions are open.
    pub sessions: u32,
    /// When the server first knew them, as a guest or an account.
    pub created: Millis,
    /// When they were last here, as far as it was written down.
    pub seen: Millis,
}

/// A room as the server's operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomFacts {
    /// The room.
    pub room: Room,
    /// How many members are stored: in the lobby the accounts, elsewhere everybody.
    pub members: u32,
    /// How many messages were said in it.
    pub messages: u64,
}

/// The store.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The database's own id.
    fn server_id(&self) -> ServerId;

    /// The lobby's id; it exists from the start.
    fn lobby(&self) -> RoomId;

    /// The writer's transaction: looks up, decides, stores and commits a batch. It is durable when
    /// this returns. A batch that fails on data is run again one by one, so that only the culprit
    /// is refused.
    async fn commit(&self, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError>;

    /// A closed page, read in one snapshot with the access to it.
    async fn page(&self, reader: &User, request: &HistoryRead, limits: &Limits) -> Answer<Page>;

    /// One page of what was found, with the access to it, in one snapshot; the newest first.
    async fn search(&self, reader: &User, search: &Search) -> Answer<SearchReply>;

    /// Prepares some of the messages for search that are older than it; false when there are none
    /// left. What is written now is prepared by the commit itself.
    async fn prepare_search(&self) -> Result<bool, StoreError>;

    /// The reader's rooms, in short.
    async fn room_ids_of(&self, reader: &User) -> Result<Vec<OwnRoom>, StoreError>;

    /// The state of all of the reader's rooms; `reset` where a cursor does not fit.
    async fn rooms_of(&self, reader: &User, cursors: &[Cursor]) -> Result<Vec<RoomState>, StoreError>;

    /// The stored members of a room whose people the reader may see, by name, at most 1,000.
    async fn members(&self, reader: &User, room: &RoomId) -> Answer<Vec<(User, RoomRole)>>;

    /// A room and how somebody stands to it; none where there is no such room.
    async fn standing(&self, reader: &User, room: &RoomId) -> Result<Option<(Room, Standing)>, StoreError>;

    /// Public rooms, those with the most members first.
    async fn list_rooms(&self, reader: &User, request: &RoomList) -> Result<RoomListReply, StoreError>;

    /// The public room of that name.
    async fn find_room(&self, reader: &User, request: &RoomFind) -> Answer<RoomSummary>;

    /// All rooms but those that are people's own, conversations, inboxes and what friends say, the lobby first, then by name; and how many conversations there are.
    async fn all_rooms(&self) -> Result<(Vec<RoomFacts>, u64), StoreError>;

    /// Takes a room out of the store with its log and all that is known of people in it; false when there is
    /// no such room.
    async fn delete_room(&self, room: &RoomId) -> Result<bool, StoreError>;

    /// Keeps a join code; false when there is one of that name already.
    async fn put_code(&self, code: &InviteCode) -> Result<bool, StoreError>;

    /// The room that a join code lets in to.
    async fn find_code(&self, reader: &User, code: &JoinCode, now: Millis) -> Answer<RoomSummary>;

    /// The join codes of a room that still let in, those that end first at the top.
    async fn codes(&self, room: &RoomId, now: Millis) -> Result<Vec<InviteCode>, StoreError>;

    /// Ends a join code of that room; false when it has no such code.
    async fn end_code(&self, room: &RoomId, code: &JoinCode) -> Result<bool, StoreError>;

    /// Accounts whose identity or display name begins with that, a whole name first, then by name.
    async fn find_users(&self, query: &str, limit: u32) -> Result<Vec<User>, StoreError>;

    /// An account, or a guest who shares a room with the reader.
    async fn known(&self, reader: &User, user: &UserId) -> Result<Option<Known>, StoreError>;

    /// The reader's friends and open questions: first those who ask them, then those whom they asked, then the
    /// friends, each by name.
    async fn friends(&self, reader: &User) -> Result<Vec<Friend>, StoreError>;

    /// Whether an account is the server's owner.
    async fn has_owner(&self) -> Result<bool, StoreError>;

    /// Gives an account a role on the server. With `first` only while no account is its owner.
    async fn set_server_role(&self, user: &UserId, role: ServerRole, first: bool) -> Answer<User>;

    /// Whose token it is; a session is marked used now.
    async fn token_owner(&self, hash: &TokenHash, now: Millis) -> Result<TokenOwner, StoreError>;

    /// The guest of that token, made under the next free name when the token is new.
    async fn guest(&self, hash: &TokenHash, new: &NewUser, now: Millis) -> Result<User, StoreError>;

    /// The next free name for somebody who is not stored.
    async fn free_name(&self, new: &NewUser, now: Millis) -> Result<DisplayName, StoreError>;

    /// Guests that are here, so that their names stay theirs.
    async fn seen(&self, users: &[UserId], now: Millis) -> Result<(), StoreError>;

    /// Changes a display name. A guest's must be free, an account's must not look like another's identity.
    async fn rename(&self, user: &User, name: &DisplayName, now: Millis) -> Answer<User>;

    /// Makes an account of a guest, who keeps their id; their guest token ends and a session opens.
    async fn register(&self, guest: &User, identity: &Identity, password_hash: &str, session: &NewSession, now: Millis) -> Answer<User>;

    /// Makes an account of somebody who was nobody before, as given: identity, role and all.
    async fn add_account(&self, user: &User, password_hash: &str, now: Millis) -> Answer<User>;

    /// All accounts, by identity.
    async fn accounts(&self) -> Result<Vec<AccountFacts>, StoreError>;

    /// Deletes an account that is in no room any more but its inbox and its conversations, and has no friends:
    /// nobody signs in by it, its name is free, and its inbox, its read positions, its invitations and the join
    /// codes that it made are gone. Who it was stays, for the conversations that it was in. False when there is no such
    /// account.
    async fn delete_account(&self, user: &UserId, now: Millis) -> Result<bool, StoreError>;

    /// The account of that identity.
    async fn account(&self, identity: &Identity) -> Result<Option<Account>, StoreError>;

    /// Opens a session of an account.
    async fn open_session(&self, user: &UserId, session: &NewSession, now: Millis) -> Result<(), StoreError>;

    /// The account's sessions, the last used first; none is marked as the current one.
    async fn sessions(&self, user: &UserId) -> Result<Vec<Session>, StoreError>;

    /// Ends a session of that account; false when it has no such session.
    async fn end_session(&self, user: &UserId, session: &SessionId, now: Millis) -> Result<bool, StoreError>;

    /// Sets the password's hash and ends every session but that one; gives the ids of those ended.
    async fn set_password(
        &self,
        user: &UserId,
        password_hash: &str,
        keep: Option<&SessionId>,
        now: Millis,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// Makes a bot, which is in no room yet, the lobby neither. Its name must be free, and is nobody else's from now on.
    async fn add_bot(&self, bot: &NewBot, now: Millis) -> Answer<()>;

    /// The tokens of all bots that are not forgotten, by their bots' names.
    async fn tokens(&self) -> Result<Vec<TokenInfo>, StoreError>;

    /// Ends a bot's token; false when there is none of that id.
    async fn end_token(&self, token: &TokenId, now: Millis) -> Result<bool, StoreError>;

    /// Forgets a bot whose token was ended and who is in no room any more: its name is free. Who it was stays, for what it said.
    async fn forget_bot(&self, user: &UserId) -> Result<(), StoreError>;

    /// Whether the store answers and can write.
    async fn check(&self) -> Result<(), StoreError>;

    /// Closes the store; what was committed stays.
    async fn close(&self);
}
