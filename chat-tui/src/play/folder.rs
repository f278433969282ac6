//! A directory for what actors and their server keep, which is gone with whoever made it.

use std::path::{Path, PathBuf};

use crate::platform;

/// A directory of our own.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes one among the system's temporary files, for our eyes alone.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn make() -> Result<Self, String> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(|error| format!("The system gives no random numbers: {error}."))?;
        let path = std::env::temp_dir().join(format!("chat-play-{:016x}", u64::from_le_bytes(bytes)));
        platform::private_directory(&path).map_err(|error| format!("{} cannot be made: {error}.", path.display()))?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it the system throws away.
        std::fs::remove_dir_all(&self.path).ok();
    }
}
