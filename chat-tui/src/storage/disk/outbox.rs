//! One file of outbox and drafts: a small database that is locked while it is open. Written so that
//! whatever is durable stays so (two phases, of which the second only says which state counts),
//! and read with every checksum looked at: a file that was changed behind our back is told, never
//! half believed.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::path::{Path, PathBuf};

use chat_proto::id::{ClientId, RoomId};
use redb::{Builder, Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, StorageError, TableDefinition, TableError};

use crate::platform;
use crate::state::outbox::Item;
use crate::storage::{Change, Kept};

/// Written into every file. A program reads the files of those before it.
const FORMAT: u64 = 1;
/// The database's cache, in bytes: the whole file is small.
const CACHE: usize = 1 << 20;

const ABOUT: TableDefinition<&str, u64> = TableDefinition::new("about");
/// Items as JSON, under numbers in the order of the outbox.
const ITEMS: TableDefinition<u64, &[u8]> = TableDefinition::new("items");
const DRAFTS: TableDefinition<&str, &str> = TableDefinition::new("drafts");

/// An open file.
pub(super) struct Outbox {
    path: PathBuf,
    /// `None` after it failed: to be opened anew before the next change.
    database: Option<Database>,
    /// Under which number each item stands that was kept.
    numbers: HashMap<ClientId, u64>,
    next: u64,
    /// Whether something was stored that is not durable yet.
    unsealed: bool,
}

/// Why a file cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// Another client has it.
    Taken,
    /// It is not what was written.
    Damaged(String),
    /// A newer program wrote it.
    Newer,
    /// The system does not let us.
    System(String),
}

type Contents = (Vec<(u64, Item)>, BTreeMap<RoomId, String>);

impl Outbox {
    /// Opens a file, or makes it; what it holds was checked whole.
    pub(super) fn open(path: &Path) -> Result<(Self, Kept), Unusable> {
        let (database, (items, drafts)) = open(path)?;
        let numbers = items.iter().map(|(number, item)| (item.client_id.clone(), *number)).collect();
        let next = items.last().map_or(0, |(number, _)| number + 1);
        let outbox = Self { path: path.to_owned(), database: Some(database), numbers, next, unsealed: false };
        let kept = Kept { outbox: items.into_iter().map(|(_, item)| item).collect(), drafts, ..Kept::default() };
        Ok((outbox, kept))
    }

    /// Keeps changes, all or none.
    pub(super) fn store(&mut self, changes: Vec<Change>) -> Result<(), String> {
        let durability = if changes.iter().any(Change::is_urgent) { Durability::Immediate } else { Durability::None };
        self.change(durability, changes)
    }

    /// Makes durable what was stored.
    pub(super) fn seal(&mut self) -> Result<(), String> {
        if self.unsealed { self.change(Durability::Immediate, Vec::new()) } else { Ok(()) }
    }

    /// Takes in what another file held: its items after ours, in their order.
    pub(super) fn absorb(&mut self, kept: Kept) -> Result<(), String> {
        let known = |item: &Item| self.numbers.contains_key(&item.client_id);
        let items = kept.outbox.into_iter().filter(|item| !known(item)).map(|item| Change::Queued(item, None)).collect::<Vec<_>>();
        let mut ours = self.read()?.drafts;
        let drafts = kept.drafts.into_iter().map(|(room, text)| {
            let both = ours.remove(&room).filter(|ours| *ours != text).map(|ours| format!("{ours}\n{text}"));
            Change::Draft(room, both.unwrap_or(text))
        });
        let drafts: Vec<_> = drafts.collect();
        self.change(Durability::Immediate, items.into_iter().chain(drafts).collect())
    }

    /// Whether it holds nothing.
    pub(super) fn is_empty(&self) -> Result<bool, String> {
        Ok(self.numbers.is_empty() && self.read()?.drafts.is_empty())
    }

    /// What it holds, read anew.
    pub(super) fn read(&self) -> Result<Kept, String> {
        let database = self.database.as_ref().ok_or("the file is closed")?;
        let (items, drafts) = read(database).map_err(words)?;
        Ok(Kept { outbox: items.into_iter().map(|(_, item)| item).collect(), drafts, lasts: true, ..Kept::default() })
    }

    /// Closes the file and removes it. Who does so holds the lock of its directory, without which
    /// nobody opens a file there.
    pub(super) fn remove(self) -> std::io::Result<()> {
        // Some systems remove nothing that is open.
        drop(self.database);
        std::fs::remove_file(&self.path)
    }

    fn change(&mut self, durability: Durability, changes: Vec<Change>) -> Result<(), String> {
        let changed = self.reopen().and_then(|()| self.write(durability, changes));
        changed.map_err(|reason| {
            // The database wants to be opened anew after it failed.
            self.database = None;
            format!("It could not be kept in {} ({reason}). Is the disk full?", self.path.display())
        })
    }

    fn write(&mut self, durability: Durability, changes: Vec<Change>) -> Result<(), String> {
        let database = self.database.as_ref().ok_or("the file is closed")?;
        let mut transaction = database.begin_write().map_err(words)?;
        transaction.set_durability(durability).map_err(words)?;
        transaction.set_two_phase_commit(true);
        let (mut numbers, mut next) = (self.numbers.clone(), self.next);
        {
            let mut items = transaction.open_table(ITEMS).map_err(words)?;
            let mut drafts = transaction.open_table(DRAFTS).map_err(words)?;
            for change in changes {
                match change {
                    Change::Queued(item, room) => {
                        if let Some(old) = numbers.insert(item.client_id.clone(), next) {
                            items.remove(old).map_err(words)?;
                        }
                        items.insert(next, json(&item)?.as_slice()).map_err(words)?;
                        next += 1;
                        if let Some(room) = room {
                            drafts.remove(room.as_str()).map_err(words)?;
                        }
                    }
                    Change::Changed(item) => {
                        if let Some(number) = numbers.get(&item.client_id) {
                            items.insert(number, json(&item)?.as_slice()).map_err(words)?;
                        }
                    }
                    Change::Settled(client_id) | Change::Withdrawn(client_id) => {
                        if let Some(number) = numbers.remove(&client_id) {
                            items.remove(number).map_err(words)?;
                        }
                    }
                    Change::Draft(room, text) if text.is_empty() => drop(drafts.remove(room.as_str()).map_err(words)?),
                    Change::Draft(room, text) => drop(drafts.insert(room.as_str(), text.as_str()).map_err(words)?),
                }
            }
        }
        transaction.commit().map_err(words)?;
        (self.numbers, self.next, self.unsealed) = (numbers, next, matches!(durability, Durability::None));
        Ok(())
    }

    /// Opens the file anew after it failed. What was refused then, and yet was written, goes out.
    fn reopen(&mut self) -> Result<(), String> {
        if self.database.is_some() {
            return Ok(());
        }
        let (database, (items, _)) = open(&self.path).map_err(|unusable| unusable.to_string())?;
        self.database = Some(database);
        let kept = std::mem::take(&mut self.numbers);
        let (known, stray): (Vec<_>, Vec<_>) = items.into_iter().partition(|(_, item)| kept.contains_key(&item.client_id));
        self.next = stray.iter().chain(&known).map(|(number, _)| number + 1).fold(self.next, u64::max);
        self.numbers = known.iter().chain(&stray).map(|(number, item)| (item.client_id.clone(), *number)).collect();
        let stray: Vec<_> = stray.into_iter().map(|(_, item)| Change::Withdrawn(item.client_id)).collect();
        if stray.is_empty() { Ok(()) } else { self.write(Durability::Immediate, stray) }
    }
}

/// Opens a file and reads all of it, in a thread of its own: the library panics over some damages.
fn open(path: &Path) -> Result<(Database, Contents), Unusable> {
    let file = platform::private_file(path).map_err(|error| Unusable::System(error.to_string()))?;
    let reader = std::thread::Builder::new().name("outbox".to_owned()).spawn(move || {
        let mut database = Builder::new().set_cache_size(CACHE).create_file(file)?;
        if !database.check_integrity()? {
            return Err(Unusable::Damaged("its checksums are wrong".to_owned()));
        }
        let contents = read(&database)?;
        Ok((database, contents))
    });
    let reader = reader.map_err(|error| Unusable::System(error.to_string()))?;
    reader.join().unwrap_or_else(|_| Err(Unusable::Damaged("it cannot be read".to_owned())))
}

fn read(database: &Database) -> Result<Contents, Unusable> {
    let (mut contents, damaged) = (Contents::default(), |reason: String| Unusable::Damaged(reason));
    let transaction = database.begin_read().map_err(|error| damaged(error.to_string()))?;
    let about = match transaction.open_table(ABOUT) {
        Ok(about) => about,
        Err(TableError::TableDoesNotExist(_)) => {
            begin(database).map_err(Unusable::System)?;
            return Ok(contents);
        }
        Err(error) => return Err(damaged(error.to_string())),
    };
    match about.get("format")?.map(|format| format.value()) {
        Some(format) if format > FORMAT => return Err(Unusable::Newer),
        Some(_) => {}
        None => return Err(damaged("it has no format".to_owned())),
    }
    for row in transaction.open_table(ITEMS)?.iter()? {
        let (number, item) = row?;
        let item = serde_json::from_slice(item.value()).map_err(|error| damaged(error.to_string()))?;
        contents.0.push((number.value(), item));
    }
    for row in transaction.open_table(DRAFTS)?.iter()? {
        let (room, text) = row?;
        contents.1.insert(RoomId::parse(room.value()).map_err(damaged)?, text.value().to_owned());
    }
    Ok(contents)
}

/// Makes the tables of a new file.
fn begin(database: &Database) -> Result<(), String> {
    let mut transaction = database.begin_write().map_err(words)?;
    transaction.set_two_phase_commit(true);
    transaction.open_table(ABOUT).map_err(words)?.insert("format", FORMAT).map_err(words)?;
    transaction.open_table(ITEMS).map_err(words)?;
    transaction.open_table(DRAFTS).map_err(words)?;
    transaction.commit().map_err(words)
}

fn json(item: &Item) -> Result<Vec<u8>, String> {
    serde_json::to_vec(item).map_err(words)
}

fn words(error: impl Display) -> String {
    error.to_string()
}

impl Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Taken => f.write_str("another client has it open"),
            Self::Damaged(reason) => write!(f, "the file is damaged: {reason}"),
            Self::Newer => f.write_str("a newer version of this program wrote it"),
            Self::System(reason) => f.write_str(reason),
        }
    }
}

impl From<StorageError> for Unusable {
    fn from(error: StorageError) -> Self {
        use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match error {
            StorageError::Io(error) if matches!(error.kind(), PermissionDenied | QuotaExceeded | ReadOnlyFilesystem | StorageFull) => {
                Self::System(error.to_string())
            }
            error => Self::Damaged(error.to_string()),
        }
    }
}

impl From<DatabaseError> for Unusable {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen => Self::Taken,
            DatabaseError::Storage(error) => error.into(),
            error => Self::Damaged(error.to_string()),
        }
    }
}

impl From<TableError> for Unusable {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Storage(error) => error.into(),
            error => Self::Damaged(error.to_string()),
        }
    }
}
