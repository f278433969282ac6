//! Search by an index of words inside the database (FTS5); `docs/search.md` tells how it works.
//!
//! - [`index`]: what the writer puts in and takes out, in the transaction of the entries;
//! - [`backlog`]: the messages from before there was an index, in small steps;
//! - [`terms`]: words as the index knows them, and the expression that finds a query;
//! - [`read`]: the search itself.

pub(super) mod backlog;
pub(super) mod index;
pub(super) mod read;
mod terms;

/// The id of the first message that is said once the database has an index; older ones go down from it.
const ORIGIN: i64 = 1 << 40;
/// How many ids a block of the index has, as a power of two: a search goes through the blocks from
/// the newest on, so that what it looks at is bounded however long the logs are.
const BLOCK_BITS: u32 = 20;
/// How many ids a row of `search_times` has, as a power of two.
const SPAN_BITS: u32 = 12;

/// The block of an id.
fn block(id: i64) -> i64 {
    id >> BLOCK_BITS
}

/// The `search_times` row of an id.
fn span(id: i64) -> i64 {
    id >> SPAN_BITS
}
