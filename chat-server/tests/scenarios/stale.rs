//! Whether the documentation's pictures of terminals are still what the programs draw.

use std::path::Path;

use chat_tui::play::picture::masked;

/// Sentences about pictures that were recorded and are not as those that are kept, times, days and people's
/// colours aside.
pub fn pictures(recorded: &Path, kept: &Path) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(recorded).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "svg"));
    files.sort();
    files.iter().filter_map(|new| stale(new, &kept.join(new.file_name().unwrap()))).collect()
}

fn stale(new: &Path, old: &Path) -> Option<String> {
    let Ok(before) = std::fs::read_to_string(old) else { return Some(format!("{} is missing.", old.display())) };
    let (before, now) = (masked(&before), masked(&std::fs::read_to_string(new).unwrap()));
    let first = before.lines().zip(now.lines()).find(|(before, now)| before != now);
    (before != now).then(|| match first {
        Some((before, now)) => format!("{} is stale: it has\n  {before}\nwhere there is now\n  {now}", old.display()),
        None => format!("{} is stale: it has {} rows, and there are {} now.", old.display(), before.lines().count(), now.lines().count()),
    })
}
