//! The store in one SQLite file: the default, with nothing else to run.
//!
//! One connection writes, a few read. WAL with `synchronous=FULL`: what was committed survives a
//! power cut, and readers never wait for the writer.
//!
//! - [`open`](SqliteStore::open): the file, its migrations, the lobby;
//! - `commit`: the writer's transaction, `facts`: what it looks up, `mark_read`: its read positions;
//! - `search`: the index of words and what is found by it; `readable`: what somebody may read;
//! - `history`, `rooms`, `people`, `accounts`, `bots`, `directory`, `friends`, `codes`: the other verbs; `rows`: from rows to the domain's types;
//!   `lookup`: what several of them ask;
//! - [`export`]: the whole file for `chat-server export`, beside a running server;
//! - [`problem`]: what is wrong with a file, in words for its owner.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use chat_proto::error::{Code, Error};
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
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;

use crate::domain::access::Standing;
use crate::domain::decide::Context;
use crate::domain::random::Random;
use crate::storage::sqlite::search::backlog::Backlog;
use crate::storage::{
    Account, AccountFacts, Answer, Batch, Committed, Known, NewBot, NewSession, NewUser, OwnRoom, RoomFacts, Search, Store, StoreError,
    TokenHash, TokenOwner,
};

mod accounts;
mod bots;
mod codes;
mod commit;
mod directory;
pub mod export;
mod facts;
mod friends;
mod history;
mod lookup;
mod mark_read;
mod people;
pub mod problem;
mod readable;
mod rooms;
mod rows;
mod search;
mod start;

/// How many connections read at once.
const READERS: u32 = 4;
/// How many connections search at once: apart from the readers, which a search must not hold up.
const SEARCHERS: u32 = 2;
/// How long a search waits for its turn.
const SEARCH_PATIENCE: Duration = Duration::from_secs(2);
/// How much is written to find out whether anything can be.
const CHECK_BYTES: usize = 8_192;
/// How long a statement waits for another process that holds the file, such as a backup.
const BUSY: Duration = Duration::from_secs(5);

/// The store in one SQLite file.
pub struct SqliteStore {
    options: SqliteConnectOptions,
    /// None after an unknown outcome, until it is opened anew.
    writer: Mutex<Option<SqliteConnection>>,
    readers: SqlitePool,
    searchers: SqlitePool,
    backlog: Mutex<Backlog>,
    server_id: ServerId,
    lobby: RoomId,
}

impl SqliteStore {
    /// Opens the file, makes it where there is none, and brings it up to date.
    ///
    /// # Errors
    /// What is wrong with the file, the directory or the disk.
    pub async fn open(path: &Path, now: Millis, random: &mut dyn Random) -> Result<Self, StoreError> {
        Self::open_with(path, now, random, |options| options).await
    }

    /// The same with the connection's options changed, such as `max_page_count` in tests.
    ///
    /// # Errors
    /// What is wrong with the file, the directory or the disk.
    pub async fn open_with(
        path: &Path,
        now: Millis,
        random: &mut dyn Random,
        change: impl FnOnce(SqliteConnectOptions) -> SqliteConnectOptions,
    ) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .pragma("secure_delete", "on")
            .pragma("temp_store", "memory")
            .disable_statement_logging();
        let options = change(options);
        let mut writer = SqliteConnection::connect_with(&options).await?;
        // From here on a file that is gone is an error, never a new and empty database.
        let options = options.create_if_missing(false);
        let (server_id, lobby) = start::bring_up(&mut writer, now, random).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .connect_lazy_with(options.clone().pragma("query_only", "on"));
        let searchers = SqlitePoolOptions::new()
            .max_connections(SEARCHERS)
            .acquire_timeout(SEARCH_PATIENCE)
            .connect_lazy_with(options.clone().pragma("query_only", "on"));
        let writer = Mutex::new(Some(writer));
        Ok(Self { options, writer, readers, searchers, backlog: Mutex::default(), server_id, lobby })
    }

    /// Runs a write alone; a connection whose outcome is unknown is not used again.
    async fn write<T>(&self, run: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut slot = self.writer.lock().await;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        let result = run(&mut connection).await;
        match &result {
            Ok(_) => *slot = Some(connection),
            // Its transaction may still be open, or its commit half done: SQLite rolls back when it closes.
            Err(_) => drop(connection.close().await),
        }
        result
    }

    /// A snapshot for one read.
    async fn snapshot(&self) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn server_id(&self) -> ServerId {
        self.server_id.clone()
    }

    fn lobby(&self) -> RoomId {
        self.lobby.clone()
    }

    async fn commit(&self, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        match self.write(async |connection| commit::run(connection, batch, context).await).await {
            Err(error) if commit::is_data_error(&error) && batch.writes.len() + batch.marks.len() > 1 => {
                tracing::warn!(%error, "a batch failed on its data; running it one by one");
                self.write(async |connection| commit::run_one_by_one(connection, batch, context).await).await
            }
            result => result,
        }
    }

    async fn page(&self, reader: &User, request: &HistoryRead, limits: &Limits) -> Answer<Page> {
        let mut snapshot = self.snapshot().await?;
        history::page(&mut snapshot, reader, request, limits).await
    }

    async fn search(&self, reader: &User, search: &Search) -> Answer<SearchReply> {
        let mut snapshot = match self.searchers.begin().await {
            Ok(snapshot) => snapshot,
            Err(sqlx::Error::PoolTimedOut) => {
                return Ok(Err(Error::new(Code::SlowDown, "Too many people search at the moment. It is tried again.").after(2_000)));
            }
            Err(error) => return Err(error.into()),
        };
        search::read::search(&mut snapshot, reader, search).await
    }

    async fn prepare_search(&self) -> Result<bool, StoreError> {
        let mut backlog = self.backlog.lock().await;
        let goes_on = self.write(async |connection| backlog.step(connection).await).await;
        if !matches!(goes_on, Ok(true)) {
            *backlog = Backlog::default();
        }
        goes_on
    }

    async fn rooms_of(&self, reader: &User, cursors: &[Cursor]) -> Result<Vec<RoomState>, StoreError> {
        // One statement is a snapshot by itself.
        if cursors.is_empty() {
            return rooms::of_user(&mut *self.readers.acquire().await?, reader, cursors).await;
        }
        let mut snapshot = self.snapshot().await?;
        rooms::of_user(&mut snapshot, reader, cursors).await
    }

    async fn room_ids_of(&self, reader: &User) -> Result<Vec<OwnRoom>, StoreError> {
        rooms::ids_of_user(&mut *self.readers.acquire().await?, reader).await
    }

    async fn members(&self, reader: &User, room: &RoomId) -> Answer<Vec<(User, RoomRole)>> {
        let mut snapshot = self.snapshot().await?;
        rooms::members(&mut snapshot, reader, room).await
    }

    async fn standing(&self, reader: &User, room: &RoomId) -> Result<Option<(Room, Standing)>, StoreError> {
        let mut snapshot = self.snapshot().await?;
        Ok(lookup::find(&mut snapshot, reader, room).await?.map(|found| (found.room, found.who)))
    }

    async fn all_rooms(&self) -> Result<(Vec<RoomFacts>, u64), StoreError> {
        let mut snapshot = self.snapshot().await?;
        rooms::all(&mut snapshot).await
    }

    async fn delete_room(&self, room: &RoomId) -> Result<bool, StoreError> {
        // What is looked ahead of may be the room's; its key in the tables can become another one's.
        let mut backlog = self.backlog.lock().await;
        *backlog = Backlog::default();
        self.write(async |connection| rooms::delete(connection, room).await).await
    }

    async fn put_code(&self, code: &InviteCode) -> Result<bool, StoreError> {
        self.write(async |connection| codes::put(connection, code).await).await
    }

    async fn find_code(&self, reader: &User, code: &JoinCode, now: Millis) -> Answer<RoomSummary> {
        let mut snapshot = self.snapshot().await?;
        codes::find(&mut snapshot, reader, code, now).await
    }

    async fn codes(&self, room: &RoomId, now: Millis) -> Result<Vec<InviteCode>, StoreError> {
        codes::of_room(&mut *self.readers.acquire().await?, room, now).await
    }

    async fn end_code(&self, room: &RoomId, code: &JoinCode) -> Result<bool, StoreError> {
        self.write(async |connection| codes::end(connection, room, code).await).await
    }

    async fn find_users(&self, query: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        directory::find(&mut *self.readers.acquire().await?, query, limit).await
    }

    async fn known(&self, reader: &User, user: &UserId) -> Result<Option<Known>, StoreError> {
        let mut snapshot = self.snapshot().await?;
        directory::known(&mut snapshot, reader, user).await
    }

    async fn friends(&self, reader: &User) -> Result<Vec<Friend>, StoreError> {
        friends::of_user(&mut *self.readers.acquire().await?, &reader.id).await
    }

    async fn has_owner(&self) -> Result<bool, StoreError> {
        directory::has_owner(&mut *self.readers.acquire().await?).await
    }

    async fn set_server_role(&self, user: &UserId, role: ServerRole, first: bool) -> Answer<User> {
        self.write(async |connection| directory::set_role(connection, user, role, first).await).await
    }

    async fn list_rooms(&self, reader: &User, request: &RoomList) -> Result<RoomListReply, StoreError> {
        let mut snapshot = self.snapshot().await?;
        rooms::list(&mut snapshot, reader, request).await
    }

    async fn find_room(&self, reader: &User, request: &RoomFind) -> Answer<RoomSummary> {
        let mut snapshot = self.snapshot().await?;
        rooms::find(&mut snapshot, reader, request).await
    }

    async fn token_owner(&self, hash: &TokenHash, now: Millis) -> Result<TokenOwner, StoreError> {
        let owner = people::token_owner(&mut *self.readers.acquire().await?, hash).await?;
        if let Some(last) = owner.1.filter(|last| last + people::USED_EVERY_MS <= now) {
            tracing::trace!(last, "a token is used again");
            self.write(async |connection| people::mark_used(connection, hash, now).await).await?;
        }
        Ok(owner.0)
    }

    async fn guest(&self, hash: &TokenHash, new: &NewUser, now: Millis) -> Result<User, StoreError> {
        self.write(async |connection| people::guest(connection, hash, new, now).await).await
    }

    async fn free_name(&self, new: &NewUser, now: Millis) -> Result<DisplayName, StoreError> {
        people::free_name(&mut *self.readers.acquire().await?, new, now).await
    }

    async fn seen(&self, users: &[UserId], now: Millis) -> Result<(), StoreError> {
        self.write(async |connection| people::seen(connection, users, now).await).await
    }

    async fn rename(&self, user: &User, name: &DisplayName, now: Millis) -> Answer<User> {
        self.write(async |connection| people::rename(connection, user, name, now).await).await
    }

    async fn register(&self, guest: &User, identity: &Identity, password_hash: &str, session: &NewSession, now: Millis) -> Answer<User> {
        self.write(async |connection| people::register(connection, guest, identity, password_hash, session, now).await).await
    }

    async fn add_account(&self, user: &User, password_hash: &str, now: Millis) -> Answer<User> {
        self.write(async |connection| accounts::add(connection, user, password_hash, now).await).await
    }

    async fn accounts(&self) -> Result<Vec<AccountFacts>, StoreError> {
        accounts::all(&mut *self.readers.acquire().await?).await
    }

    async fn delete_account(&self, user: &UserId, now: Millis) -> Result<bool, StoreError> {
        self.write(async |connection| accounts::delete(connection, user, now).await).await
    }

    async fn account(&self, identity: &Identity) -> Result<Option<Account>, StoreError> {
        people::account(&mut *self.readers.acquire().await?, identity).await
    }

    async fn open_session(&self, user: &UserId, session: &NewSession, now: Millis) -> Result<(), StoreError> {
        self.write(async |connection| people::open_session(connection, user, session, now).await).await
    }

    async fn sessions(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        people::sessions(&mut *self.readers.acquire().await?, user).await
    }

    async fn end_session(&self, user: &UserId, session: &SessionId, now: Millis) -> Result<bool, StoreError> {
        self.write(async |connection| people::end_session(connection, user, session, now).await).await
    }

    async fn set_password(
        &self,
        user: &UserId,
        password_hash: &str,
        keep: Option<&SessionId>,
        now: Millis,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.write(async |connection| people::set_password(connection, user, password_hash, keep, now).await).await
    }

    async fn add_bot(&self, bot: &NewBot, now: Millis) -> Answer<()> {
        self.write(async |connection| bots::add(connection, bot, now).await).await
    }

    async fn tokens(&self) -> Result<Vec<TokenInfo>, StoreError> {
        bots::all(&mut *self.readers.acquire().await?).await
    }

    async fn end_token(&self, token: &TokenId, now: Millis) -> Result<bool, StoreError> {
        self.write(async |connection| bots::end(connection, token, now).await).await
    }

    async fn forget_bot(&self, user: &UserId) -> Result<(), StoreError> {
        self.write(async |connection| bots::forget(connection, user).await).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        // Something that takes a page of its own: a full or read-only disk shows here.
        let bulk = "x".repeat(CHECK_BYTES);
        self.write(async |connection| {
            sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES ('check', ?)").bind(&bulk).execute(&mut *connection).await?;
            sqlx::query("DELETE FROM meta WHERE key = 'check'").execute(&mut *connection).await?;
            Ok(())
        })
        .await
    }

    async fn close(&self) {
        self.readers.close().await;
        self.searchers.close().await;
        if let Some(writer) = self.writer.lock().await.take() {
            drop(writer.close().await);
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;

    /// Ids that nobody compares.
    struct Same;

    impl Random for Same {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    /// What `tests/server/power.rs` builds on: a commit returns when its log is on the disk.
    #[tokio::test]
    async fn the_writer_syncs_every_commit_also_once_it_is_opened_anew() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&dir.path().join("chat.db"), 1, &mut Same).await.unwrap();
        for _ in 0..2 {
            for (pragma, value) in [("journal_mode", "wal"), ("synchronous", "2")] {
                let sql = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
                let found = store.write(async |writer| Ok(sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(writer).await?)).await.unwrap();
                assert_eq!(found.get::<String, _>(0), value, "{pragma}");
            }
            let refused = store.write(async |_| Err::<(), _>(StoreError::Refused("an unknown outcome"))).await;
            assert!(refused.is_err() && store.writer.lock().await.is_none());
        }
        let options = sqlx::query("SELECT compile_options FROM pragma_compile_options").fetch_all(&store.readers).await.unwrap();
        let options: Vec<String> = options.iter().map(|row| row.get(0)).collect();
        assert!(!options.iter().any(|option| option.contains("NO_SYNC") || option.contains("DISABLE_DIRSYNC")), "{options:?}");
    }
}
