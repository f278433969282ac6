//! What SQLite says when something is wrong, in words for the person who must mend it.

use crate::storage::StoreError;

/// What happened, and what to do.
#[must_use]
pub fn explain(error: &StoreError) -> String {
    let StoreError::Database(sqlx::Error::Database(database)) = error else { return format!("{error}.") };
    let code = database.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(0);
    // The primary result codes of sqlite.org/rescode.html; the upper bits say more than is needed.
    let sentence = match code & 0xff {
        3 | 8 => "it cannot be written: give this user the right to, or name another directory with --data",
        10 => "the disk fails or is full: make room or check the disk, then start again",
        11 => "it is damaged: restore it from a backup; nothing was changed in it",
        13 => "the disk is full: make room, then start again",
        14 => "it cannot be opened: check the directory's rights, or name another one with --data",
        26 => "it is not a chat database: move it away, or name another directory with --data",
        _ => return format!("{database}."),
    };
    format!("{sentence} ({database}).")
}
