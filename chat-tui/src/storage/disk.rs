//! Keeps in the cache directory: below `<server>/<user>/`, one file of outbox and drafts for each
//! client that runs, and one for each room, which they share.
//!
//! - `place`: from ids, which are hostile as names of files, to paths;
//! - `outbox`: one such file;
//! - `cache`: the rooms;
//! - `adopt`: which of a pair's files a client takes, and what becomes of the others;
//! - `stranded`: what waits for other pairs.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::memory::Memory;
use super::{Cached, Change, Kept, Pair, Storage, Stranded};

mod adopt;
mod cache;
mod outbox;
mod place;
mod stranded;

use outbox::Outbox;

/// Storage in a directory.
pub struct Disk {
    root: PathBuf,
    open: Option<(Pair, Open)>,
    /// The cache could not be written when that was last tried, and it was told.
    cache_fails: bool,
}

/// Where the changes of the pair go.
enum Open {
    File(Box<Outbox>),
    /// There is no place on disk for them, and the person was told so.
    Nowhere(Memory),
}

impl Disk {
    /// Storage in the platform's cache directory.
    ///
    /// # Errors
    /// A sentence for people when there is no such directory.
    pub fn open() -> Result<Self, String> {
        let base = etcetera::choose_base_strategy().map_err(|error| format!("There is no cache directory for you: {error}."))?;
        Ok(Self::at(base.cache_dir().join("chat-tui")))
    }

    /// Storage in this directory, which need not exist yet.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), open: None, cache_fails: false }
    }
}

impl Storage for Disk {
    fn store(&mut self, pair: &Pair, changes: Vec<Change>) -> Result<(), String> {
        match &mut self.open {
            Some((of, Open::File(outbox))) if of == pair => outbox.store(changes),
            Some((of, Open::Nowhere(memory))) if of == pair => memory.store(pair, changes),
            // The core loads before it stores: whose file this would be was never settled.
            Some(_) | None => Err("What you write cannot be kept: the server has not said yet who you are.".to_owned()),
        }
    }

    fn seal(&mut self) -> Result<(), String> {
        match &mut self.open {
            Some((_, Open::File(outbox))) => outbox.seal(),
            Some((_, Open::Nowhere(_))) | None => Ok(()),
        }
    }

    fn cache(&mut self, pair: &Pair, what: Cached) -> Result<(), String> {
        match self.open {
            Some((_, Open::File(_))) => {
                let kept = cache::keep(&place::of_pair(&self.root, pair), what);
                // It is tried again every few seconds, and told once.
                let told = std::mem::replace(&mut self.cache_fails, kept.is_err());
                if told { Ok(()) } else { kept }
            }
            Some((_, Open::Nowhere(_))) | None => Ok(()),
        }
    }

    fn stranded(&mut self, pair: &Pair) -> Result<Vec<Stranded>, String> {
        Ok(stranded::find(&self.root, pair))
    }

    fn discard(&mut self, pair: &Pair) -> Result<(), String> {
        if self.open.as_ref().is_some_and(|(of, _)| of == pair) {
            return Err("That is your own outbox.".to_owned());
        }
        stranded::discard(&place::of_pair(&self.root, pair))
    }

    fn load(&mut self, pair: &Pair) -> Result<Kept, String> {
        // The file of before is let go first: another client may adopt it.
        let left = self.close().err();
        let directory = place::of_pair(&self.root, pair);
        let (open, kept) = match adopt::adopt(&directory) {
            Ok((outbox, kept)) => {
                let (who, rooms) = cache::load(&directory);
                (Open::File(Box::new(outbox)), Kept { who, rooms, ..kept })
            }
            Err(reason) => {
                let trouble = format!(
                    "Nothing can be kept in {} ({reason}): what is not sent when this program ends is lost. \
                     Make the directory writable, or set XDG_CACHE_HOME to another.",
                    directory.display()
                );
                (Open::Nowhere(Memory::default()), Kept { troubles: vec![trouble], ..Kept::default() })
            }
        };
        self.open = Some((pair.clone(), open));
        Ok(Kept { troubles: left.into_iter().chain(kept.troubles).collect(), ..kept })
    }
}

impl Disk {
    /// Lets the file go; all that was stored is durable then.
    fn close(&mut self) -> Result<(), String> {
        match self.open.take() {
            Some((pair, Open::File(outbox))) => adopt::leave(&place::of_pair(&self.root, &pair), *outbox),
            Some((_, Open::Nowhere(_))) | None => Ok(()),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What is urgent is durable already, and nobody is there to be told of the rest.
        self.close().ok();
    }
}
