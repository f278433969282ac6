//! Which of a pair's files a client takes. A file is one running client's: nobody else can open it.
//! Who comes takes the first that nobody has, with all that its client left, and works off the
//! others that nobody has by taking their items into its own: no two clients ever send from one
//! file, and nothing waits in a file that nobody opens again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::outbox::{Outbox, Unusable};
use crate::platform;
use crate::storage::Kept;

/// Opens a file of the pair whose directory this is, with what is kept in it and in those that it
/// takes in.
pub(super) fn adopt(directory: &Path) -> Result<(Outbox, Kept), String> {
    platform::private_directory(directory).map_err(words)?;
    // One client at a time chooses: a file that is about to be removed is nobody's choice.
    let _lock = platform::lock(&directory.join("lock")).map_err(words)?;
    let mut own: Option<Outbox> = None;
    let mut troubles = Vec::new();
    for number in numbers(directory).map_err(words)? {
        let path = path(directory, number);
        match Outbox::open(&path) {
            Ok((outbox, kept)) => match &mut own {
                None => own = Some(outbox),
                Some(own) => {
                    own.absorb(kept)?;
                    outbox.remove().map_err(words)?;
                }
            },
            Err(Unusable::Taken) => {}
            Err(unusable @ (Unusable::Damaged(_) | Unusable::Newer)) => troubles.push(set_aside(&path, &unusable).map_err(words)?),
            Err(Unusable::System(reason)) => return Err(reason),
        }
    }
    let own = match own {
        Some(own) => own,
        None => {
            let free = (1..).map(|number| path(directory, number)).find(|path| !path.exists());
            let (outbox, _) = Outbox::open(&free.unwrap_or_else(|| path(directory, 0))).map_err(|unusable| unusable.to_string())?;
            outbox
        }
    };
    let kept = own.read()?;
    Ok((own, Kept { troubles, ..kept }))
}

/// Lets a file go. One that holds nothing is removed: nobody has to look into it again.
pub(super) fn leave(directory: &Path, mut outbox: Outbox) -> Result<(), String> {
    outbox.seal()?;
    if outbox.is_empty()? {
        // While somebody else chooses a file, none disappears under their hands.
        let _lock = platform::lock(&directory.join("lock")).map_err(words)?;
        outbox.remove().map_err(words)?;
    }
    Ok(())
}

/// The numbers of the files that there are, ascending.
pub(super) fn numbers(directory: &Path) -> io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for file in fs::read_dir(directory)? {
        let name = file?.file_name();
        let number: Option<u32> = name.to_str().and_then(|name| name.strip_prefix("outbox-")?.strip_suffix(".redb")?.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The file with that number.
pub(super) fn path(directory: &Path, number: u32) -> PathBuf {
    directory.join(format!("outbox-{number}.redb"))
}

/// Moves a file that cannot be used out of the way, and tells it.
fn set_aside(path: &Path, unusable: &Unusable) -> io::Result<String> {
    let beside = |number: u32| PathBuf::from(format!("{}.damaged-{number}", path.display()));
    let to = (1..).map(beside).find(|to| !to.exists()).unwrap_or_else(|| beside(0));
    fs::rename(path, &to)?;
    Ok(format!("What waited in {} cannot be read ({unusable}). It was moved to {}.", path.display(), to.display()))
}

fn words(error: io::Error) -> String {
    error.to_string()
}
