//! What the server has too: who somebody is there, and the ends of the rooms. A file each, written
//! whole, so that nothing of a text that was deleted is left in it. One that cannot be read, or is
//! of another format, is as good as none: the server is asked anew.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::place;
use crate::platform;
use crate::storage::{Cached, KeptRoom, Who};

/// Changes with what is written.
const FORMAT: u64 = 1;

#[derive(Serialize, Deserialize)]
struct File<T> {
    format: u64,
    kept: T,
}

/// Everything that is there for the pair whose directory this is.
pub(super) fn load(directory: &Path) -> (Option<Who>, Vec<KeptRoom>) {
    let Some(who) = read(&of_who(directory)) else { return (None, Vec::new()) };
    let files = fs::read_dir(directory.join("rooms")).into_iter().flatten().flatten();
    (Some(who), files.filter_map(|file| read(&file.path())).collect())
}

/// Who it is, where that is known.
pub(super) fn who(directory: &Path) -> Option<Who> {
    read(&of_who(directory))
}

/// Keeps it.
pub(super) fn keep(directory: &Path, what: Cached) -> Result<(), String> {
    let words = |path: &Path| format!("What was said here cannot be kept in {}", path.display());
    let (path, bytes) = match what {
        Cached::Who(who) => (of_who(directory), bytes(*who)?),
        Cached::Room(room) => (of_room(directory, room.info.id.as_str()), bytes(*room)?),
        Cached::Gone(id) => {
            let path = of_room(directory, id.as_str());
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(format!("{} cannot be removed: {error}.", path.display()))
                }
                Ok(()) | Err(_) => Ok(()),
            };
        }
    };
    let folder = path.parent().unwrap_or(directory);
    platform::private_directory(folder)
        .and_then(|()| platform::replace_private(&path, &bytes))
        .map_err(|error| format!("{}: {error}.", words(folder)))
}

fn of_who(directory: &Path) -> PathBuf {
    directory.join("who.json")
}

fn of_room(directory: &Path, id: &str) -> PathBuf {
    directory.join("rooms").join(format!("{}.json", place::name("room", id)))
}

fn bytes<T: Serialize>(kept: T) -> Result<Vec<u8>, String> {
    serde_json::to_vec(&File { format: FORMAT, kept }).map_err(|error| error.to_string())
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let file: File<T> = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (file.format == FORMAT).then_some(file.kept)
}
