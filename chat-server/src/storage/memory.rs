//! The store in memory: for simulations and fast tests. It keeps the same promises but one: it
//! ends with the process.
//!
//! One mutex, since nothing here waits: every verb is one step.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chat_proto::entry::{Body, Create, Entry};
use chat_proto::error::Error;
use chat_proto::id::{ClientId, EntryId, Epoch, RoomId, ServerId, SessionId, TokenId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, Identity, JoinCode, RoomName, confusable_key};
use chat_proto::place::{Mark, Millis, Seq};
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::friend_list::{Friend, Friendship};
use chat_proto::request::history_read::{HistoryRead, Page};
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::search_read::SearchReply;
use chat_proto::request::session_list::Session;
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::request::token_create::TokenInfo;
use chat_proto::request::{RoomFind, RoomList};
use chat_proto::room::{Room, RoomKind, RoomRole, RoomSettings};
use chat_proto::text::{Emoji, TopicText};
use chat_proto::user::{Author, ServerRole, User};

use crate::domain::access::Standing;
use crate::domain::decide::Context;
use crate::domain::mark_read::Position;
use crate::domain::naming;
use crate::domain::random::Random;
use crate::domain::ranges::Readable;
use crate::storage::{
    Account, AccountFacts, Answer, Batch, Committed, Known, NewBot, NewSession, NewUser, OwnRoom, RoomFacts, Search, Store, StoreError,
    TokenHash, TokenOwner,
};

mod accounts;
mod bots;
mod codes;
mod commit;
mod directory;
mod friends;
mod history;
mod mark_read;
mod people;
mod readable;
mod rooms;
mod search;

/// The store in memory.
pub struct MemoryStore {
    tables: Mutex<Tables>,
    server_id: ServerId,
    lobby: RoomId,
}

#[derive(Clone, Default)]
struct Tables {
    rooms: HashMap<RoomId, Log>,
    users: HashMap<UserId, StoredUser>,
    /// Names that are somebody's alone.
    names: HashMap<String, UserId>,
    tokens: HashMap<TokenHash, StoredToken>,
    codes: BTreeMap<JoinCode, InviteCode>,
    bots: BTreeMap<TokenId, StoredBot>,
    /// How accounts stand to one another, as the first of the two sees it, and since when.
    friendships: BTreeMap<(UserId, UserId), (Friendship, Millis)>,
    /// Every message, in the order of the commits.
    said: Vec<(RoomId, Seq)>,
}

/// One room with its log.
#[derive(Clone)]
struct Log {
    room: Room,
    epoch: Epoch,
    /// The key under which its name is unique.
    key: String,
    /// Who made it, and by which request, if by one.
    creator: (UserId, Option<ClientId>),
    rows: Vec<Row>,
    by_client: HashMap<(UserId, ClientId), Seq>,
    reactions: BTreeMap<(Seq, Emoji), HashSet<UserId>>,
    mentions: HashSet<(UserId, Seq)>,
    /// Ranges of membership; in the lobby only of those who left it once.
    memberships: HashMap<UserId, Vec<(Seq, Option<Seq>)>>,
    /// The roles of members, those who are more than that.
    roles: HashMap<UserId, RoomRole>,
    invited: HashSet<UserId>,
    positions: HashMap<UserId, Position>,
    members: u32,
}

#[derive(Clone)]
struct Row {
    entry: Entry,
    digest: Option<i64>,
    deleted: bool,
}

#[derive(Clone)]
struct StoredUser {
    created: Millis,
    user: User,
    password: Option<String>,
    seen: Millis,
}

#[derive(Clone)]
struct StoredToken {
    user: UserId,
    /// None for a guest's.
    session: Option<Session>,
    ended: bool,
}

#[derive(Clone)]
struct StoredBot {
    bot: NewBot,
    ended: bool,
}

impl MemoryStore {
    /// An empty store with a lobby.
    ///
    /// # Panics
    /// Never: the names in it are valid.
    #[must_use]
    pub fn new(now: Millis, random: &mut dyn Random) -> Self {
        let valid = |reason: String| -> ! { unreachable!("a made value {reason}") };
        let server_id = ServerId::parse(random.id()).unwrap_or_else(|reason| valid(reason));
        let lobby = RoomId::parse(random.id()).unwrap_or_else(|reason| valid(reason));
        let name = RoomName::parse("lobby").unwrap_or_else(|reason| valid(reason));
        let author = Author {
            id: UserId::parse(server_id.as_str()).unwrap_or_else(|reason| valid(reason)),
            name: DisplayName::parse("server").unwrap_or_else(|reason| valid(reason)),
            color: naming::color(random),
            bot: false,
        };
        let client_id = ClientId::parse("lobby").unwrap_or_else(|reason| valid(reason));
        let first = Entry {
            seq: 1,
            id: EntryId::parse(random.id()).unwrap_or_else(|reason| valid(reason)),
            time: now,
            author: author.clone(),
            client_id: client_id.clone(),
            n: 0,
            body: Body::Create(Create { name: name.clone(), people: Vec::new() }),
        };
        let topic = TopicText::parse("").unwrap_or_else(|reason| valid(reason));
        let settings = RoomSettings::default();
        let taken = key(name.as_str());
        let room = Room { id: lobby.clone(), name, title: topic.clone(), topic, kind: RoomKind::Lobby, settings };
        let epoch = Epoch::parse(random.id()).unwrap_or_else(|reason| valid(reason));
        let mut log = Log::new(room, taken, epoch, (author.id, Some(client_id)));
        log.push(first, None);
        let rooms = HashMap::from([(lobby.clone(), log)]);
        Self { tables: Mutex::new(Tables { rooms, ..Tables::default() }), server_id, lobby }
    }

    /// A copy of all that it holds now, as a copied database file would be.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { tables: Mutex::new(self.tables().clone()), server_id: self.server_id.clone(), lobby: self.lobby.clone() }
    }

    /// A room's log as it stands, with its epoch, for whoever checks it from outside.
    #[must_use]
    pub fn log(&self, room: &RoomId) -> Option<(Epoch, Vec<Entry>)> {
        let tables = self.tables();
        let log = tables.rooms.get(room)?;
        Some((log.epoch.clone(), log.rows.iter().map(|row| row.entry.clone()).collect()))
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn new(room: Room, key: String, epoch: Epoch, creator: (UserId, Option<ClientId>)) -> Self {
        Self {
            room,
            key,
            epoch,
            creator,
            rows: Vec::new(),
            by_client: HashMap::new(),
            reactions: BTreeMap::new(),
            mentions: HashSet::new(),
            memberships: HashMap::new(),
            roles: HashMap::new(),
            invited: HashSet::new(),
            positions: HashMap::new(),
            members: 0,
        }
    }

    fn push(&mut self, entry: Entry, digest: Option<i64>) {
        self.by_client.insert((entry.author.id.clone(), entry.client_id.clone()), entry.seq);
        self.rows.push(Row { entry, digest, deleted: false });
    }

    fn row(&self, seq: Seq) -> Option<&Row> {
        self.rows.get(usize::try_from(seq).ok()?.checked_sub(1)?)
    }

    fn row_mut(&mut self, seq: Seq) -> Option<&mut Row> {
        self.rows.get_mut(usize::try_from(seq).ok()?.checked_sub(1)?)
    }

    fn head(&self) -> &Entry {
        match self.rows.last() {
            Some(row) => &row.entry,
            None => unreachable!("a room has its first entry from the start"),
        }
    }

    fn mark(&self, seq: Seq) -> Option<Mark> {
        self.row(seq).map(|row| row.entry.mark())
    }

    /// An open range, or in the lobby none at all.
    fn is_member(&self, user: &UserId) -> bool {
        match self.memberships.get(user) {
            Some(ranges) => ranges.last().is_some_and(|(_, to)| to.is_none()),
            None => self.room.kind == RoomKind::Lobby,
        }
    }

    /// The role of a member.
    fn role(&self, user: &UserId) -> Option<RoomRole> {
        self.is_member(user).then(|| self.roles.get(user).copied().unwrap_or_default())
    }

    /// How somebody stands to the room.
    fn standing(&self, user: &User) -> Standing {
        let member = self.role(&user.id);
        let former = member.is_none() && self.memberships.contains_key(&user.id);
        Standing { former, invited: self.invited.contains(&user.id), ..Standing::of(user, member) }
    }

    /// What a member may read.
    fn readable(&self, user: &UserId) -> Readable {
        Readable::of_member(self.room.settings.history, self.memberships.get(user).map_or(&[][..], Vec::as_slice))
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn server_id(&self) -> ServerId {
        self.server_id.clone()
    }

    fn lobby(&self) -> RoomId {
        self.lobby.clone()
    }

    async fn commit(&self, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        Ok(commit::run(&mut self.tables(), batch, context))
    }

    async fn page(&self, reader: &User, request: &HistoryRead, limits: &Limits) -> Answer<Page> {
        Ok(history::page(&self.tables(), reader, request, limits))
    }

    async fn search(&self, reader: &User, search: &Search) -> Answer<SearchReply> {
        Ok(search::search(&self.tables(), reader, search))
    }

    async fn prepare_search(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn rooms_of(&self, reader: &User, cursors: &[Cursor]) -> Result<Vec<RoomState>, StoreError> {
        Ok(rooms::of_user(&self.tables(), reader, cursors))
    }

    async fn room_ids_of(&self, reader: &User) -> Result<Vec<OwnRoom>, StoreError> {
        let tables = self.tables();
        let mine = tables.rooms.values().filter(|log| log.is_member(&reader.id));
        Ok(mine.map(|log| OwnRoom { id: log.room.id.clone(), kind: log.room.kind, members: log.members }).collect())
    }

    async fn members(&self, reader: &User, room: &RoomId) -> Answer<Vec<(User, RoomRole)>> {
        Ok(rooms::members(&self.tables(), reader, room))
    }

    async fn standing(&self, reader: &User, room: &RoomId) -> Result<Option<(Room, Standing)>, StoreError> {
        Ok(self.tables().rooms.get(room).map(|log| (log.room.clone(), log.standing(reader))))
    }

    async fn all_rooms(&self) -> Result<(Vec<RoomFacts>, u64), StoreError> {
        Ok(rooms::all(&self.tables()))
    }

    async fn delete_room(&self, room: &RoomId) -> Result<bool, StoreError> {
        Ok(self.tables().delete_room(room))
    }

    async fn put_code(&self, code: &InviteCode) -> Result<bool, StoreError> {
        Ok(self.tables().put_code(code))
    }

    async fn find_code(&self, reader: &User, code: &JoinCode, now: Millis) -> Answer<RoomSummary> {
        Ok(self.tables().find_code(reader, code, now))
    }

    async fn codes(&self, room: &RoomId, now: Millis) -> Result<Vec<InviteCode>, StoreError> {
        Ok(self.tables().codes_of(room, now))
    }

    async fn end_code(&self, room: &RoomId, code: &JoinCode) -> Result<bool, StoreError> {
        Ok(self.tables().end_code(room, code))
    }

    async fn find_users(&self, query: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        Ok(self.tables().find_users(query, limit))
    }

    async fn known(&self, reader: &User, user: &UserId) -> Result<Option<Known>, StoreError> {
        Ok(self.tables().known(reader, user))
    }

    async fn friends(&self, reader: &User) -> Result<Vec<Friend>, StoreError> {
        Ok(self.tables().friends(&reader.id))
    }

    async fn has_owner(&self) -> Result<bool, StoreError> {
        Ok(self.tables().has_owner())
    }

    async fn set_server_role(&self, user: &UserId, role: ServerRole, first: bool) -> Answer<User> {
        Ok(self.tables().set_server_role(user, role, first))
    }

    async fn list_rooms(&self, reader: &User, request: &RoomList) -> Result<RoomListReply, StoreError> {
        Ok(rooms::list(&self.tables(), reader, request))
    }

    async fn find_room(&self, reader: &User, request: &RoomFind) -> Answer<RoomSummary> {
        Ok(rooms::find(&self.tables(), reader, request))
    }

    async fn token_owner(&self, hash: &TokenHash, now: Millis) -> Result<TokenOwner, StoreError> {
        Ok(self.tables().token_owner(hash, now))
    }

    async fn guest(&self, hash: &TokenHash, new: &NewUser, now: Millis) -> Result<User, StoreError> {
        Ok(self.tables().guest(hash, new, now))
    }

    async fn free_name(&self, new: &NewUser, now: Millis) -> Result<DisplayName, StoreError> {
        Ok(self.tables().free_name(new, now))
    }

    async fn seen(&self, users: &[UserId], now: Millis) -> Result<(), StoreError> {
        self.tables().seen(users, now);
        Ok(())
    }

    async fn rename(&self, user: &User, name: &DisplayName, now: Millis) -> Answer<User> {
        Ok(self.tables().rename(user, name, now))
    }

    async fn register(&self, guest: &User, identity: &Identity, password_hash: &str, session: &NewSession, now: Millis) -> Answer<User> {
        Ok(self.tables().register(guest, identity, password_hash, session, now))
    }

    async fn add_account(&self, user: &User, password_hash: &str, now: Millis) -> Answer<User> {
        Ok(self.tables().add_account(user, password_hash, now))
    }

    async fn accounts(&self) -> Result<Vec<AccountFacts>, StoreError> {
        Ok(self.tables().accounts())
    }

    async fn delete_account(&self, user: &UserId, _: Millis) -> Result<bool, StoreError> {
        Ok(self.tables().delete_account(user))
    }

    async fn account(&self, identity: &Identity) -> Result<Option<Account>, StoreError> {
        Ok(self.tables().account(identity))
    }

    async fn open_session(&self, user: &UserId, session: &NewSession, now: Millis) -> Result<(), StoreError> {
        self.tables().open_session(user, session, now);
        Ok(())
    }

    async fn sessions(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        Ok(self.tables().sessions(user))
    }

    async fn end_session(&self, user: &UserId, session: &SessionId, _: Millis) -> Result<bool, StoreError> {
        Ok(self.tables().end_session(user, session))
    }

    async fn set_password(
        &self,
        user: &UserId,
        password_hash: &str,
        keep: Option<&SessionId>,
        _: Millis,
    ) -> Result<Vec<SessionId>, StoreError> {
        Ok(self.tables().set_password(user, password_hash, keep))
    }

    async fn add_bot(&self, bot: &NewBot, now: Millis) -> Answer<()> {
        Ok(self.tables().add_bot(bot, now))
    }

    async fn tokens(&self) -> Result<Vec<TokenInfo>, StoreError> {
        Ok(self.tables().bot_tokens())
    }

    async fn end_token(&self, token: &TokenId, _: Millis) -> Result<bool, StoreError> {
        Ok(self.tables().end_token(token))
    }

    async fn forget_bot(&self, user: &UserId) -> Result<(), StoreError> {
        self.tables().forget_bot(user);
        Ok(())
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {}
}

/// The refusal that both stores give.
fn no_room() -> Error {
    crate::domain::access::no_such_room()
}

/// The key under which a name is unique.
fn key(name: &str) -> String {
    confusable_key(name)
}
