//! The timeline as a fold over a room's entries, in whatever order they arrive.
//!
//! Live entries, repeats of them, pages and gaps may come in any order; the outcome is the same
//! window of the full fold. That holds because every field of a line is a last-writer-wins value
//! by seq: the text (its last edit), the deletion, and of each reaction the count and whether it
//! is mine. A page is a snapshot: what it says of a line counts as written at the page's head.
//!
//! - [`Line`]: what is drawn;
//! - [`Timeline`]: the fold itself, with [`apply_live`](Timeline::apply_live) and
//!   [`apply_page`](Timeline::apply_page);
//! - [`Snapshot`]: its end, to be kept and taken up again;
//! - `slot`: one line with the versions of its fields;
//! - `ranges`: which parts of the log are held.
//!
//! The page's mirror is `chat-server/web/src/core/fold.ts`; `gen/fold-fixtures.json` checks both.

mod line;
mod ranges;
mod slot;
mod timeline;

pub use line::{Line, LineBody};
pub use ranges::Ranges;
pub use timeline::{Gap, Snapshot, Timeline};
