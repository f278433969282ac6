//! The data directory, and the lock that keeps a second server out of it.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::platform::{make_private_dir, open_private};

/// The database's file in it.
const DATABASE: &str = "chat.db";
/// The socket for the operator's commands.
const ADMIN: &str = "admin.sock";

/// A data directory that is this process's alone until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Opens the directory, makes it where there is none, and locks it.
    ///
    /// # Errors
    /// One sentence: what is wrong, and what to do.
    pub fn open(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        make_private_dir(path)
            .map_err(|error| format!("The data directory {shown} cannot be made: {error}. Name another one with --data."))?;
        let lock_path = path.join("lock");
        let mut lock = open_private(&lock_path)
            .map_err(|error| format!("The data directory {shown} cannot be written: {error}. Name another one with --data."))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = lock.read_to_string(&mut holder);
                let holder = holder.trim();
                let who = if holder.is_empty() { "another server".to_owned() } else { format!("the server with process id {holder}") };
                return Err(format!(
                    "The data directory {shown} is in use by {who}. Stop that one, or name another directory with --data."
                ));
            }
            Err(TryLockError::Error(error)) => return Err(format!("The data directory {shown} cannot be locked: {error}.")),
        }
        let written = lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| writeln!(lock, "{}", std::process::id()));
        written.map_err(|error| {
            format!("The data directory {shown} cannot be written: {error}. Make room, or name another one with --data.")
        })?;
        // Made before SQLite makes it, so that nobody else can read it; an empty file is an empty database.
        open_private(&path.join(DATABASE))
            .map_err(|error| format!("The database in {shown} cannot be opened: {error}. Name another directory with --data."))?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The database of a directory that somebody else may hold, to read it without the lock.
    ///
    /// # Errors
    /// One sentence: there is none.
    pub fn database_in(path: &Path) -> Result<PathBuf, String> {
        let database = path.join(DATABASE);
        match database.metadata() {
            Ok(_) => Ok(database),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Err(format!("There is no database in {}. Name the server's data directory with --data.", path.display()))
            }
            Err(error) => Err(format!("The data directory {} cannot be read: {error}.", path.display())),
        }
    }

    /// The socket for the operator's commands, of a directory that a server may hold.
    #[must_use]
    pub fn admin_socket_in(path: &Path) -> PathBuf {
        path.join(ADMIN)
    }

    /// The socket for the operator's commands.
    #[must_use]
    pub fn admin_socket(&self) -> PathBuf {
        Self::admin_socket_in(&self.path)
    }

    /// The database's file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }
}
