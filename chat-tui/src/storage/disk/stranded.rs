//! What waits for other pairs of the same server, as far as no running client has it.

use std::fs;
use std::path::Path;

use chat_proto::id::UserId;

use super::adopt::{numbers, path};
use super::outbox::Outbox;
use super::{cache, place};
use crate::platform;
use crate::storage::{Change, Kept, Pair, Stranded};

/// Everything that waits for others than the pair. A file that cannot be read is told to those
/// whose it is, when they come.
pub(super) fn find(root: &Path, pair: &Pair) -> Vec<Stranded> {
    let own = place::of_pair(root, pair);
    let beside = own.parent().map(fs::read_dir).and_then(Result::ok).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for directory in beside.map(|entry| entry.path()).filter(|path| *path != own) {
        let id = directory.file_name().and_then(|name| place::id("user", name.to_str()?));
        let Some(Ok(user)) = id.map(UserId::parse) else { continue };
        let mut items = Vec::new();
        each(&directory, |_, kept| {
            items.extend(kept.outbox);
            Ok(())
        })
        .ok();
        let who = cache::who(&directory).map(|who| who.user).filter(|who| who.id == user);
        found.extend(Stranded::new((pair.0.clone(), user), who.as_ref(), &items));
    }
    found
}

/// Takes everything out of the outboxes of the pair whose directory this is.
pub(super) fn discard(directory: &Path) -> Result<(), String> {
    each(directory, |outbox, kept| outbox.store(kept.outbox.into_iter().map(|item| Change::Withdrawn(item.client_id)).collect()))
}

/// Looks into each file of a pair that nobody has open.
fn each(directory: &Path, mut look: impl FnMut(&mut Outbox, Kept) -> Result<(), String>) -> Result<(), String> {
    let words = |error: std::io::Error| format!("{} cannot be read: {error}.", directory.display());
    let numbers = numbers(directory).map_err(words)?;
    if numbers.is_empty() {
        return Ok(());
    }
    let _lock = platform::lock(&directory.join("lock")).map_err(words)?;
    for path in numbers.into_iter().map(|number| path(directory, number)).filter(|path| path.exists()) {
        if let Ok((mut outbox, kept)) = Outbox::open(&path) {
            look(&mut outbox, kept)?;
        }
    }
    Ok(())
}
