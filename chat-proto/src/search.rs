//! What is looked for and where it stands: one preparation of texts for the index, for queries and
//! for the marks that clients draw, so that the three can never disagree.
//!
//! - [`words`]: a text as the words that are indexed, each with its place;
//! - [`Parsed`]: a query as it is typed, taken apart (the language is told in `docs/search.md`);
//! - [`marks`]: where the words of a query stand in a text.
//!
//! A change of what `words` gives for a text is a change of [`VERSION`], by which a server finds
//! out that its index must be made anew.

mod marks;
mod query;
mod words;

pub use marks::{marks, marks_of};
pub use query::{Filter, Key, Parsed, Phrase};
pub use words::{Word, words};

/// The version of the preparation; an index made by another one is made anew.
pub const VERSION: u32 = 1;
